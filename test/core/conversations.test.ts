import { expect, test } from 'vitest';
import type { Turn } from '../../src/core/account-month.ts';
import {
  countConversations,
  levelsOf,
  type ConversationCounters,
} from '../../src/core/conversations.ts';
import { numberEntry } from '../support/numbers.ts';

/** One entry per poll: a marketing count, or a turn with that count. */
type Poll = number | undefined | readonly [Turn, number | undefined];

function toCounters(polls: readonly Poll[]): ConversationCounters[] {
  let counters: ConversationCounters = [];
  return polls.map((poll) => {
    const [turn, marketing] = typeof poll === 'object' ? poll : (['none', poll] as const);
    counters = countConversations(counters, [numberEntry({ marketing })], turn);
    return counters;
  });
}
const totals = (...polls: Poll[]) =>
  toCounters(polls).map((counters) => counters[0]?.marketing.total);
const times = (n: number, ...polls: Poll[]) => Array.from({ length: n }, () => polls).flat();

test('a counter starts at 0 and adds the increase of each poll', () => {
  expect(totals(100, 103, 103, 110)).toEqual([0, 3, 3, 10]);
});

test('an increase of a count near the largest integer is exact', () => {
  const largest = Number.MAX_SAFE_INTEGER;
  expect(totals(largest - 1000, largest - 499, largest - 1)).toEqual([0, 501, 999]);
});

test('a count that drops and returns adds only the excess over its old level', () => {
  expect(totals(5000, 0, 5000)).toEqual([0, 0, 0]);
  expect(totals(5000, 0, 0, 5003, 5002, 5004)).toEqual([0, 0, 0, 3, 3, 4]);
});

test('two servers that disagree add nothing', () => {
  expect(totals(...times(50, 5000, 4998)).at(-1)).toBe(0);
});

test('after a correction that lasts ten polls, counting continues from the new level', () => {
  expect(totals(5000, ...times(10, 4900), 4950).slice(-2)).toEqual([0, 50]);
  expect(totals(5000, ...times(9, 4900), 4950, 4951).slice(-2)).toEqual([0, 1]);
  expect(totals(5000, 4990, 4995, ...times(8, 4992), 4996).slice(-2)).toEqual([0, 1]);
});

test('a restart adds the new count if it dropped, and the growth otherwise', () => {
  expect(totals(500, ['restarted', 7], 9)).toEqual([0, 7, 9]);
  expect(totals(500, ['restarted', 501], 3)).toEqual([0, 1, 1]);
});

test('an unobserved restart adds the whole new count', () => {
  expect(totals(100, ['restarted_unseen', 150], 151)).toEqual([0, 150, 151]);
  expect(totals(100, ['restarted_unseen', 100])).toEqual([0, 100]);
});

test('counts of the other month are compared with that month', () => {
  const polls: Poll[] = [5000, ['restarted', 3], ['switched', 5001], ['switched', 4], 5];
  expect(totals(...polls)).toEqual([0, 3, 4, 5, 6]);
});

test('a missing count leaves its counter unchanged, and the next count is compared with the last', () => {
  expect(totals(10, 12, undefined, 15)).toEqual([0, 2, 2, 5]);
  expect(totals(undefined, 50, 51)).toEqual([0, 0, 1]);
});

test('a count that is missing during a restart adds its new count when it returns', () => {
  expect(totals(100, undefined, ['restarted', undefined], 30)).toEqual([0, 0, 0, 30]);
});

test('a removed number loses its counters', () => {
  const poll = (before: ConversationCounters, marketing: number) =>
    countConversations(before, [numberEntry({ marketing })], 'none');
  const first = poll(poll([], 5), 9);
  const gone = countConversations(first, [], 'none');
  expect(first[0]?.marketing.total).toBe(4);
  expect(gone.length).toBe(0);
  expect(poll(gone, 12)[0]?.marketing.total).toBe(0);
});

test.each(['marketing', 'service', 'incoming'] as const)(
  '%s is counted separately, and without growth the same counters are returned',
  (category) => {
    const numbers = (count: number) => [
      numberEntry({ whatsapp: '1', marketing: 5, service: 5, incoming: 5, [category]: count }),
      numberEntry({ whatsapp: '2' }),
    ];
    const first = countConversations([], numbers(5), 'none');
    const second = countConversations(first, numbers(9), 'none');
    const { marketing, service, incoming } = second[0] ?? {};
    const sums = {
      marketing: marketing?.total,
      service: service?.total,
      incoming: incoming?.total,
    };
    expect(sums).toEqual({ marketing: 0, service: 0, incoming: 0, [category]: 4 });
    // A hundred thousand new objects per poll would load the garbage collector.
    expect(second[1]).toBe(first[1]);
    expect(countConversations(second, numbers(9), 'none')).toBe(second);
    expect(countConversations(second, numbers(9).slice(1), 'none')).not.toBe(second);
    // In the order of the list, whose numbers and counters are read by position.
    const reversed = countConversations(second, numbers(9).toReversed(), 'none');
    expect(reversed).toEqual(second.toReversed());
  },
);

test('levels compare the counts of numbers in both polls', () => {
  const entry = (whatsapp: string, count: number | undefined) =>
    numberEntry({ whatsapp, marketing: count, service: 0, incoming: 0 });
  const start = countConversations(
    [],
    [entry('1', 100), entry('2', 50), entry('3', 7), entry('4', undefined)],
    'none',
  );
  const next = [entry('1', 101), entry('3', undefined), entry('4', 9), entry('5', 1)];
  const none = { before: 0, now: 0 };
  expect(levelsOf(start, next)).toEqual({ month: { before: 100, now: 101 }, other: none });
  const restarted = countConversations(start, [entry('1', 2)], 'restarted');
  expect(levelsOf(restarted, [entry('1', 99)])).toEqual({
    month: { before: 2, now: 99 },
    other: { before: 100, now: 99 },
  });
});
