import { execFileSync } from 'node:child_process';
import { optionalHelm } from './helm.ts';
import { optionalPrometheusTools } from './prometheus.ts';

/**
 * Builds the program and fetches the Prometheus tools and helm once, before
 * several workers need them at the same time.
 */
export default async function setup(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  await Promise.all([optionalPrometheusTools(), optionalHelm()]);
}
