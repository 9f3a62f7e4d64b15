import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/prometheus');
const FETCH = join(ROOT, 'scripts/fetch-prometheus.sh');

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
export async function optionalPrometheusTools(): Promise<PrometheusTools | undefined> {
  try {
    return await prometheusTools();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn(`No Prometheus tools, their tests are skipped: ${String(error)}`);
    return undefined;
  }
}

async function installedTools(): Promise<PrometheusTools | undefined> {
  const { PROMTOOL, PROMETHEUS, ALERTMANAGER, AMTOOL } = process.env;
  const promtool = PROMTOOL ?? (await find('promtool'));
  const prometheus = PROMETHEUS ?? (await find('prometheus'));
  const alertmanager =
    ALERTMANAGER ?? (await find('alertmanager')) ?? (await find('prometheus-alertmanager'));
  const amtool = AMTOOL ?? (await find('amtool'));
  if (!promtool || !prometheus || !alertmanager || !amtool) return undefined;
  if (!(await isNewEnough(promtool))) return undefined;
  return { promtool, prometheus, alertmanager, amtool };
}

async function fetchedTools(): Promise<PrometheusTools> {
  await run(FETCH, [CACHE], { cwd: ROOT });
  const path = (name: string): string => join(CACHE, 'bin', name);
  return {
    promtool: path('promtool'),
    prometheus: path('prometheus'),
    alertmanager: path('alertmanager'),
    amtool: path('amtool'),
  };
}

async function find(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

async function isNewEnough(promtool: string): Promise<boolean> {
  const { stdout, stderr } = await run(promtool, ['--version']);
  const version = /version (\d+)\.(\d+)/.exec(stdout + stderr);
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [oldestMajor, oldestMinor] = PROMETHEUS_OLDEST;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
