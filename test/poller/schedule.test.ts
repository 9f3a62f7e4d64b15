import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ScheduleError, parseSchedule } from '../../src/poller/schedule.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const START = Date.parse('2026-11-22T10:00:00.250Z');
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

/** The wall times of the ticks within `forMs`, as seconds of the epoch. */
async function ticksOf(text: string, forMs: number): Promise<number[]> {
  const ticks: number[] = [];
  const stop = parseSchedule(text).start(
    () => ticks.push(Date.now() / 1000),
    createMemoryLog().log,
  );
  await vi.advanceTimersByTimeAsync(forMs);
  stop();
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  return ticks;
}
const gapsOf = (ticks: number[]) => [
  ...new Set(ticks.slice(1).map((tick, i) => Math.round(tick - (ticks[i] ?? 0)))),
];

test.each([
  ['1s', 20],
  ['7s', 20],
  ['45s', 20],
  ['90s', 20],
  ['100s', 20],
  ['5m', 20],
  ['1h', 5],
  ['1h30m', 5],
])('the interval %s is exact and starts on a multiple of itself', async (text, count) => {
  const intervalS = parseSchedule(text).longestGapMs / SECOND_MS;
  const ticks = await ticksOf(text, (count + 1) * intervalS * SECOND_MS);
  expect(ticks.length).toBeGreaterThanOrEqual(count);
  expect(gapsOf(ticks)).toEqual([intervalS]);
  expect(Math.floor(ticks[0] ?? 1) % intervalS).toBe(0);
});

test('the default polls at each full minute', async () => {
  const ticks = await ticksOf('* * * * *', 5 * MINUTE_MS);
  expect(ticks.map(Math.floor)).toEqual(
    [1, 2, 3, 4, 5].map((n) => Math.floor(START / 1000) + n * 60),
  );
});

test('no tick is lost or doubled when the clocks of Israel go back', async () => {
  vi.setSystemTime(Date.parse('2026-10-24T21:30:00Z'));
  expect(gapsOf(await ticksOf('*/5 * * * *', 4 * HOUR_MS))).toEqual([300]);
});

test('hours are of UTC', async () => {
  const ticks = await ticksOf('0 12 * * *', DAY_MS);
  expect(ticks.map((s) => new Date(Math.floor(s) * 1000).toISOString())).toEqual([
    '2026-11-22T12:00:00.000Z',
  ]);
});

test.each([
  ['* * * * *', MINUTE_MS],
  ['* * * * * *', SECOND_MS],
  ['*/15 * * * * *', 15 * SECOND_MS],
  ['*/5 * * * *', 5 * MINUTE_MS],
  ['0 */6 * * *', 6 * HOUR_MS],
  ['90s', 90 * SECOND_MS],
  ['1h30m', 90 * MINUTE_MS],
  ['0,10 * * * *', 50 * MINUTE_MS],
  ['10-50/15 * * * *', 30 * MINUTE_MS],
  ['*/5 8-18 * * *', 13 * HOUR_MS + 5 * MINUTE_MS],
  ['*/5 8-18 * * mon-fri', 2 * DAY_MS + 13 * HOUR_MS + 5 * MINUTE_MS],
  ['30 9 * * 0', 7 * DAY_MS],
  ['  */5 * * * *  ', 5 * MINUTE_MS],
])('the longest gap of %j is %s ms', (text, expected) => {
  expect(parseSchedule(text).longestGapMs).toBe(expected);
});

test.each([
  ['*/90 * * * *', 'write the interval 90m'],
  ['*/45 * * * * *', 'write the interval 45s'],
  ['*/7 * * * *', 'write the interval 7m'],
  ['0-59/7 * * * *', 'write the interval 7m'],
  ['0 */5 * * *', 'write the interval 5h'],
  ['*/90 * * * * *', 'write the interval 90s'],
  ['0 0 1 * *', 'at least one poll a week'],
  ['0 0 29 2 *', 'at least one poll a week'],
  ['200h', 'at least one poll a week'],
  ['0s', 'not an interval'],
  ['90', 'not an interval'],
  ['1.5m', 'not an interval'],
  ['5m1h', 'not an interval'],
  ['500ms', 'not an interval'],
  ['60 * * * *', 'not a cron expression'],
  ['* * * *', 'not a cron expression'],
  ['* * * * * * *', 'not a cron expression'],
  ['@hourly', 'not a cron expression'],
  ['every minute', 'not a cron expression'],
  ['', 'not a cron expression'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseSchedule(text)).toThrow(ScheduleError);
  expect(() => parseSchedule(text)).toThrow(message);
});

test('a pause of the process of a few seconds does not cost a tick', async () => {
  const ticks: number[] = [];
  const stop = parseSchedule('1m').start(() => ticks.push(Date.now()), createMemoryLog().log);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  vi.setSystemTime(Date.now() + 2 * MINUTE_MS + 5 * SECOND_MS - (Date.now() % MINUTE_MS));
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  stop();
  expect(ticks.length).toBe(2);
});
