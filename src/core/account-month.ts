import type { Instant } from './clock.ts';
import { monthOf, type Month, type MonthSettings } from './month.ts';

/** The month that an account's counts belong to, as its data shows it. */
export interface AccountMonth extends Month {
  /** Since when the counts have been followed without a gap that hid a restart. */
  readonly sinceMs: number;
  /** Whether the counts were seen to restart for this month. */
  readonly hasRestarted: boolean;
  /** The month on the other side of a recent restart: a server that is behind may still show it. */
  readonly other?: Month & { readonly polls: number };
}

/**
 * The counts of an account as a whole, over the numbers of this poll that were seen before: what the
 * counts of its month and of the other month were, and what the same counts are in this poll.
 */
export interface Levels {
  readonly month: { readonly before: number; readonly now: number };
  readonly other: { readonly before: number; readonly now: number };
}

/**
 * What a poll means to all counts of an account: they restarted; they must have, while nothing was
 * polled; or they are of the other month again.
 */
export type Turn = 'none' | 'restarted' | 'restarted_unseen' | 'switched';

const HOUR_MS = 3_600_000;
/** How long before the calendar's turn counts may restart, for a provider in another zone. */
const EARLY_MS = 12 * HOUR_MS;
/** How long after it they may. Then the calendar decides. */
const LATE_MS = 24 * HOUR_MS;
/** What may be left of counts that restarted between two polls. */
const COLLAPSED_SHARE = 1 / 4;
/** The same after a gap in which the calendar turned: up to a day of the new month is there. */
const COLLAPSED_SHARE_OVER_GAP = 3 / 4;
const GAP_MS = HOUR_MS;
/** What must be back of counts that did not restart after all. */
const RETURNED_SHARE = 1 / 2;
/** Below this a fall may be chance: the calendar decides. */
const COUNTS_MIN = 10;
/** For how many good polls a count may return to its old level. */
export const RETURN_POLLS_MAX = 10;

/** Follows an account from one good poll to the next. */
export function followMonth(
  before: AccountMonth | undefined,
  last: Instant | undefined,
  at: Instant,
  levels: Levels,
  settings: MonthSettings,
): { readonly month: AccountMonth; readonly turn: Turn } {
  const nowMs = at.unixMs;
  const byCalendar = { ...monthOf(nowMs, settings), sinceMs: nowMs, hasRestarted: false };
  // A clock that was set back by days says nothing about the data.
  if (before === undefined || last === undefined || nowMs < before.startMs - EARLY_MS) {
    return { month: byCalendar, turn: 'none' };
  }
  // A reload may have changed the settings.
  const month = { ...before, ...monthOf((before.startMs + before.endMs) / 2, settings) };
  const { other, ...alone } = month;
  const isLate = nowMs >= month.endMs + LATE_MS;
  if (other !== undefined && isOfOther(month, other, levels)) {
    const { startMs, endMs } = other;
    return {
      month: { ...month, startMs, endMs, other: { ...bounds(month), polls: 0 } },
      turn: 'switched',
    };
  }

  const isOverTurn = last.unixMs < month.endMs && nowMs >= month.endMs;
  // Nobody saw the counts of the old month if the first poll came just before the configured turn.
  const isFollowed = month.sinceMs < month.endMs - settings.startsAtMs;
  // Both time lines must say so: a clock that jumps makes no month turn.
  const wasUnseen =
    isOverTurn && isLate && isFollowed && at.monotonicMs - last.monotonicMs >= LATE_MS;
  const isAhead = nowMs >= month.endMs - EARLY_MS;
  const mayRestart = isAhead || (!month.hasRestarted && nowMs < month.startMs + LATE_MS);
  const isOverGap = isOverTurn && nowMs - last.unixMs >= GAP_MS;
  const share = isOverGap ? COLLAPSED_SHARE_OVER_GAP : COLLAPSED_SHARE;
  if (wasUnseen || (mayRestart && other === undefined && isBelow(levels.month, share))) {
    const left = isAhead ? bounds(month) : monthOf(month.startMs - 1, settings);
    const entered = isLate ? byCalendar : monthOf(left.endMs, settings);
    const sinceMs = wasUnseen ? nowMs : month.sinceMs;
    return {
      month: { ...entered, sinceMs, hasRestarted: true, other: { ...left, polls: 0 } },
      turn: wasUnseen ? 'restarted_unseen' : 'restarted',
    };
  }

  const showsTurn = other !== undefined || (isFollowed && levels.month.before >= COUNTS_MIN);
  const isDue = isLate || (nowMs >= month.endMs && !showsTurn);
  if (isDue) return { month: { ...byCalendar, sinceMs: month.sinceMs }, turn: 'none' };
  if (other === undefined || other.polls >= RETURN_POLLS_MAX) return { month: alone, turn: 'none' };
  return { month: { ...month, other: { ...other, polls: other.polls + 1 } }, turn: 'none' };
}

/** Whether the counts jump between the months, which they do not by growing. */
function isOfOther(month: Month, other: Month, levels: Levels): boolean {
  if (other.startMs > month.startMs) return isBelow(levels.month, COLLAPSED_SHARE);
  const { before, now } = levels.other;
  return levels.month.before <= before * COLLAPSED_SHARE && now >= before * RETURNED_SHARE;
}

function isBelow({ before, now }: { before: number; now: number }, share: number): boolean {
  return before >= COUNTS_MIN && now <= before * share;
}

function bounds({ startMs, endMs }: Month): Month {
  return { startMs, endMs };
}
