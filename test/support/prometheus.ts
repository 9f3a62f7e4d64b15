import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchPrograms, findProgram, unlessMissing } from './programs.ts';

const run = promisify(execFile);

/** The alerts use keep_firing_for, which needs Prometheus 2.42. */
const PROMETHEUS_OLDEST = [2, 42] as const;

/** Paths of the programs. */
export interface PrometheusTools {
  readonly promtool: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/**
 * The programs in $PROMTOOL, $PROMETHEUS, $ALERTMANAGER and $AMTOOL, or in the PATH, if
 * all four exist and promtool is new enough; otherwise Debian's, unpacked into a cache folder.
 * Rejects if they are not available.
 */
export async function prometheusTools(): Promise<PrometheusTools> {
  return (await installedTools()) ?? (await fetchedTools());
}

/** The same, but undefined with a warning if they are not available; in CI it rejects. */
export function optionalPrometheusTools(): Promise<PrometheusTools | undefined> {
  return unlessMissing('Prometheus tools', prometheusTools);
}

async function installedTools(): Promise<PrometheusTools | undefined> {
  const { PROMTOOL, PROMETHEUS, ALERTMANAGER, AMTOOL } = process.env;
  const promtool = PROMTOOL ?? (await findProgram('promtool'));
  const prometheus = PROMETHEUS ?? (await findProgram('prometheus'));
  const alertmanager =
    ALERTMANAGER ?? (await findProgram('alertmanager', 'prometheus-alertmanager'));
  const amtool = AMTOOL ?? (await findProgram('amtool'));
  if (!promtool || !prometheus || !alertmanager || !amtool) return undefined;
  if (!(await isNewEnough(promtool))) return undefined;
  return { promtool, prometheus, alertmanager, amtool };
}

async function fetchedTools(): Promise<PrometheusTools> {
  const folder = await fetchPrograms('prometheus');
  const path = (name: string): string => join(folder, 'bin', name);
  return {
    promtool: path('promtool'),
    prometheus: path('prometheus'),
    alertmanager: path('alertmanager'),
    amtool: path('amtool'),
  };
}

async function isNewEnough(promtool: string): Promise<boolean> {
  const { stdout, stderr } = await run(promtool, ['--version']);
  const version = /version (\d+)\.(\d+)/.exec(stdout + stderr);
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [oldestMajor, oldestMinor] = PROMETHEUS_OLDEST;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
