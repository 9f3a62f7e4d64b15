import type { AccountState } from '../src/core/account-state.ts';
import {
  createCollectorState,
  type CollectorData,
  type CollectorViews,
} from '../src/core/collector.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { Secret } from '../src/core/secret.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { createAccountPoller } from '../src/poller/account.ts';
import { createLookup } from '../src/provider/lookup.ts';
import { createProvider } from '../src/provider/provider.ts';
import { systemClock } from '../src/system.ts';
import { renderBody, type Change } from './bodies.ts';
import { median } from './statistics.ts';

/**
 * Measures the cost of a poll with the exporter's own modules: `node poll.js NUMBERS PROVIDER_URL`. Sends a
 * PollCost. CPU time is that of all threads; a stall is the longest time the event loop was blocked.
 */
export interface PollCost {
  /** Medians in milliseconds of CPU time, as for polls. */
  readonly jsonParse: number;
  readonly polls: Readonly<Record<Change, { readonly cpu: number; readonly stall: number }>>;
  /** The same response, with the data of all collectors, which did not run in between. */
  readonly cpuWithCollectors: number;
}

const [numbers, url] = [Number(process.argv[2]), process.argv[3] ?? ''];
const POLLS = numbers > 10_000 ? 10 : 20;
/** Until V8 has compiled what runs once a poll. */
const WARM_UP = 10;

const build = { version: '0', revision: '0', nodeVersion: process.version };
const log = { debug() {}, info() {}, warn() {}, error: console.error };

async function main(): Promise<PollCost> {
  const polls = {} as Record<Change, { cpu: number; stall: number }>;
  const jsonParse: number[] = [];
  for (const change of ['every number', 'nothing'] as const) {
    await fetch(`${url}/change`, { method: 'PUT', body: change });
    polls[change] = await measurePolls(jsonParse);
  }
  const { cpu: cpuWithCollectors } = await measurePolls([], collect());
  return { jsonParse: median(jsonParse), polls, cpuWithCollectors };
}

/** Polls including the compressed metrics, alternating with JSON.parse of the same body for comparison. */
async function measurePolls(
  jsonParse: number[],
  collectors: CollectorViews = {},
): Promise<{ cpu: number; stall: number }> {
  const exposition = createExposition(build, {});
  const provider = createProvider({
    apiUrl: url,
    credentials: {
      kind: 'token',
      accessToken: { kind: 'value', value: new Secret('FAKE-TOKEN') },
    },
    proxy: { http: '', https: '', no: '' },
    timeoutMs: 60_000,
    intervalMs: 60_000,
    lookup: createLookup(systemClock),
    parse: parseNumbers,
    clock: systemClock,
    random: Math.random,
    onSecret() {},
  });
  const poller = createAccountPoller({
    name: 'bench',
    month: PROVIDER_MONTH,
    timeoutMs: 60_000,
    fetchNumbers: (signal) => provider.fetchNumbers(signal),
    tokenExpiresAtMs: () => undefined,
    clock: systemClock,
    log,
  });
  const text = renderBody(numbers, 1, 'every number').toString('latin1');
  const [cpu, stall]: [number[], number[]] = [[], []];
  for (let i = 0; i < WARM_UP + POLLS; i += 1) {
    const watch = watchStalls();
    const [spent] = await cpuOf(async () => {
      await poller.poll();
      await exposition.encode([{ ...viewOf(poller.state()), collectors }], 'gzip');
    });
    const longest = watch.stop();
    const [parsing] = await cpuOf(() => Promise.resolve(JSON.parse(text)));
    if (i < WARM_UP) continue;
    cpu.push(spent);
    stall.push(longest);
    jsonParse.push(parsing);
  }
  await provider.close();
  return { cpu: median(cpu), stall: median(stall) };
}

function viewOf(state: AccountState) {
  return { state, snapshot: state.lastGood?.snapshot, pollIntervalS: 60, nextPollMs: undefined };
}

/** 100 Online accounts of 10 inboxes, and as many entries of the other collectors. */
function collect(): CollectorViews {
  const ids = Array.from({ length: 100 }, (_, i) => i + 1);
  const data: CollectorData = {
    online_accounts: ids.map((id) => ({ id, server: 'a', name: 'Shop', active: 1, createdS: 0 })),
    inboxes: ids.map((account) => {
      const inboxes = ids.slice(0, 10).map((id) => ({ id, name: 'Sales' }));
      return { account, server: 'a', inboxes };
    }),
    registered_numbers: ids.map((id) => ({
      whatsapp: `9725000${id}`,
      expiresS: 0,
      hasLink: 1,
      comment: '',
    })),
    onboardings: { counts: [], unfinished: [] },
    monthly_statistics: [],
  };
  const views = Object.entries(data).map(([name, of]: [string, unknown]) => [
    name,
    { state: createCollectorState(), data: of },
  ]);
  return Object.fromEntries(views) as CollectorViews;
}

async function cpuOf<T>(run: () => Promise<T>): Promise<readonly [ms: number, result: T]> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1_000, result];
}

/** The longest time between two iterations of the event loop. */
function watchStalls(): { stop(): number } {
  let [longest, last, isOn] = [0, performance.now(), true];
  const timer = setInterval(() => {
    const now = performance.now();
    if (isOn) longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    stop() {
      isOn = false;
      clearInterval(timer);
      return longest;
    },
  };
}

process.send?.(await main());
