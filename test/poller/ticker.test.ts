import { expect, test } from 'vitest';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { createTicker, type Ticker } from '../../src/poller/ticker.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = Date.parse('2026-11-22T10:00:30Z');
const YEAR_MS = 365 * 24 * HOUR_MS;

/** A ticker with a fake clock; `polls` are the Unix seconds at which it polled. */
function start(text = '1m', startUnixMs = NOW_MS, begin = (ticker: Ticker) => ticker.start(0)) {
  const clock = createFakeClock(startUnixMs);
  const { log, lines } = createMemoryLog();
  const polls: number[] = [];
  const poll = () => void polls.push(clock.unixMs() / 1000);
  const schedule = parseSchedule(text);
  let nextTickMs = schedule.nextTickMs;
  const ticker = createTicker({
    name: 'acme',
    schedule: { ...schedule, nextTickMs: (nowMs) => nextTickMs(nowMs) },
    poll,
    clock,
    log,
  });
  begin(ticker);
  const neverTick = () => {
    nextTickMs = () => Number.MAX_SAFE_INTEGER;
  };
  return { ticker, clock, lines, polls, neverTick };
}
const times = (polls: readonly number[]) =>
  polls.map((s) => new Date(s * 1000).toISOString().slice(11, 19));

test('it polls at once, without waiting for the first tick, then at each tick', async () => {
  const { clock, polls } = start();
  expect(times(polls)).toEqual(['10:00:30']);
  await clock.advance(2 * MINUTE_MS);
  expect(times(polls)).toEqual(['10:00:30', '10:01:00', '10:02:00']);
});

test('with a delay it polls once after the delay, then at each tick', async () => {
  const { clock, polls } = start('1m', NOW_MS, (ticker) => ticker.start(5_000));
  await clock.advance(4_999);
  expect(polls).toEqual([]);
  await clock.advance(MINUTE_MS);
  expect(times(polls)).toEqual(['10:00:35', '10:01:00']);
});

test('a tick before the end of the delay is the first poll', async () => {
  const { clock, polls } = start('1m', NOW_MS, (ticker) => ticker.start(90_000));
  await clock.advance(2 * MINUTE_MS);
  expect(times(polls)).toEqual(['10:01:00', '10:02:00']);
});

test('after resume it waits for its tick, even if the clock jumps', async () => {
  const { clock, polls, ticker } = start('1m', NOW_MS, (resumed) => resumed.resume());
  clock.jump(-HOUR_MS);
  await clock.advance(2 * MINUTE_MS);
  expect(times(polls)).toEqual(['09:01:00', '09:02:00']);
  expect(ticker.isAlive()).toBe(true);
});

test('it reports the time of the next poll, even before the first', async () => {
  const { clock, ticker } = start('1m', NOW_MS, (later) => later.start(5_000));
  const next = () => times([ticker.nextPollMs() / 1000])[0];
  expect(next()).toBe('10:00:35');
  await clock.advance(5_000);
  expect(next()).toBe('10:01:00');
  clock.jump(-HOUR_MS);
  expect(next()).toBe('09:01:00');
});

test('a delayed start that is stopped never polls', async () => {
  const { clock, ticker, polls } = start('1m', NOW_MS, (later) => later.start(5_000));
  ticker.stop();
  expect(clock.timers).toBe(0);
  await clock.advance(HOUR_MS);
  expect(polls).toEqual([]);
});

test('an interval that does not divide a minute is kept exactly over a day', async () => {
  const { clock, polls, lines } = start('90s', Date.parse('2026-11-22T00:00:00Z'));
  await clock.advance(24 * HOUR_MS);
  expect(polls).toHaveLength(1 + 960);
  expect(new Set(polls.slice(1).map((at) => at % 90))).toEqual(new Set([0]));
  expect(lines).toEqual([]);
});

test('a clock set back does not delay the next poll', async () => {
  const { clock, polls, lines } = start();
  clock.jump(-HOUR_MS);
  await clock.advance(3 * MINUTE_MS);
  expect(times(polls)).toEqual(['10:00:30', '09:01:00', '09:02:00', '09:03:00']);
  expect(lines).toEqual([]);
});

test('a clock set forward by a year, or a machine that slept, causes one tick at once', async () => {
  const { clock, polls, ticker } = start();
  clock.jump(56 * YEAR_MS);
  await clock.advance(10_000);
  expect(polls).toHaveLength(2);
  await clock.advance(MINUTE_MS);
  expect(polls).toHaveLength(3);
  expect(ticker.isAlive()).toBe(true);
});

test('a schedule that stops ticking is detected, logged and polled', async () => {
  const { clock, lines, polls, neverTick } = start();
  await clock.advance(30_000);
  neverTick();
  await clock.advance(MINUTE_MS);
  expect(polls).toHaveLength(3);
  await clock.advance(74_999);
  expect(lines).toEqual([]);
  await clock.advance(1);
  expect(lines).toMatchObject([{ level: 'error', fields: { account: 'acme', quiet_seconds: 75 } }]);
  expect(polls).toHaveLength(4);
});

test('it is alive while a restart may help, and not alive when it does not', async () => {
  const { ticker, clock, neverTick } = start();
  neverTick();
  await clock.advance(30_000);
  await clock.advance(3 * 75_000);
  expect(ticker.isAlive()).toBe(true);
  await clock.advance(1);
  expect(ticker.isAlive()).toBe(false);
});

test('a stopped ticker does not poll and leaves no timer', async () => {
  const { ticker, clock, polls } = start();
  ticker.stop();
  expect(clock.timers).toBe(0);
  await clock.advance(HOUR_MS);
  expect(polls).toHaveLength(1);
});
