import { CATEGORIES } from '../core/snapshot.ts';
import type { Month } from '../core/month.ts';
import { fraction, logUniform, mix } from './noise.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Distribution of a day's conversations: one digit per hour, from midnight. */
const WORKDAY = toCurve('000000137899866788763210');
const FRIDAY = toCurve('000000137896310000000000');
const SATURDAY = toCurve('000000001111000000002432');
const CAMPAIGN = toCurve('000000000098520004300000');
const WEEK = [WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, FRIDAY, SATURDAY] as const;

/** Relative traffic by day of the week, from Sunday. */
const BUSYNESS = [1, 1.05, 1, 1, 0.9, 0.35, 0.03] as const;
const SATURDAY_INDEX = 6;

/** The traffic profile of a number, in conversations per working day. */
export interface Habits {
  readonly servicePerDay: number;
  readonly incomingPerDay: number;
  readonly campaignSize: number;
  /** The share of days with a campaign, except Saturdays. */
  readonly campaignShare: number;
}

export function createHabits(key: number): Habits {
  // From a corner shop to a chain: three orders of magnitude, as in real fleets.
  const size = logUniform(0.4, 600, fraction(key, 1));
  return {
    servicePerDay: size * (0.2 + 0.4 * fraction(key, 2)),
    incomingPerDay: size * (0.2 + 0.4 * fraction(key, 3)),
    campaignSize: size * 4,
    campaignShare: 0.25 * fraction(key, 4) ** 2,
  };
}

export interface Traffic {
  readonly marketing: number;
  readonly service: number;
  readonly incoming: number;
}

/**
 * The conversations of one number in one month, as a function of an instant: the count since the
 * start of the month. Sums over whole days are computed once, here.
 *
 * Days are 24 hours, counted from midnight at the start of the month. After daylight saving time starts or
 * ends they are an hour off until the end of the month, which does not matter in a simulation.
 */
export function createMonthTraffic(key: number, habits: Habits, month: Month, joinedMs: number) {
  const days = Math.ceil((month.endMs - month.startMs) / DAY_MS);
  const sums = CATEGORIES.map((_, category) => {
    const upToDay = [0];
    for (let day = 0; day < days; day++) {
      const startMs = month.startMs + day * DAY_MS;
      // A new number has traffic from its first whole day.
      const volume = startMs < joinedMs ? 0 : toVolume(key, habits, dayNumber(startMs), category);
      upToDay.push((upToDay[day] ?? 0) + volume);
    }
    return upToDay;
  });

  return (unixMs: number): Traffic => {
    const day = Math.floor((unixMs - month.startMs) / DAY_MS);
    const startMs = month.startMs + day * DAY_MS;
    const hours = (unixMs - startMs) / HOUR_MS;
    const count = (category: number): number => {
      const upToDay = sums[category];
      const before = upToDay?.[day] ?? 0;
      const volume = (upToDay?.[day + 1] ?? before) - before;
      if (volume === 0) return before;
      const dayKey = toDayKey(key, dayNumber(startMs), category);
      const curve = category === 0 ? CAMPAIGN : (WEEK[weekdayOf(dayNumber(startMs))] ?? WORKDAY);
      // Varies opening hours, and keeps the steps of different numbers from coinciding.
      const share = shareAt(curve, hours) ** logUniform(0.6, 1.6, fraction(dayKey, 2));
      return before + Math.floor(volume * share + fraction(dayKey, 3));
    };
    return { marketing: count(0), service: count(1), incoming: count(2) };
  };
}

function toVolume(key: number, habits: Habits, day: number, category: number): number {
  const dayKey = toDayKey(key, day, category);
  const weekday = weekdayOf(day);
  const busyness = (BUSYNESS[weekday] ?? 1) * (0.6 + 0.8 * fraction(dayKey, 0));
  const isCampaign = weekday !== SATURDAY_INDEX && fraction(dayKey, 4) < habits.campaignShare;
  const mean = [
    isCampaign ? habits.campaignSize * (0.2 + fraction(dayKey, 0)) : 0,
    habits.servicePerDay * busyness,
    habits.incomingPerDay * busyness,
  ][category];
  // Rounded randomly, so that one conversation per week is not rounded to none.
  return Math.floor((mean ?? 0) + fraction(dayKey, 1));
}

function toDayKey(key: number, day: number, category: number): number {
  return mix(mix(key, day), category);
}

/** Days since 1970, taken at noon, which is correct for zones up to 12 h from UTC. */
function dayNumber(dayStartMs: number): number {
  return Math.floor((dayStartMs + DAY_MS / 2) / DAY_MS);
}

/** 0 is Sunday; 1970 began on a Thursday. */
function weekdayOf(day: number): number {
  return (day + 4) % 7;
}

/** Cumulative share of the day at each full hour, 0 to 1. */
function toCurve(digits: string): readonly number[] {
  let sum = 0;
  const sums = [0, ...Array.from(digits, (digit) => (sum += Number(digit)))];
  return sums.map((value) => value / sum);
}

function shareAt(curve: readonly number[], hours: number): number {
  const hour = Math.floor(hours);
  const low = curve[hour] ?? 1;
  return low + ((curve[hour + 1] ?? 1) - low) * (hours - hour);
}
