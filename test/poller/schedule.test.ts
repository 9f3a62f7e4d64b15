import { assert, constantFrom, integer, property } from 'fast-check';
import { getTasks } from 'node-cron';
import { expect, test } from 'vitest';
import { ScheduleError, parseSchedule } from '../../src/poller/schedule.ts';

const at = (text: string) => Date.parse(text);
const START = at('2026-11-22T10:00:00.250Z');
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The first ticks after an instant. */
function ticksOf(text: string, count: number, fromMs = START): number[] {
  const schedule = parseSchedule(text);
  const ticks: number[] = [];
  for (let nowMs = fromMs; ticks.length < count; nowMs = ticks.at(-1) ?? 0) {
    ticks.push(schedule.nextTickMs(nowMs));
  }
  return ticks;
}
const shown = (ticks: readonly number[]) => ticks.map((ms) => new Date(ms).toISOString());
const gapsOf = (ticks: readonly number[]) => [
  ...new Set(ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0))),
];

test.each(['1s', '7s', '45s', '90s', '100s', '5m', '1h', '1h30m', '23h'])(
  'the interval %s ticks exactly at its multiples',
  (text) => {
    const ticks = ticksOf(text, 50);
    const everyMs = parseSchedule(text).longestGapMs;
    expect(gapsOf(ticks)).toEqual([everyMs]);
    expect((ticks[0] ?? 1) % everyMs).toBe(0);
    expect((ticks[0] ?? 0) - START).toBeLessThanOrEqual(everyMs);
  },
);

test.each<[string, ...string[]]>([
  ['* * * * *', '2026-11-22T10:01:00.000Z', '2026-11-22T10:02:00.000Z'],
  ['*/20 * * * * *', '2026-11-22T10:00:20.000Z', '2026-11-22T10:00:40.000Z'],
  ['0 12 * * *', '2026-11-22T12:00:00.000Z', '2026-11-23T12:00:00.000Z'],
  ['30 9 * * mon-fri', '2026-11-23T09:30:00.000Z', '2026-11-24T09:30:00.000Z'],
  ['59 23 * * 6', '2026-11-28T23:59:00.000Z', '2026-12-05T23:59:00.000Z'],
])('%s ticks at %s, then at %s, in UTC', (text, ...expected) => {
  expect(shown(ticksOf(text, 2))).toEqual(expected);
});

test('a repeated day does not make a schedule daily', () => {
  const next = (text: string, from: string) => shown(ticksOf(text, 1, at(from)));
  expect(next('0 9 1-30,1 * *', '2026-10-30T10:00:00Z')).toEqual(['2026-11-01T09:00:00.000Z']);
  expect(next('0 9 L,2-31 * *', '2026-10-31T10:00:00Z')).toEqual(['2026-11-02T09:00:00.000Z']);
});

test('no schedule stays in the task list of node-cron', () => {
  const before = getTasks().size;
  parseSchedule('* * * * *');
  expect(() => parseSchedule('0 0 1 * *')).toThrow(ScheduleError);
  expect(getTasks().size).toBe(before);
});

test('the next tick is always after the instant', () => {
  expect(shown(ticksOf('* * * * *', 1, at('2026-11-22T10:01:00Z')))).toEqual([
    '2026-11-22T10:02:00.000Z',
  ]);
  expect(parseSchedule('90s').nextTickMs(0)).toBe(90_000);
});

test('no tick is lost or doubled when daylight saving time ends in Israel', () => {
  expect(gapsOf(ticksOf('*/5 * * * *', 48, at('2026-10-24T21:30:00Z')))).toEqual([300_000]);
});

test('no gap is longer than the longest gap', () => {
  const patterns = ['* * * * *', '0,10 * * * *', '*/5 8-18 * * mon-fri', '90s', '30 9 * * 0'];
  const instants = integer({ min: at('2020-01-01'), max: at('2040-01-01') });
  assert(
    property(constantFrom(...patterns), instants, (text, nowMs) => {
      const { longestGapMs, nextTickMs } = parseSchedule(text);
      const tick = nextTickMs(nowMs);
      expect(tick).toBeGreaterThan(nowMs);
      expect(nextTickMs(tick) - tick).toBeLessThanOrEqual(longestGapMs);
    }),
  );
});

test.each([
  ['* * * * *', MINUTE_MS],
  ['* * * * * *', SECOND_MS],
  ['*/15 * * * * *', 15 * SECOND_MS],
  ['*/5 * * * *', 5 * MINUTE_MS],
  ['0 */6 * * *', 6 * HOUR_MS],
  ['90s', 90 * SECOND_MS],
  [' 1h30m ', 90 * MINUTE_MS],
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
  ['90s', 90 * SECOND_MS],
  ['* * * * *', MINUTE_MS],
  ['*/5 8-18 * * mon-fri', 5 * MINUTE_MS],
  ['0,10 * * * *', 10 * MINUTE_MS],
  ['0,0 9,9 * * *', DAY_MS],
  ['30 9 * * 3', 7 * DAY_MS],
])('the usual gap of %j is %s ms', (text, expected) => {
  expect(parseSchedule(text).usualGapMs).toBe(expected);
});

test.each([
  ['*/90 * * * *', 'write the interval 90m'],
  ['*/45 * * * * *', 'write the interval 45s'],
  ['*/7 * * * *', 'write the interval 7m'],
  ['0-59/7 * * * *', 'write the interval 7m'],
  ['0 */5 * * *', 'write the interval 5h'],
  ['*/90 * * * * *', 'write the interval 90s'],
  ['0 0 */2 * *', 'write an interval in hours such as 48h'],
  ['0 0 * * */2', 'write an interval in hours such as 48h'],
  ['0 0 1 * *', 'at least one poll a week'],
  ['0 0 29 2 *', 'at least one poll a week'],
  ['0 0 29 feb *', 'leaves gaps of'],
  ['0 9 1-15 * mon-fri', 'restricts both the day of the month and the day of the week'],
  ['0 0 29 2 sun', 'restricts both the day of the month and the day of the week'],
  ['200h', 'at least one poll a week'],
  ['0s', 'is not an interval'],
  ['90', 'is not an interval'],
  ['1.5m', 'is not an interval'],
  ['5m1h', 'is not an interval'],
  ['500ms', 'is not an interval'],
  ['60 * * * *', 'is not a cron expression'],
  ['* * * *', 'is not a cron expression'],
  ['* * * * * * *', 'is not a cron expression'],
  ['@hourly', 'is not a cron expression'],
  ['every minute', 'is not a cron expression'],
  ['', 'is not a cron expression'],
])('%j is rejected: %s', (text, message) => {
  expect(() => parseSchedule(text)).toThrow(ScheduleError);
  expect(() => parseSchedule(text)).toThrow(message);
});
