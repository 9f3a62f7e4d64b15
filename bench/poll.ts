import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterPoll, createAccountState, type AccountState } from '../src/core/account-state.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { Secret } from '../src/core/secret.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { createProcessRegistry } from '../src/metrics/registry.ts';
import { createAccountPoller } from '../src/poller/account.ts';
import { createLookup } from '../src/provider/lookup.ts';
import { createProvider } from '../src/provider/provider.ts';
import { systemClock } from '../src/system.ts';
import { renderBody, type Change } from './bodies.ts';
import { median } from './statistics.ts';

/**
 * What a poll costs, by the exporter's own parts: `node poll.js NUMBERS PROVIDER_URL`. Sends one
 * PollCost. CPU is that of all threads; a stall is the longest time for which nothing else ran.
 */
export interface PollCost {
  /** Medians, in milliseconds of CPU. */
  readonly stages: Readonly<Record<string, number>>;
  readonly jsonParse: number;
  /** Of the metrics of the process, in milliseconds; the same at any size. */
  readonly figures: number;
  readonly polls: Readonly<Record<Change, { readonly cpu: number; readonly stall: number }>>;
}

const [numbers, url] = [Number(process.argv[2]), process.argv[3] ?? ''];
const POLLS = numbers > 10_000 ? 10 : 20;
const WARM_UP = 3;

const build = { version: '0', revision: '0', nodeVersion: process.version };
const log = { debug() {}, info() {}, warn() {}, error: console.error };

async function main(): Promise<PollCost> {
  const stages = await measureStages();
  const polls = {} as Record<Change, { cpu: number; stall: number }>;
  const jsonParse: number[] = [];
  for (const change of ['every number', 'a tenth', 'nothing'] as const) {
    await fetch(`${url}/change`, { method: 'PUT', body: change });
    polls[change] = await measurePolls(jsonParse);
  }
  return { stages, jsonParse: median(jsonParse), figures: await measureFigures(), polls };
}

/** Whole polls, and between them, for the comparison, JSON.parse of the same body. */
async function measurePolls(jsonParse: number[]): Promise<{ cpu: number; stall: number }> {
  const exposition = createExposition(build, { withRuntime: false });
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
      await exposition.encode([viewOf(poller.state())], 'gzip');
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

/** The steps apart. */
async function measureStages(): Promise<Record<string, number>> {
  const spent: Record<string, number[]> = {};
  const stage = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    const [cpu, result] = await cpuOf(async () => run());
    (spent[name] ??= []).push(cpu);
    return result;
  };
  const exposition = createExposition(build, { withRuntime: false });
  const bodies = [0, 1, 2].map((turn) => renderBody(numbers, turn, 'every number'));
  let state = createAccountState('bench');
  for (let i = 0; i < WARM_UP + POLLS; i += 1) {
    await stage('read', readNumbers);
    const bytes = bodies[i % bodies.length] ?? Buffer.alloc(0);
    const text = await stage('decode', () => bytes.toString('latin1'));
    const body = await stage('JSON.parse', () => JSON.parse(text) as unknown);
    const parsed = await stage('check', () => parseNumbers(body));
    const endedAt = { unixMs: systemClock.unixMs(), monotonicMs: systemClock.monotonicMs() };
    const outcome = { ...parsed, endedAt, durationMs: 0, tokenExpiresAtMs: undefined };
    const next = await stage('count', () => afterPoll(state, outcome, PROVIDER_MONTH));
    await stage('render and compress', () => exposition.encode([viewOf(next)], 'gzip'));
    state = next;
  }
  return Object.fromEntries(
    Object.entries(spent).map(([name, values]) => [name, median(values.slice(WARM_UP))]),
  );
}

function viewOf(state: AccountState) {
  return { state, snapshot: state.lastGood?.snapshot, pollIntervalS: 60, nextPollMs: undefined };
}

/** The floor of reading: every byte is taken from the socket, and none of them looked at. */
async function readNumbers(): Promise<void> {
  const [response] = (await once(
    get(`${url}/whatsapp/getWhatsApp`, { agent: false }),
    'response',
  )) as [IncomingMessage];
  await once(response.resume(), 'end');
}

async function measureFigures(): Promise<number> {
  const registry = createProcessRegistry();
  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const startMs = performance.now();
    await registry.metrics();
    times.push(performance.now() - startMs);
  }
  return median(times);
}

async function cpuOf<T>(run: () => Promise<T>): Promise<readonly [ms: number, result: T]> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1_000, result];
}

/** Every turn of the event loop says that it is there; the longest silence is the stall. */
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
