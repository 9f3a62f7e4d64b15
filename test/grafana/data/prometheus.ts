import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Request } from './grafana.ts';
import type { Series } from './series.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds and value; one for an instant query. */
  readonly points: readonly (readonly [number, number])[];
}

export interface PrometheusWithData {
  /** Rejects with Prometheus' error message. */
  query(request: Request): Promise<Sample[]>;
  stop(): Promise<void>;
}

/** Backfills the series into a new database below `folder` and serves it on loopback. */
export async function startPrometheus(
  bin: { promtool: string; prometheus: string },
  folder: string,
  series: Series,
): Promise<PrometheusWithData> {
  const text = join(folder, 'data.om');
  const data = join(folder, 'tsdb');
  const config = join(folder, 'prometheus.yml');
  mkdirSync(data);
  writeFileSync(config, 'scrape_configs: []\n');
  series.write(text);
  // promtool reads all of the text for each block, by default one for every two hours.
  const flags = ['tsdb', 'create-blocks-from', '--max-block-duration=4374h', '--quiet'];
  await promisify(execFile)(bin.promtool, [...flags, 'openmetrics', text, data]);

  const address = `127.0.0.1:${String(await freePort())}`;
  const child = spawn(
    bin.prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: 'inherit' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const base = `http://${address}`;
  while (!(await isReady(base))) {
    if (child.exitCode !== null) throw new Error('prometheus ended while starting');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    query: (request) => query(base, request),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isReady = (base: string) =>
  fetch(`${base}/-/ready`).then(
    (response) => response.ok,
    () => false,
  );

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: [number, string];
      readonly values?: readonly [number, string][];
    }[];
  };
}

async function query(base: string, request: Request): Promise<Sample[]> {
  const { expr, startS, endS, stepS } = request;
  const isInstant = startS === endS;
  const body: Record<string, string> = isInstant
    ? { query: expr, time: String(endS) }
    : { query: expr, start: String(startS), end: String(endS), step: String(stepS) };
  const response = await fetch(`${base}/api/v1/query${isInstant ? '' : '_range'}`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
  const answer = (await response.json()) as Answer;
  if (!answer.data) throw new Error(answer.error ?? `HTTP ${String(response.status)}`);
  return answer.data.result.map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value ? [value] : [])).map(([t, v]) => [t, Number(v)] as const),
  }));
}
