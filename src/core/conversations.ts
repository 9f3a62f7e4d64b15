import { touchesMonthTurn } from './month.ts';
import { CATEGORIES, type Category, type NumberEntry } from './snapshot.ts';

/** One counter: what it has added up to, and the month's count that it has seen last. */
interface Counter {
  readonly total: number;
  readonly seen: number | undefined;
}

type NumberCounters = Readonly<Record<Category, Counter>>;

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
 * (then its new value is added); else the provider corrected it (then nothing is). A count that
 * did not arrive leaves its counter as it is; a number that is gone takes its counters along.
 */
export function countConversations(
  before: ConversationCounters,
  numbers: readonly NumberEntry[],
  span: { readonly fromMs: number; readonly toMs: number; readonly timezone: string },
): ConversationCounters {
  const mayHaveTurned = touchesMonthTurn(span.fromMs, span.toMs, TURN_MARGIN_MS, span.timezone);
  const advance = (counter: Counter | undefined, count: number | undefined): Counter => {
    const { total, seen } = counter ?? { total: 0, seen: undefined };
    if (count === undefined) return { total, seen };
    if (seen === undefined) return { total, seen: count };
    if (count >= seen) return { total: total + count - seen, seen: count };
    return { total: mayHaveTurned ? total + count : total, seen: count };
  };
  const after = new Map<string, NumberCounters>();
  for (const number of numbers) {
    const known = before.get(number.whatsapp);
    const next = CATEGORIES.map((category) => [
      category,
      advance(known?.[category], number[category]),
    ]);
    after.set(number.whatsapp, Object.fromEntries(next) as NumberCounters);
  }
  return after;
}
