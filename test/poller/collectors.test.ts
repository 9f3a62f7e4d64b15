import { expect, test } from 'vitest';
import { createAnomalyTally } from '../../src/core/anomalies.ts';
import { instantOf } from '../../src/core/clock.ts';
import type { Collected, CollectorName } from '../../src/core/collector.ts';
import { PollError } from '../../src/core/reasons.ts';
import { createCollectors, type CollectorsOptions } from '../../src/poller/collectors.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const MINUTE_MS = 60_000;
const good: Collected<unknown> = { data: [], anomalies: createAnomalyTally().result() };

type Collect = (signal: AbortSignal) => Promise<Collected<unknown>>;

/** Collectors whose runs are recorded, polled every minute. Names need not exist. */
function start(tasks: Readonly<Record<string, { everyMs?: number; collect?: Collect }>>) {
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const runs: [name: string, minute: number][] = [];
  let mayCollect = true;
  const options: CollectorsOptions = {
    account: 'acme',
    tasks: Object.entries(tasks).map(([name, { everyMs = MINUTE_MS, collect }]) => ({
      name: name as CollectorName,
      intervalMs: everyMs,
      gapMs: () => everyMs,
      collect: (signal) => {
        runs.push([name, Math.round(clock.monotonicMs() / MINUTE_MS)]);
        return collect?.(signal) ?? Promise.resolve(good);
      },
    })),
    mayCollect: () => mayCollect,
    timeoutMs: 20_000,
    onCollected: () => {},
    clock,
    log,
  };
  const collectors = createCollectors(options);
  const state = (name: string) => collectors.states()[name as CollectorName];
  return {
    clock,
    lines,
    runs,
    options,
    collectors,
    state,
    allow: (may: boolean) => (mayCollect = may),
    run: () => collectors.run(instantOf(clock)),
    /** A poll per minute, which ends `latenessMs` later than the tick. */
    poll: async (minutes: number, latenessMs: (minute: number) => number = () => 0) => {
      for (let i = 0; i < minutes; i += 1) {
        const polledAt = instantOf(clock);
        await clock.advance(latenessMs(i));
        await collectors.run(polledAt);
        await clock.advance(MINUTE_MS - latenessMs(i));
      }
    },
  };
}
const fails = (reason: 'network' | 'token' | 'timeout') => () =>
  Promise.reject(new PollError(reason, `it was ${reason}`));

test('a collector runs at the first poll, then at every tenth, however late a poll ends', async () => {
  const { poll, runs } = start({ a: { everyMs: 10 * MINUTE_MS } });
  await poll(31, (minute) => (minute % 2 === 0 ? 19_000 : 3));
  expect(runs.map(([, minute]) => minute)).toEqual([0, 10, 20, 30]);
});

test('a collector with an interval shorter than that of the numbers runs at every poll', async () => {
  const { clock, collectors, runs } = start({ a: {} });
  for (let i = 0; i < 3; i += 1) {
    await collectors.run(instantOf(clock));
    await clock.advance(5 * MINUTE_MS);
  }
  expect(runs).toHaveLength(3);
});

test('collectors run one at a time, the longest waiting first', async () => {
  let atOnce = 0;
  const collect = async () => {
    expect((atOnce += 1)).toBe(1);
    await new Promise(setImmediate);
    atOnce -= 1;
    return good;
  };
  const { run, clock, runs } = start({
    often: { collect },
    rare: { everyMs: 5 * MINUTE_MS, collect },
  });
  await Promise.all([run(), run()]);
  for (let i = 0; i < 5; i += 1) {
    await clock.advance(MINUTE_MS);
    await run();
  }
  expect(runs.map(([name]) => name).join(' ')).toBe(
    'often rare often often often often rare often',
  );
});

test('when the numbers are due, a running collector is aborted and counts as a timeout', async () => {
  const hangs: Collect = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const { collectors, run, runs, state, lines } = start({ slow: { collect: hangs }, next: {} });
  const running = run();
  expect(collectors.isRunning()).toBe(true);
  await collectors.interrupt();
  await running;
  expect(collectors.isRunning()).toBe(false);
  expect(state('slow')?.failures.timeout).toBe(1);
  expect(lines).toMatchObject([
    {
      level: 'warn',
      fields: { collector: 'slow', detail: 'stopped, because the numbers were due' },
    },
  ]);
  // The others wait for the end of that poll.
  expect(runs.map(([name]) => name)).toEqual(['slow']);
  await run();
  expect(runs.map(([name]) => name)).toEqual(['slow', 'next']);
});

