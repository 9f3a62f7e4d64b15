import { execFileSync } from 'node:child_process';
import { optionalPrometheusTools } from './prometheus.ts';

/**
 * Builds the program and fetches the Prometheus tools once, before
 * several workers need them at the same time.
 */
export default async function setup(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  await optionalPrometheusTools();
}
