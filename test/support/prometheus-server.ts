import { spawn } from 'node:child_process';
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

/** Runs the program `prometheus` on loopback with this configuration until the test ends. */
export async function startPrometheus(
  prometheus: string,
  configuration: string,
): Promise<{ readonly url: string; query(expression: string): Promise<InstantSample[]> }> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configuration);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=error',
    ],
    { stdio: 'inherit' },
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });
  await eventually(
    () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    'Prometheus',
  );
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
