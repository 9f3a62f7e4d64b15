import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import { eventually } from './program.ts';

export interface InstantSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** A folder with these files, deleted when the test ends. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs a server with /-/ready on a free loopback port until the test ends. */
async function serve(program: string, flags: readonly string[]): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const address = `--web.listen-address=${new URL(url).host}`;
  const child = spawn(program, [...flags, address, '--log.level=error'], { stdio: 'inherit' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  await eventually(isReady, program);
  return url;
}

/** Runs the program `prometheus` with `prometheus.yml` and other files, and a new database by default. */
export async function startPrometheus(
  prometheus: string,
  files: Readonly<Record<'prometheus.yml', string>> & Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  database?: string,
): Promise<{ readonly url: string; query(expression: string): Promise<InstantSample[]> }> {
  const folder = folderWith(files);
  const url = await serve(prometheus, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${database ?? join(folder, 'data')}`,
    ...flags,
  ]);
  return {
    url,
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
    },
  };
}

/** Runs the program `prometheus` as an agent with this configuration; returns its address. */
export function startAgent(prometheus: string, configuration: string): Promise<string> {
  const folder = folderWith({ 'agent.yml': configuration });
  return serve(prometheus, [
    // Prometheus 3 knows the flag, and refuses the feature that it replaces.
    /--(?:\[no-\])?agent\b/.test(execFileSync(prometheus, ['--help'], { encoding: 'utf8' }))
      ? '--agent'
      : '--enable-feature=agent',
    `--config.file=${join(folder, 'agent.yml')}`,
    `--storage.agent.path=${join(folder, 'data')}`,
  ]);
}

/** Runs the program `alertmanager` with this configuration; returns its address. */
export function startAlertmanager(alertmanager: string, configuration: string): Promise<string> {
  const folder = folderWith({ 'alertmanager.yml': configuration });
  return serve(alertmanager, [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    '--cluster.listen-address=',
  ]);
}
