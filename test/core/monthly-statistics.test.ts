import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  completeMonths,
  MONTHS_MAX,
  parseMonthlyStatistics,
} from '../../src/core/monthly-statistics.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { anyListNeverBreaks } from '../support/any-list.ts';
import { responseOf } from '../support/sample.ts';

const entry = (monthYear: unknown, changes: Record<string, unknown> = {}) => ({
  monthYear,
  totalConversations: 12_530,
  totalMarketing: 10_200,
  totalService: 1_000,
  totalIncoming: 1_330,
  ...changes,
});

test('a month has the counts of its three categories', () => {
  const { data, anomalies } = parseMonthlyStatistics({
    ...responseOf(entry('012025'), entry('122024', { totalService: '7' })),
    totalWhatsApp: 2,
    whatsapp: null,
  });
  expect(data).toEqual([
    { month: '2025-01', marketing: 10_200, service: 1_000, incoming: 1_330 },
    { month: '2024-12', marketing: 10_200, service: 7, incoming: 1_330 },
  ]);
  expect(anomalies.examples).toEqual([]);
});

test.each([
  ['012025', '2025-01'],
  ['122024', '2024-12'],
  [12_025, '2025-01'],
  [122_024, '2024-12'],
])('the month sent as %j is %s', (sent, expected) => {
  expect(parseMonthlyStatistics(responseOf(entry(sent))).data[0]?.month).toBe(expected);
});

test.each(['002025', '132025', '2025-01', '12025', '011999', '', null, 1.5, -12_025, {}])(
  'the month sent as %j is invalid',
  (sent) => {
    const { data, anomalies } = parseMonthlyStatistics(responseOf(entry(sent), entry('012025')));
    expect(data).toHaveLength(1);
    expect(anomalies.counts.entry_invalid).toBe(1);
  },
);

test('an invalid count costs only its own series', () => {
  const { data, anomalies } = parseMonthlyStatistics(
    responseOf(entry('012025', { totalMarketing: -1, totalIncoming: null })),
  );
  expect(data).toEqual([
    { month: '2025-01', marketing: undefined, service: 1_000, incoming: undefined },
  ]);
  expect(anomalies.examples).toEqual([
    'field_invalid: list[0].totalMarketing',
    'field_missing: list[0].totalIncoming',
  ]);
});

test('months above the limit are dropped and counted', () => {
  const list = Array.from({ length: MONTHS_MAX + 12 }, (_, i) =>
    entry(`${String((i % 12) + 1).padStart(2, '0')}${2020 + Math.floor(i / 12)}`),
  );
  const { data, anomalies } = parseMonthlyStatistics(responseOf(...list));
  expect(data).toHaveLength(MONTHS_MAX);
  expect(anomalies.counts.number_limit).toBe(12);
});

test('nothing but months and counts leaves the parser', () => {
  const parsed = parseMonthlyStatistics({
    ...responseOf(entry('012025', { apiKey: 'canary', note: 'canary' }), 'canary'),
    whatsapp: 'canary',
  });
  expect(inspect(parsed, { depth: null })).not.toContain('canary');
});

const months = (...names: string[]) =>
  names.map((month) => ({ month, marketing: 1, service: 1, incoming: 1 }));
const complete = (now: string, list: ReturnType<typeof months>, max = 13) =>
  completeMonths(list, Date.parse(now), PROVIDER_MONTH, max).map(({ month }) => month);

test.each([
  // October ends on 1 November at 04:00 in Israel, which is 02:00 UTC.
  ['2026-11-01T01:59:59Z', ['2026-09']],
  ['2026-11-01T02:00:00Z', ['2026-09', '2026-10']],
  ['2026-11-30T23:59:59Z', ['2026-09', '2026-10']],
])('at %s the complete months are %j', (now, expected) => {
  expect(complete(now, months('2026-12', '2026-11', '2026-10', '2026-09'))).toEqual(expected);
});

test('the complete months are limited by the calendar, not by the length of the list', () => {
  const list = months('2026-10', '2025-11', '2025-10', '2025-09', '2024-12');
  expect(complete('2026-11-15T00:00:00Z', list)).toEqual(['2025-10', '2025-11', '2026-10']);
});

test('any response yields valid months or a PollError', () => {
  anyListNeverBreaks(parseMonthlyStatistics, Object.keys(entry('')), (data) => {
    for (const { month, marketing, service, incoming } of data) {
      expect(month).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
      for (const count of [marketing, service, incoming]) {
        expect(count === undefined || (Number.isInteger(count) && count >= 0)).toBe(true);
      }
    }
    expect(new Set(data.map(({ month }) => month)).size).toBe(data.length);
  });
});
