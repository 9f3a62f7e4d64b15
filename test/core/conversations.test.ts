import { expect, test } from 'vitest';
import {
  areCountedAlready,
  countConversations,
  type ConversationCounters,
} from '../../src/core/conversations.ts';
import { numberEntry } from '../support/numbers.ts';

const MID_MONTH = Date.parse('2026-11-15T12:00:00Z');
const TURN = Date.parse('2026-10-31T22:00:00Z');
const HOUR_MS = 3_600_000;

/** Feeds marketing counts, one poll each, and returns the counter after every one. */
function totalsOf(polls: readonly (readonly [atMs: number, count: number | undefined])[]) {
  let counters: ConversationCounters = new Map();
  return polls.map(([atMs, marketing]) => {
    const numbers = [numberEntry({ whatsapp: '972500000001', marketing })];
    counters = countConversations(counters, numbers, atMs, 'Asia/Jerusalem');
    return counters.get('972500000001')?.marketing.total;
  });
}
const minutes = (startMs: number, ...counts: (number | undefined)[]) =>
  totalsOf(counts.map((count, i) => [startMs + i * 60_000, count]));

test('a counter starts at 0 at first sight and adds what each poll adds', () => {
  expect(minutes(MID_MONTH, 100, 103, 103, 110)).toEqual([0, 3, 3, 10]);
});

test('a correction downwards in the middle of a month adds nothing; what comes after counts', () => {
  expect(minutes(MID_MONTH, 100, 90, 95)).toEqual([0, 0, 5]);
});

test('a fall at the turn of the month has started again and adds its new value', () => {
  expect(minutes(TURN - 60_000, 500, 7, 9)).toEqual([0, 7, 9]);
});

test.each([
  [-23.9, 4],
  [23.9, 4],
  [-24.1, 0],
  [24.1, 0],
])('a fall %s h from the turn adds %s', (hours, added) => {
  const atMs = TURN + hours * HOUR_MS;
  expect(minutes(atMs - 60_000, 500, 4)).toEqual([0, added]);
});

test('a fall found after an outage that spans the turn has started again', () => {
  const before = TURN - 3 * 24 * HOUR_MS;
  const after = TURN + 3 * 24 * HOUR_MS;
  expect(
    totalsOf([
      [before, 500],
      [after, 80],
    ]),
  ).toEqual([0, 80]);
});

test('an outage that spans the turn has started again, even where the count has not fallen', () => {
  const before = TURN - 10 * 24 * HOUR_MS;
  const after = TURN + 20 * 24 * HOUR_MS;
  expect(
    totalsOf([
      [before, 100],
      [after, 150],
    ]),
  ).toEqual([0, 150]);
});

test('an outage that spans the turn has started again, even where the count is the same', () => {
  expect(
    totalsOf([
      [TURN - 10 * 24 * HOUR_MS, 100],
      [TURN + 20 * 24 * HOUR_MS, 100],
    ]),
  ).toEqual([0, 100]);
});

test('a field that comes back near the turn, as it was, has not started again', () => {
  expect(
    totalsOf([
      [TURN - 3 * HOUR_MS, 100],
      [TURN - 2 * HOUR_MS, undefined],
      [TURN - HOUR_MS, 100],
    ]),
  ).toEqual([0, 0, 0]);
});

test('a field that came back as it was is held against that poll, not against an earlier one', () => {
  expect(
    totalsOf([
      [TURN - 20 * 24 * HOUR_MS, 100],
      [TURN - 10 * 24 * HOUR_MS, undefined],
      [TURN - 12 * HOUR_MS, 100],
      // Near the turn the count may have started again before that poll: this is no certain turn.
      [TURN + 20 * 24 * HOUR_MS, 150],
    ]),
  ).toEqual([0, 0, 0, 50]);
});

test('a field that is missing over the turn has started again when it comes back', () => {
  const before = TURN - 60_000;
  const later = (days: number) => TURN + days * 24 * HOUR_MS;
  expect(
    totalsOf([
      [before, 100],
      [later(1), undefined],
      [later(4), undefined],
      [later(5), 30],
    ]),
  ).toEqual([0, 0, 0, 30]);
});

test('a count that does not arrive leaves its counter, and the next one is held against the last', () => {
  expect(minutes(MID_MONTH, 10, 12, undefined, 15)).toEqual([0, 2, 2, 5]);
});

test('a counter whose field was bad at first sight is there, at 0', () => {
  expect(minutes(MID_MONTH, undefined, 50, 51)).toEqual([0, 0, 1]);
});

test('a number that left and came back starts anew', () => {
  const poll = (before: ConversationCounters, marketing: number) =>
    countConversations(before, [numberEntry({ whatsapp: '1', marketing })], MID_MONTH, 'UTC');
  const first = poll(poll(new Map(), 5), 9);
  const gone = countConversations(first, [], MID_MONTH, 'UTC');
  expect(first.get('1')?.marketing.total).toBe(4);
  expect(gone.size).toBe(0);
  expect(poll(gone, 12).get('1')?.marketing.total).toBe(0);
});

test('the three categories are counted apart', () => {
  const poll = (before: ConversationCounters, counts: Partial<Record<string, number>>) =>
    countConversations(before, [numberEntry({ whatsapp: '1', ...counts })], MID_MONTH, 'UTC');
  const start = poll(new Map(), { marketing: 1, service: 2, incoming: 3 });
  const totals = poll(start, { marketing: 2, service: 4, incoming: 6 }).get('1');
  expect(totals).toMatchObject({
    marketing: { total: 1 },
    service: { total: 2 },
    incoming: { total: 3 },
  });
});

test.each(['marketing', 'service', 'incoming'] as const)(
  'what %s alone adds is counted, and numbers that add nothing keep their counters as they are',
  (category) => {
    const numbers = (count: number) => [
      numberEntry({ whatsapp: '1', marketing: 5, service: 5, incoming: 5, [category]: count }),
      numberEntry({ whatsapp: '2' }),
    ];
    const first = countConversations(new Map(), numbers(5), MID_MONTH, 'UTC');
    const second = countConversations(first, numbers(9), MID_MONTH + 60_000, 'UTC');
    expect(second.get('1')?.[category]).toEqual({ total: 4, seen: 9 });
    // A hundred thousand objects made anew at each poll would be the garbage collector's work.
    expect(second.get('2')).toBe(first.get('2'));
  },
);

test.each([
  ['at the same time', MID_MONTH, MID_MONTH, true],
  ['a minute later', MID_MONTH, MID_MONTH + 60_000, true],
  ['at a clock that was set back', MID_MONTH, MID_MONTH - 60_000, false],
  ['near the turn', TURN, TURN + 60_000, false],
  ['after the turn', TURN - 48 * HOUR_MS, TURN + 48 * HOUR_MS, false],
])('the same counts %s: already counted is %4$s', (_when, beforeMs, atMs, expected) => {
  expect(areCountedAlready(beforeMs, atMs, 'Asia/Jerusalem')).toBe(expected);
});
