import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthOf, PROVIDER_MONTH } from '../../src/core/month.ts';

const at = (text: string) => Date.parse(text);
const shown = (text: string, zone: string) => {
  const { startMs, endMs } = monthOf(at(text), { timezone: zone, startsAtMs: 0 });
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

test.each([
  [
    '2026-11-22T10:00:00Z',
    'Asia/Jerusalem',
    '2026-10-31T22:00:00.000Z',
    '2026-11-30T22:00:00.000Z',
  ],
  [
    '2026-10-31T21:59:59.999Z',
    'Asia/Jerusalem',
    '2026-09-30T21:00:00.000Z',
    '2026-10-31T22:00:00.000Z',
  ],
  [
    '2026-10-31T22:00:00Z',
    'Asia/Jerusalem',
    '2026-10-31T22:00:00.000Z',
    '2026-11-30T22:00:00.000Z',
  ],
  [
    '2026-03-15T00:00:00Z',
    'Asia/Jerusalem',
    '2026-02-28T22:00:00.000Z',
    '2026-03-31T21:00:00.000Z',
  ],
  ['2024-02-29T23:00:00Z', 'UTC', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59Z', 'UTC', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  [
    '2026-11-01T03:59:59Z',
    'America/New_York',
    '2026-10-01T04:00:00.000Z',
    '2026-11-01T04:00:00.000Z',
  ],
  ['2026-05-10T00:00:00Z', 'Asia/Kolkata', '2026-04-30T18:30:00.000Z', '2026-05-31T18:30:00.000Z'],
  // Samoa skipped 30 December 2011.
  ['2011-12-15T00:00:00Z', 'Pacific/Apia', '2011-12-01T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
])('the month of %s in %s runs from %s to %s', (instant, zone, start, end) => {
  expect(shown(instant, zone)).toEqual([start, end]);
});

test.each([
  ['2026-11-30T22:00:00Z', '2026-11-01T02:00:00.000Z', '2026-12-01T02:00:00.000Z'],
  ['2026-12-01T01:59:59Z', '2026-11-01T02:00:00.000Z', '2026-12-01T02:00:00.000Z'],
  ['2026-12-01T02:00:00Z', '2026-12-01T02:00:00.000Z', '2027-01-01T02:00:00.000Z'],
  ['2026-03-15T00:00:00Z', '2026-03-01T02:00:00.000Z', '2026-04-01T01:00:00.000Z'],
])('the month of the provider at %s runs from %s to %s: 04:00 in Israel', (instant, start, end) => {
  const { startMs, endMs } = monthOf(at(instant), PROVIDER_MONTH);
  expect([startMs, endMs].map((ms) => new Date(ms).toISOString())).toEqual([start, end]);
});

test('a month contains its instant, and the next month starts where it ends', () => {
  const zones = fc.constantFrom('UTC', 'Asia/Jerusalem', 'America/St_Johns', 'Pacific/Chatham');
  // On 1 April 2001, the clocks of St. John's skipped times at which a month may start.
  const instants = fc.integer({ min: at('2002-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
  const times = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((minutes) => minutes * 60_000);
  fc.assert(
    fc.property(instants, zones, times, (ms, timezone, startsAtMs) => {
      const settings = { timezone, startsAtMs };
      const month = monthOf(ms, settings);
      expect(month.startMs).toBeLessThanOrEqual(ms);
      expect(month.endMs).toBeGreaterThan(ms);
      expect(monthOf(month.endMs, settings).startMs).toBe(month.endMs);
      expect(monthOf(month.startMs - 1, settings).endMs).toBe(month.startMs);
    }),
    { numRuns: 200 },
  );
});

test('an unknown zone is a RangeError', () => {
  expect(() => monthOf(0, { timezone: 'Asia/Atlantis', startsAtMs: 0 })).toThrow(RangeError);
});
