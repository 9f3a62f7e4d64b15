import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchPrograms, findProgram, unlessMissing } from './programs.ts';

const run = promisify(execFile);

/** keep_firing_for, which the alerts use, came with Prometheus 2.42. */
const PROMETHEUS_OLDEST = [2, 42] as const;

/** Where the programs are. */
export interface PrometheusTools {
  readonly promtool: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/**
 * The programs named by $PROMTOOL, $PROMETHEUS, $ALERTMANAGER and $AMTOOL, or in the PATH, if there
 * are all four and promtool is new enough; else those of Debian, unpacked into a cache folder.
 * Rejects where they cannot be had.
 */
export async function prometheusTools(): Promise<PrometheusTools> {
  return (await installedTools()) ?? (await fetchedTools());
}

/** The same, but undefined, with a warning, where they cannot be had; in CI that is an error. */
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
