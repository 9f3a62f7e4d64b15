import { assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { spread } from '../../src/poller/spread.ts';

const MINUTE_MS = 60_000;
const tickOf = (text: string, rank: number, nowMs = 0) =>
  spread(parseSchedule(text), rank).nextTickMs(nowMs);

test.each([
  ['90s', 90_000],
  ['6h', 6 * 60 * MINUTE_MS],
  ['* * * * *', MINUTE_MS],
  ['*/5 * * * *', MINUTE_MS],
  ['30 9 * * mon-fri', MINUTE_MS],
  ['*/10 * * * * *', 1_000],
  ['  0 9 * * *  ', MINUTE_MS],
])('with %j accounts are spread over %i ms, its leeway', (text, leewayMs) => {
  const first = tickOf(text, 0);
  const later = Array.from({ length: 200 }, (_, rank) => tickOf(text, rank, first - 1) - first);
  expect(Math.max(...later)).toBeLessThan(leewayMs);
  expect(Math.max(...later)).toBeGreaterThan(0.97 * leewayMs);
});

test('the only account, or the first, is polled exactly at the ticks', () => {
  expect(tickOf('*/5 * * * *', 0)).toBe(5 * MINUTE_MS);
  expect(tickOf('90s', 0)).toBe(90_000);
});

test('any number of accounts is evenly spread', () => {
  assert(
    property(integer({ min: 2, max: 1_000 }), (count) => {
      const ranks = Array.from({ length: count }, (_, rank) => rank);
      const ticks = ranks
        .map((rank) => tickOf('1000s', rank) % 1_000_000)
        .toSorted((a, b) => a - b);
      const gaps = ticks.map((tick, i) => (ticks[i + 1] ?? 1_000_000) - tick);
      expect(Math.max(...gaps)).toBeLessThan(1_900_000 / count);
      expect(Math.min(...gaps)).toBeGreaterThan(380_000 / count);
    }),
  );
});

test('an offset does not change the gaps of any schedule', () => {
  const patterns = ['* * * * *', '0,10 * * * *', '*/5 8-18 * * mon-fri', '90s', '*/10 * * * * *'];
  const instants = integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') });
  assert(
    property(
      constantFrom(...patterns),
      integer({ min: 0, max: 5_000 }),
      instants,
      (text, rank, nowMs) => {
        const schedule = parseSchedule(text);
        const { nextTickMs, longestGapMs, leewayMs } = spread(schedule, rank);
        expect(longestGapMs).toBe(schedule.longestGapMs);
        const tick = nextTickMs(nowMs);
        expect(tick).toBeGreaterThan(nowMs);
        expect(nextTickMs(tick - 1)).toBe(tick);
        expect(nextTickMs(tick) - tick).toBeLessThanOrEqual(longestGapMs);
        expect(nextTickMs(tick) - tick).toBeGreaterThanOrEqual(leewayMs);
      },
    ),
  );
});
