import { getTasks } from 'node-cron';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { spread } from '../../src/poller/spread.ts';
import { startTicks } from '../../src/poller/ticks.ts';
import { systemClock } from '../../src/system.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

// node-cron uses the machine's clock, so the test replaces it.
beforeEach(() => {
  const now = Date.parse('2026-11-27T10:00:15Z');
  vi.useFakeTimers({ now, toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const shown = (ms: number) => new Date(ms).toISOString().slice(5, 19);

function start(text: string, rank = 0) {
  const seen: string[] = [];
  const schedule = spread(parseSchedule(text), rank);
  const onTick = () => void seen.push(shown(Date.now()));
  const ticks = startTicks({ schedule, onTick, clock: systemClock });
  const take = () => seen.splice(0);
  return { ticks, take, next: () => shown(ticks.nextMs()) };
}
/** Sets only the wall clock. */
const jump = (ms: number) => vi.setSystemTime(Date.now() + ms);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test.each(['* * * * *', '1m'])('%s ticks every minute, and reports the next tick', async (text) => {
  const { ticks, take, next } = start(text);
  expect(next()).toBe('11-27T10:01:00');
  await pass(105_100);
  expect(take()).toEqual(['11-27T10:01:00', '11-27T10:02:00']);
  expect(next()).toBe('11-27T10:03:00');
  ticks.stop();
  await pass(HOUR_MS);
  expect(take()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a cron expression keeps to its hours and days, in UTC', async () => {
  const { take, next, ticks } = start('0 9-10 * * mon-fri');
  expect(next()).toBe('11-30T09:00:00');
  await pass(73 * HOUR_MS);
  expect(take()).toEqual(['11-30T09:00:00', '11-30T10:00:00']);
  ticks.stop();
});

test.each(['* * * * *', '1m'])('%s: the offset applies from the start', async (text) => {
  const { take, next, ticks } = start(text, 1);
  expect(next()).toBe('11-27T10:00:37');
  await pass(30_000);
  expect(take()).toEqual(['11-27T10:00:37']);
  expect(next()).toBe('11-27T10:01:37');
  await pass(60_000);
  expect(take()).toEqual(['11-27T10:01:37']);
  ticks.stop();
});

test.each(['*/2 * * * * *', '* * * * *', '2s', '1m'])(
  '%s: a clock set forward by a year causes one tick, soon and without blocking',
  async (text) => {
    const { take, ticks } = start(text);
    await pass(55_000);
    take();
    jump(YEAR_MS);
    const before = process.hrtime.bigint();
    await pass(5_000);
    expect(Number(process.hrtime.bigint() - before) / 1e6, 'ms of standstill').toBeLessThan(500);
    const seen = take();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(5);
    await pass(60_000);
    expect(take().length).toBe(text.includes('2') ? 30 : 1);
    ticks.stop();
  },
);

test.each(['* * * * *', '1m'])(
  '%s: a clock set back does not delay the next tick',
  async (text) => {
    const { take, next, ticks } = start(text);
    jump(-HOUR_MS);
    expect(next()).toBe('11-27T09:01:00');
    await pass(120_000);
    expect(take()).toEqual(['11-27T09:01:00', '11-27T09:02:00']);
    ticks.stop();
  },
);

test('a stopped or restarted task is not kept', async () => {
  const before = getTasks().size;
  const { ticks } = start('* * * * *');
  jump(YEAR_MS);
  await pass(60_000);
  expect(getTasks().size).toBe(before + 1);
  ticks.stop();
  expect(getTasks().size).toBe(before);
});
