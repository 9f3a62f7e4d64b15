import { monthTurn } from './month.ts';
import type { Category, NumberEntry } from './snapshot.ts';

/** One counter: what it has added up to, and the month's count that it has seen last, and when. */
interface Counter {
  readonly total: number;
  readonly seen: number | undefined;
  readonly seenMs: number;
}

/** The counters of one number. */
export type NumberCounters = Readonly<Record<Category, Counter>>;

/** The counters of whatsapp_number_conversations_total, by number. */
export type ConversationCounters = ReadonlyMap<string, NumberCounters>;

/**
 * How far from the turn of the month a fall still means that the count has started again. The zone
 * of the provider's turn is not documented, and no zone is further than this from another.
 */
const TURN_MARGIN_MS = 24 * 3_600_000;

/**
 * The counters after a good poll. Each adds the positive difference between polls, from 0 at first
 * sight. A count that has fallen started again if a turn of the month may lie between the polls
 * (then its new value is added); else the provider corrected it (then nothing is). Where a turn must
 * lie between them, after a long outage, it started again even if it has not fallen. A count that
 * did not arrive leaves its counter as it is; a number that is gone takes its counters along.
 */
export function countConversations(
  before: ConversationCounters,
  numbers: readonly NumberEntry[],
  atMs: number,
  timezone: string,
): ConversationCounters {
  const turnSince = onceForEach((seenMs: number) =>
    // A clock that was set back may make the last poll look later than this one.
    monthTurn(Math.min(seenMs, atMs), atMs, TURN_MARGIN_MS, timezone),
  );
  const advance = (counter: Counter | undefined, count: number | undefined): Counter => {
    if (counter === undefined) return { total: 0, seen: count, seenMs: atMs };
    if (count === undefined) return counter;
    const { total, seen, seenMs } = counter;
    if (seen === undefined) return { total, seen: count, seenMs: atMs };
    const turn = turnSince(seenMs);
    const hasRestarted = turn === 'certain' || (turn === 'possible' && count < seen);
    const added = hasRestarted ? count : Math.max(count - seen, 0);
    return { total: total + added, seen: count, seenMs: atMs };
  };
  const after = new Map<string, NumberCounters>();
  for (const number of numbers) {
    const known = before.get(number.whatsapp);
    after.set(number.whatsapp, {
      marketing: advance(known?.marketing, number.marketing),
      service: advance(known?.service, number.service),
      incoming: advance(known?.incoming, number.incoming),
    });
  }
  return after;
}

/**
 * Whether the same counts again, one poll after another, change no counter: a month that has not
 * turned between the two will not be found to have turned only because it was the earlier one at
 * which they were seen.
 */
export function areCountedAlready(beforeMs: number, atMs: number, timezone: string): boolean {
  return beforeMs <= atMs && monthTurn(beforeMs, atMs, TURN_MARGIN_MS, timezone) === 'none';
}

/** Nearly all counts were seen at one and the same poll: the calendar is asked once for each. */
function onceForEach<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  let last: { readonly key: number; readonly value: T } | undefined;
  return (key) => {
    if (last?.key === key) return last.value;
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    last = { key, value };
    return value;
  };
}
