import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Fault } from '../../src/simulator/faults.ts';
import type { Server } from '../process.ts';
import { median, percentile } from '../statistics.ts';
import { row, withExporter, type Env } from '../web-clients.ts';
import { untilPolled } from './raw.ts';

const CLIENTS = 20;
const FAULT_MS = 7_500;

const FAULTS: readonly Fault[] = [
  { kind: 'reply', status: 503 },
  { kind: 'reply', body: '<html>' },
  { kind: 'never' },
  { kind: 'headersOnly' },
  { kind: 'drip', intervalMs: 1 },
  { kind: 'resetMidBody' },
  { kind: 'truncate' },
  { kind: 'gzipBomb', bytes: 100 * 2 ** 20 },
];

export function scrapesDuringFaults(provider: Server, env: Env): Promise<string> {
  return withExporter(env, undefined, async ({ port }) => {
    await untilPolled(port);
    const end = new AbortController();
    const all = Array.from({ length: CLIENTS }, () => scrapeUntil(port, end.signal));
    for (const fault of FAULTS) {
      provider.process.send({ ...fault, times: 1 });
      await sleep(FAULT_MS);
    }
    end.abort();
    const results = (await Promise.all(all)).flat();
    const good = results.filter(({ status }) => status === 200);
    const sums = good.map(({ body }) => totalsOf(gunzipSync(body).toString()));
    const mixed = sums.filter(([total, sum]) => total !== sum).length;
    const polls = new Set(sums.map(([total]) => total)).size;
    const times = results.map(({ ms }) => ms);
    const failed = results.length - good.length;
    const seconds = (FAULTS.length * FAULT_MS) / 1_000;
    return row(
      `scrapes by ${CLIENTS} clients in ${seconds} s, 10,000 numbers, ${FAULTS.length} faults of the provider`,
      `${results.length}, of ${polls} polls`,
      `${failed} failed, ${mixed} mixed; median ${median(times).toFixed(0)} ms, p99 ${percentile(times, 99).toFixed(0)} ms`,
    );
  });
}

interface Scrape {
  readonly status: number;
  readonly ms: number;
  readonly body: Buffer;
}

/** Once a second on a kept-alive connection. */
async function scrapeUntil(port: number, signal: AbortSignal): Promise<Scrape[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const results: Scrape[] = [];
  await sleep(1_000 * Math.random());
  while (!signal.aborted) {
    results.push(await scrape(port, agent));
    await sleep(1_000);
  }
  agent.destroy();
  return results;
}

/** Without a time limit and a second try, so that what fails is the exporter's doing. */
function scrape(port: number, agent: Agent): Promise<Scrape> {
  const startMs = performance.now();
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const done = (status: number) =>
      resolve({ status, ms: performance.now() - startMs, body: Buffer.concat(chunks) });
    const headers = { 'accept-encoding': 'gzip' };
    get({ host: '127.0.0.1', port, path: '/metrics', agent, headers }, (response) => {
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => done(0));
      response.on('end', () => done(response.statusCode ?? 0));
    }).on('error', () => done(0));
  });
}

/** The total of the account, and the sum of its numbers: of two polls they differ. */
function totalsOf(metrics: string): [total: number, sum: number] {
  const [total = NaN] = valuesOf(metrics, 'whatsapp_account_conversations_this_month');
  const numbers = valuesOf(metrics, 'whatsapp_number_conversations_this_month');
  return [total, numbers.reduce((sum, one) => sum + one, 0)];
}

function valuesOf(metrics: string, name: string): number[] {
  const start = metrics.indexOf(`\n${name}{`);
  const family = metrics.slice(start, metrics.indexOf('\n#', start));
  return Array.from(family.matchAll(/\} (\d+)$/gm), ([, value]) => Number(value));
}