test('a failed run is repeated after five minutes, and keeps the last data', async () => {
  const results = [() => Promise.resolve(good), fails('network'), () => Promise.resolve(good)];
  const { poll, runs, state } = start({
    a: { everyMs: 60 * MINUTE_MS, collect: () => (results.shift() ?? fails('token'))() },
  });
  await poll(61);
  expect(state('a')).toMatchObject({ lastRun: { failure: { reason: 'network' } } });
  expect(state('a')?.lastGood).toBeDefined();
  await poll(5);
  expect(state('a')?.lastRun?.failure).toBeUndefined();
  expect(runs.map(([, minute]) => minute)).toEqual([0, 60, 65]);
});

test('data that comes with a failure is used, and the run counts as failed', async () => {
  const failure = new PollError('provider_failed', 'one of two calls failed');
  const { run, state } = start({ a: { collect: async () => ({ ...good, data: [1], failure }) } });
  await run();
  expect(state('a')).toMatchObject({
    failures: { provider_failed: 1 },
    lastRun: { failure: { reason: 'provider_failed' } },
    lastGood: { data: [1] },
  });
});

test('without a token or during a cool-down no collector runs, and none counts as failed', async () => {
  const { poll, allow, runs, state } = start({ a: {}, b: {} });
  allow(false);
  await poll(3);
  expect(runs).toEqual([]);
  expect(state('a')?.lastRun).toBeUndefined();
  allow(true);
  await poll(1);
  expect(runs).toHaveLength(2);
});

test('the log contains failures and recoveries, once per change and once an hour', async () => {
  const failing = { now: true };
  const { poll, lines } = start({
    a: { collect: () => (failing.now ? fails('network')() : Promise.resolve(good)) },
  });
  const seen = () =>
    lines
      .splice(0)
      .flatMap(({ level, message }) => (level === 'debug' ? [] : `${level}: ${message}`));
  await poll(59);
  expect(seen()).toEqual(['warn: collector failed']);
  await poll(2);
  expect(seen()).toEqual(['warn: collector failed']);
  failing.now = false;
  await poll(10);
  expect(seen()).toEqual(['info: collector recovered']);
});

test('an unexpected error is logged with its stack, and a run that hangs is abandoned', async () => {
  const bug = new TypeError('a bug');
  const { run, lines, clock, state } = start({
    buggy: { collect: () => Promise.reject(bug) },
    hung: { collect: () => new Promise(() => {}) },
  });
  const running = run();
  await expect.poll(() => lines.length).toBe(1);
  await clock.advance(30_000);
  await running;
  const detail = expect.stringContaining('abandoned') as string;
  expect(lines).toMatchObject([
    { level: 'error', fields: { collector: 'buggy', reason: 'internal', err: bug } },
    { level: 'error', fields: { collector: 'hung', detail } },
  ]);
  expect(state('hung')?.failures.internal).toBe(1);
});

test('stopping discards the running collector and leaves no timer', async () => {
  const { collectors, run, state, clock, lines } = start({
    a: { collect: () => new Promise(() => {}) },
  });
  const running = run();
  await collectors.stop();
  await running;
  expect(state('a')?.lastRun).toBeUndefined();
  expect(lines).toEqual([]);
  expect(clock.timers).toBe(0);
});

test('what metrics show is the same object until something changes', async () => {
  const { run, collectors, clock } = start({ online_accounts: {} });
  const fresh = () => collectors.views(() => false);
  const empty = fresh();
  expect(empty.online_accounts?.data).toBeUndefined();
  await run();
  const first = fresh();
  expect(first.online_accounts?.data).toBe(good.data);
  expect(fresh()).toBe(first);
  const stale = collectors.views(() => true);
  expect(stale.online_accounts?.data).toBeUndefined();
  await clock.advance(MINUTE_MS);
  await run();
  expect(fresh()).not.toBe(first);
});
