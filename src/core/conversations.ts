import { RETURN_POLLS_MAX, type Levels, type Turn } from './account-month.ts';
import { createFinder } from './finder.ts';
import { CATEGORIES, type Category, type NumberEntry } from './snapshot.ts';

/**
 * The highest count of a month so far. Only the excess over it is added to the counter. A number while
 * counts rise, as they nearly always do: there are three of them for each of thousands of numbers.
 */
type Mark = number | FallenMark;

interface FallenMark {
  readonly count: number;
  /** Consecutive polls with a lower count, and the highest count among them. */
  readonly pollsBelow: number;
  readonly highestBelow: number;
}

interface Counter {
  readonly total: number;
  readonly mark: Mark | undefined;
  /** The mark of the month on the other side of the last restart. */
  readonly otherMark: Mark | undefined;
}

/** The counters of one number. */
export type NumberCounters = Readonly<Record<Category, Counter>> & Pick<NumberEntry, 'whatsapp'>;

/** The fields of a number that counting needs. */
type Counted = Pick<NumberEntry, 'whatsapp' | Category>;

/** The counters of whatsapp_number_conversations_total, in the order of the last good list. */
export type ConversationCounters = readonly NumberCounters[];

/**
 * The counters after a successful poll. A counter starts at 0 when a number is first seen, and grows
 * by the excess of the count over its mark. A lower count adds nothing, unless the counts of the
 * account restarted: then the new count is added. A count that stays below its mark for
 * RETURN_POLLS_MAX polls was corrected by the provider, and counting continues from there. A missing
 * count leaves its counter unchanged. A removed number loses its counters. Returns `before` if
 * nothing changes.
 */
export function countConversations(
  before: ConversationCounters,
  numbers: readonly Counted[],
  turn: Turn,
): ConversationCounters {
  const find = createFinder(before);
  const after = numbers.map((number, i) =>
    advanceAll(find(i, number.whatsapp) ?? unseen(number), number, turn),
  );
  const isSame = after.length === before.length && after.every((next, i) => next === before[i]);
  return isSame ? before : after;
}

const UNSEEN_COUNTER: Counter = { total: 0, mark: undefined, otherMark: undefined };
const unseen = ({ whatsapp }: Counted): NumberCounters => ({
  whatsapp,
  marketing: UNSEEN_COUNTER,
  service: UNSEEN_COUNTER,
  incoming: UNSEEN_COUNTER,
});

function advanceAll(before: NumberCounters, number: Counted, turn: Turn): NumberCounters {
  const marketing = advance(before.marketing, number.marketing, turn);
  const service = advance(before.service, number.service, turn);
  const incoming = advance(before.incoming, number.incoming, turn);
  const isSame =
    marketing === before.marketing && service === before.service && incoming === before.incoming;
  return isSame ? before : { whatsapp: number.whatsapp, marketing, service, incoming };
}

function advance(before: Counter, count: number | undefined, turn: Turn): Counter {
  const turned = turn === 'none' ? before : turnMarks(before, count, turn);
  const { total, mark, otherMark } = turned;
  if (count === undefined) return turned;
  if (mark === undefined) return { total, mark: count, otherMark };
  const highest = highestOf(mark);
  // Subtracts first, so that the sum is exact for counts near 2^53.
  if (count > highest) return { total: total + (count - highest), mark: count, otherMark };
  if (count === highest) return mark === count ? turned : { total, mark: count, otherMark };
  return { total, mark: lower(mark, count), otherMark };
}

function lower(mark: Mark, count: number): Mark {
  const fallen = typeof mark === 'number' ? { count: mark, pollsBelow: 0, highestBelow: 0 } : mark;
  const pollsBelow = fallen.pollsBelow + 1;
  const highestBelow = Math.max(fallen.highestBelow, count);
  const isCorrection = pollsBelow >= RETURN_POLLS_MAX;
  return isCorrection ? highestBelow : { count: fallen.count, pollsBelow, highestBelow };
}

function highestOf(mark: Mark): number {
  return typeof mark === 'number' ? mark : mark.count;
}

function turnMarks(before: Counter, count: number | undefined, turn: Turn): Counter {
  const { total, mark, otherMark } = before;
  if (turn === 'switched') return { total, mark: otherMark, otherMark: mark };
  // A count that has not dropped may restart a little later; until then it counts as growth.
  const hasRestarted =
    mark !== undefined &&
    (turn === 'restarted_unseen' || count === undefined || count < highestOf(mark));
  return { total, mark: hasRestarted ? 0 : mark, otherMark: mark };
}

/** Compares the counts of a poll with the previous ones, summed over the account. */
export function levelsOf(before: ConversationCounters, numbers: readonly Counted[]): Levels {
  const month = { before: 0, now: 0 };
  const other = { before: 0, now: 0 };
  const find = createFinder(before);
  for (const [i, number] of numbers.entries()) {
    const counters = find(i, number.whatsapp);
    if (counters === undefined) continue;
    for (const category of CATEGORIES) {
      const count = number[category];
      if (count === undefined) continue;
      addTo(month, counters[category].mark, count);
      addTo(other, counters[category].otherMark, count);
    }
  }
  return { month, other };
}

function addTo(
  level: { before: number; now: number },
  mark: Mark | undefined,
  count: number,
): void {
  if (mark === undefined) return;
  level.before += highestOf(mark);
  level.now += count;
}
