import type { Instant } from './clock.ts';
import { monthOf, type Month, type MonthSettings } from './month.ts';

/** The month that an account's counts belong to, as its data shows it. */
export interface AccountMonth extends Month {
  /** Start of the period in which every restart of the counts was observed. */
  readonly sinceMs: number;
  /** Whether the restart of the counts for this month was observed. */
  readonly hasRestarted: boolean;
  /** The month on the other side of a recent restart; a lagging server may still report it. */
  readonly other?: Month & { readonly polls: number };
}

/**
 * Sums over all numbers of this poll that were seen before: the previous counts in the current and
 * in the other month, and the same counts in this poll.
 */
export interface Levels {
  readonly month: { readonly before: number; readonly now: number };
  readonly other: { readonly before: number; readonly now: number };
}

/**
 * What a poll reveals about all counts of an account: they restarted; they must have restarted while
 * nothing was polled; or the response belongs to the other month.
 */
export type Turn = 'none' | 'restarted' | 'restarted_unseen' | 'switched';

const HOUR_MS = 3_600_000;
/** Counts may restart this long before the month starts: the provider may be in another zone. */
const EARLY_MS = 12 * HOUR_MS;
/** Counts may restart this long after the month starts. Later, the calendar decides. */
const LATE_MS = 24 * HOUR_MS;
/** Counts that fell to this share between two polls have restarted. */
const COLLAPSED_SHARE = 1 / 4;
/** The same after a gap that spans the start of a month: up to a day of new counts may be included. */
const COLLAPSED_SHARE_OVER_GAP = 3 / 4;
const GAP_MS = HOUR_MS;
/** Counts that return to this share of their old level did not restart. */
const RETURNED_SHARE = 1 / 2;
/** A drop of fewer conversations may be a coincidence: the calendar decides. */
const COUNTS_MIN = 10;
/** A count may return to its old level within this many successful polls. */
export const RETURN_POLLS_MAX = 10;

/** Determines the month after a successful poll. */
export function followMonth(
  before: AccountMonth | undefined,
  last: Instant | undefined,
  at: Instant,
  levels: Levels,
  settings: MonthSettings,
): { readonly month: AccountMonth; readonly turn: Turn } {
  const nowMs = at.unixMs;
  const byCalendar = { ...monthOf(nowMs, settings), sinceMs: nowMs, hasRestarted: false };
  // If the clock was set back by days, the calendar starts over.
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
  // The counts of the old month were not observed if the first poll was just before the configured start.
  const isFollowed = month.sinceMs < month.endMs - settings.startsAtMs;
  // Both clocks must agree: a jump of the wall clock does not start a month.
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

/** Whether the counts switched to the other month; the difference is too large for normal growth. */
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
