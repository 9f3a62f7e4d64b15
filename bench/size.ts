import { gunzipSync } from 'node:zlib';
import type { PollCost } from './poll.ts';
import {
  memoryMib,
  put,
  runHelper,
  scrape,
  startExporter,
  startHelper,
  stop,
  type Server,
} from './process.ts';
import { median } from './statistics.ts';

/** Memory is measured after a minute of the fastest schedule that the exporter accepts, and of busy scraping. */
const POLLS = 6;
const SCHEDULE = '10s';
const SCRAPE_INTERVAL_MS = 5_000;
/** The servers alternate within each round, so that other load on the machine affects all equally. */
const ROUNDS = 5;
const SCRAPES = 40;
/** Milliseconds per round: the naive exporter needs seconds for one scrape. */
const NAIVE_MS_MAX = 1_500;

/** The cost of a scrape: medians over the rounds, in milliseconds. */
interface ScrapeCost {
  readonly p50: number;
  readonly bytes: number;
}

/** All measurements for one count of numbers. */
export interface SizeResult {
  readonly numbers: number;
  /** By server: `fixed`, `ours`, `naive`. */
  readonly scrapes: Readonly<Record<string, ScrapeCost>>;
  readonly memory: Readonly<Record<'ours' | 'naive', { now: number; peak: number }>>;
  readonly poll: PollCost;
}

export async function measureSize(numbers: number): Promise<SizeResult> {
  const provider = await startHelper('provider', String(numbers));
  const poll = await runHelper<PollCost>('poll', String(numbers), provider.url);
  await put(`${provider.url}/change`, 'every number');
  const ours = await startExporter(provider.url, SCHEDULE);
  const naive = await startHelper('naive', provider.url);
  await untilPolled(ours, naive);
  const memory = { ours: memoryMib(ours), naive: memoryMib(naive) };
  const fixed = await startHelper('fixed');
  // From here on the data does not change: there are no polls while scrapes are measured.
  stop(provider);
  await put(`${fixed.url}/body`, (await scrape(`${ours.url}/metrics`, 'gzip')).body);
  const scrapes = await measureScrapes({ fixed, ours, naive });
  for (const server of [ours, naive, fixed]) stop(server);
  return { numbers, scrapes, memory, poll };
}

/** Resolves after enough polls; scrapes both meanwhile. */
async function untilPolled(ours: Server, naive: Server): Promise<void> {
  for (;;) {
    await scrape(`${naive.url}/metrics`, 'gzip');
    const { body } = await scrape(`${ours.url}/metrics`, 'gzip');
    const text = gunzipSync(body).toString('latin1');
    if (Number(/^whatsapp_polls_total\{.*\} (\d+)$/m.exec(text)?.[1]) >= POLLS) return;
    await new Promise((resolve) => setTimeout(resolve, SCRAPE_INTERVAL_MS));
  }
}

async function measureScrapes(
  servers: Readonly<Record<string, Server>>,
): Promise<Record<string, ScrapeCost>> {
  const rounds: Record<string, ScrapeCost[]> = {};
  for (const server of Object.values(servers)) await measureRound(server);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      (rounds[name] ??= []).push(await measureRound(server));
    }
  }
  return Object.fromEntries(
    Object.entries(rounds).map(([name, costs]) => {
      const of = (key: keyof ScrapeCost) => median(costs.map((cost) => cost[key]));
      return [name, { p50: of('p50'), bytes: of('bytes') }];
    }),
  );
}

async function measureRound({ url }: Server): Promise<ScrapeCost> {
  const times: number[] = [];
  let bytes = 0;
  const startMs = performance.now();
  while (times.length < SCRAPES && performance.now() - startMs < NAIVE_MS_MAX) {
    const { ms, status, body } = await scrape(`${url}/metrics`, 'gzip');
    if (status !== 200) throw new Error(`${url} answered ${status}`);
    times.push(ms);
    bytes = body.length;
  }
  return { p50: median(times), bytes };
}
