import { assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { instantOf } from '../../src/core/clock.ts';
import { afterDueTime, isStale } from '../../src/poller/due-time.ts';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { spread } from '../../src/poller/spread.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OFFICE = parseSchedule('*/5 8-18 * * mon-fri');
/** The default for this schedule: 3 gaps and a timeout of 20 s. */
const STALE_AFTER_MS = 15 * MINUTE_MS + 20_000;

const end = (from: string, dueMs = STALE_AFTER_MS, schedule = OFFICE) =>
  new Date(afterDueTime(schedule, Date.parse(from), dueMs)).toISOString();

test.each([
  // Within working hours, due time is normal time. 2026-11-27 is a Friday.
  ['2026-11-27T10:00:00Z', '2026-11-27T10:15:20.000Z'],
  // The first pause counts as one gap: two failures on Friday, the third on Monday at 8.
  ['2026-11-27T18:45:00Z', '2026-11-30T08:00:20.000Z'],
  // The last successful poll of the week: three failures on Monday.
  ['2026-11-27T18:55:00Z', '2026-11-30T08:10:20.000Z'],
  // A first poll at night, at the start of the program.
  ['2026-11-28T02:00:00Z', '2026-11-30T08:10:20.000Z'],
])('with working hours, data of %s is stale at %s', (from, expected) => {
  expect(end(from)).toBe(expected);
});

test('an account with an offset is stale after its own third failed poll', () => {
  const own = spread(OFFICE, 1);
  const lastMs = own.nextTickMs(Date.parse('2026-11-27T18:54:00Z'));
  const third = [1, 2, 3].reduce((atMs) => own.nextTickMs(atMs), lastMs);
  expect(afterDueTime(own, lastMs, STALE_AFTER_MS)).toBe(third + 20_000);
});

test('without pauses, due time is normal time', () => {
  for (const text of ['90s', '* * * * *', '0 */6 * * *', '30 9 * * 3']) {
    expect(afterDueTime(parseSchedule(text), 1_000, 1e12)).toBe(1e12 + 1_000);
  }
});

test('with any schedule, data survives two failed polls and not the third', () => {
  const patterns = ['*/5 8-18 * * mon-fri', '0,10 * * * *', '*/20 * 9 * * 6', '90s', '0 9 * * *'];
  const instants = integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') });
  const timeoutMs = 20_000;
  assert(
    property(
      constantFrom(...patterns),
      integer({ min: 0, max: 50 }),
      instants,
      integer({ min: 0, max: timeoutMs - 1 }),
      (text, rank, nowMs, tookMs) => {
        const schedule = spread(parseSchedule(text), rank);
        const { usualGapMs, nextTickMs } = schedule;
        const pollMs = nextTickMs(nowMs);
        const ticks = [pollMs];
        for (let i = 0; i < 3; i += 1) ticks.push(nextTickMs(ticks[i] ?? 0));
        const goodMs = pollMs + Math.min(tookMs, usualGapMs - 1);
        const staleMs = afterDueTime(schedule, goodMs, 3 * usualGapMs + timeoutMs);
        expect(staleMs).toBeGreaterThanOrEqual((ticks[3] ?? 0) + timeoutMs);
      },
    ),
  );
});

test('data does not age at night, but does with failed polls in the morning', async () => {
  const clock = createFakeClock(Date.parse('2026-11-27T18:55:01Z'));
  const at = instantOf(clock);
  const check = () => isStale(at, STALE_AFTER_MS, OFFICE, clock);
  await clock.advance(61 * HOUR_MS);
  expect(check()).toBe(false);
  await clock.advance(Date.parse('2026-11-30T08:10:20Z') - clock.unixMs());
  expect(check()).toBe(false);
  await clock.advance(1);
  expect(check()).toBe(true);
});

test('a clock set back, even into a night, does not make data look fresh', async () => {
  const clock = createFakeClock(Date.parse('2026-11-27T10:00:00Z'));
  const at = instantOf(clock);
  clock.jump(-8 * HOUR_MS);
  await clock.advance(STALE_AFTER_MS);
  expect(isStale(at, STALE_AFTER_MS, OFFICE, clock)).toBe(false);
  await clock.advance(1);
  expect(isStale(at, STALE_AFTER_MS, OFFICE, clock)).toBe(true);
});

test('data from a wrong night becomes stale within a day after the clock was set back', async () => {
  const clock = createFakeClock(Date.parse('2026-11-27T18:59:00Z'));
  const at = instantOf(clock);
  clock.jump(-8 * HOUR_MS);
  await clock.advance(STALE_AFTER_MS + 1);
  expect(isStale(at, STALE_AFTER_MS, OFFICE, clock)).toBe(true);
});

test('a machine that slept through working hours has stale data', () => {
  const clock = createFakeClock(Date.parse('2026-11-27T10:00:00Z'));
  const at = instantOf(clock);
  clock.jump(2 * HOUR_MS);
  expect(isStale(at, STALE_AFTER_MS, OFFICE, clock)).toBe(true);
});
