import { monthTurn } from './month.ts';
import type { Category, NumberEntry } from './snapshot.ts';

/** One counter: what it has added up to, and the month's count that it has seen last. */
interface Counter {
  readonly total: number;
  readonly seen: number | undefined;
  /** When that was, if not at the last good poll. */
  readonly seenMs?: number;
}

/** The counters of one number. */
export type NumberCounters = Readonly<Record<Category, Counter>>;

/** The counters of whatsapp_number_conversations_total, by number. */
export interface ConversationCounters extends ReadonlyMap<string, NumberCounters> {
  /** When the last good poll ended that they have counted. */
  readonly atMs?: number;
}

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
  const { atMs: beforeMs = atMs } = before;
  const turnSince = onceForEach((seenMs: number) =>
    // A clock that was set back may make the last poll look later than this one.
    monthTurn(Math.min(seenMs, atMs), atMs, TURN_MARGIN_MS, timezone),
  );
  const advance = (counter: Counter, count: number | undefined): Counter => {
    const { total, seen, seenMs = beforeMs } = counter;
    if (count === undefined) return { total, seen, seenMs };
    if (seen === undefined) return { total, seen: count };
    const turn = turnSince(seenMs);
    // Nearly always: then nothing is made anew that would live until the next poll.
    if (count === seen && turn !== 'certain' && seenMs === beforeMs) return counter;
    const hasRestarted = turn === 'certain' || (turn === 'possible' && count < seen);
    const added = hasRestarted ? count : Math.max(count - seen, 0);
    return { total: total + added, seen: count };
  };
  const after = Object.assign(new Map<string, NumberCounters>(), { atMs });
  for (const number of numbers) {
    const known = before.get(number.whatsapp) ?? UNSEEN;
    const marketing = advance(known.marketing, number.marketing);
    const service = advance(known.service, number.service);
    const incoming = advance(known.incoming, number.incoming);
    const isSame =
      marketing === known.marketing && service === known.service && incoming === known.incoming;
    after.set(number.whatsapp, isSame ? known : { marketing, service, incoming });
  }
  return after;
}

const UNSEEN_COUNTER: Counter = { total: 0, seen: undefined };
const UNSEEN: NumberCounters = {
  marketing: UNSEEN_COUNTER,
  service: UNSEEN_COUNTER,
  incoming: UNSEEN_COUNTER,
};

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
