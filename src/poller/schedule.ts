import { createTask, parse } from 'node-cron';
import { formatDuration, parseDuration } from '../core/duration.ts';

/** When to poll. */
export interface Schedule {
  /** The longest time between two ticks, in milliseconds. */
  readonly longestGapMs: number;
  /** The shortest time between two ticks. A longer gap is a pause, such as a night. */
  readonly usualGapMs: number;
  /** The largest offset at which a poll still counts as on schedule; at most one gap. */
  readonly leewayMs: number;
  /** The expression for node-cron; undefined for an interval, which cron cannot express. */
  readonly cron: string | undefined;
  /** The delay of the ticks after those of the expression or interval. */
  readonly offsetMs: number;
  /** The first tick after `nowMs`; both in Unix milliseconds. */
  readonly nextTickMs: (nowMs: number) => number;
}

/** An invalid schedule; `message` says why and what to write instead. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 86_400_000;
const FIELDS_WITHOUT_SECONDS = 5;
/** With rarer polls, whole days of the month's counts would never be observed. */
const GAP_MS_MAX = 7 * DAY_MS;

/**
 * Parses a schedule: a cron expression of 5 or 6 fields, in UTC, or an interval such as `90s`.
 * Throws ScheduleError, also for steps with uneven gaps.
 */
export function parseSchedule(text: string): Schedule {
  const trimmed = text.trim();
  return /^\d\S*$/.test(trimmed) ? everyInterval(trimmed) : byCron(trimmed);
}

/** Ticks at multiples of the interval since the epoch. */
function everyInterval(text: string): Schedule {
  const everyMs = parseDuration(text);
  if (everyMs === undefined || everyMs === 0) {
    throw new ScheduleError(
      'is not an interval of whole hours, minutes and seconds such as 90s or 5m',
    );
  }
  assertOftenEnough(everyMs);
  return {
    longestGapMs: everyMs,
    usualGapMs: everyMs,
    // An interval says how often to poll, not when.
    leewayMs: everyMs,
    cron: undefined,
    offsetMs: 0,
    nextTickMs: (nowMs) => (Math.floor(nowMs / everyMs) + 1) * everyMs,
  };
}

/** node-cron parses the expression and matches days; it cannot compute the next run after any other time. */
function byCron(pattern: string): Schedule {
  let fields: ReturnType<typeof parse>;
  try {
    if (pattern.startsWith('@')) throw new Error('nicknames such as @hourly are not supported');
    fields = parse(pattern);
  } catch (error) {
    throw new ScheduleError(`is not a cron expression: ${(error as Error).message}`);
  }
  assertEvenSteps(pattern);
  const times = fields.hour
    .flatMap((h) => fields.minute.flatMap((m) => fields.second.map((s) => (h * 60 + m) * 60 + s)))
    .map((s) => s * 1000);
  // A repeated value (`0,0 9 * * *`) is one tick.
  const timesMs = [...new Set(times)].toSorted((a, b) => a - b);
  const task = createTask(pattern, () => {}, { timezone: 'UTC' });
  // node-cron keeps a list of all tasks. A destroyed one still matches days.
  void task.destroy();
  const isAnyDay = hasAll(fields.dayOfMonth, 31);
  const isAnyWeekday = hasAll(fields.dayOfWeek, 7);
  if (!isAnyDay && !isAnyWeekday) {
    throw new ScheduleError(
      'restricts both the day of the month and the day of the week, which is ambiguous: some programs ' +
        'run on days that match either, others on days that match both; restrict only one of them',
    );
  }
  // The usual case. Skipping the calendar saves a tenth of the start-up time.
  const isDaily = isAnyDay && isAnyWeekday && hasAll(fields.month, 12);
  // Cached, because matching is slow and scrapes during a pause ask for the same few days.
  const days = new Map<number, boolean>();
  const isOn = (dayMs: number) => {
    if (isDaily) return true;
    const isMatch = days.get(dayMs) ?? task.match(new Date(dayMs + (timesMs[0] ?? 0)));
    days.set(dayMs, isMatch);
    return isMatch;
  };
  const gaps = gapsOf(timesMs, isOn);
  assertOftenEnough(gaps.longestGapMs);
  return {
    ...gaps,
    // Five fields specify a minute, six a second: a poll within it is on time.
    leewayMs: pattern.split(/\s+/).length > FIELDS_WITHOUT_SECONDS ? SECOND_MS : MINUTE_MS,
    cron: pattern,
    offsetMs: 0,
    nextTickMs(nowMs) {
      let dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
      for (; ; dayMs += DAY_MS) {
        if (!isOn(dayMs)) continue;
        const time = timesMs.find((timeMs) => dayMs + timeMs > nowMs);
        if (time !== undefined) return dayMs + time;
      }
    },
  };
}

/** Whether a field allows every value. It may repeat values and contain words such as L. */
function hasAll(values: readonly (number | string)[], count: number): boolean {
  return new Set(values.filter((value) => typeof value === 'number')).size === count;
}

/** The shortest and the longest gap in more than a year, starting in a leap year because of February 29. */
function gapsOf(
  timesMs: readonly number[],
  isOn: (dayMs: number) => boolean,
): Pick<Schedule, 'usualGapMs' | 'longestGapMs'> {
  const [firstMs = 0] = timesMs;
  const lastMs = timesMs.at(-1) ?? 0;
  const gapsMs = timesMs.slice(1).map((time, i) => time - (timesMs[i] ?? time));
  const startMs = Date.UTC(2024, 0, 1);
  let atLeastMs = Infinity;
  let dayBeforeMs: number | undefined;
  for (let dayMs = startMs; dayMs < Date.UTC(2025, 1, 1); dayMs += DAY_MS) {
    if (!isOn(dayMs)) continue;
    // The gap before the first day started at an unknown time, the day before at the latest.
    if (dayBeforeMs === undefined) atLeastMs = dayMs - startMs + DAY_MS + firstMs - lastMs;
    else gapsMs.push(dayMs - dayBeforeMs + firstMs - lastMs);
    dayBeforeMs = dayMs;
  }
  return { usualGapMs: Math.min(...gapsMs), longestGapMs: Math.max(atLeastMs, ...gapsMs) };
}

/** Rejects a step that does not divide its field: the last gap would be shorter than the others. */
function assertEvenSteps(pattern: string): void {
  const fields = pattern.split(/\s+/).toReversed();
  const units = [
    [fields[5], 60, 's'],
    [fields[4], 60, 'm'],
    [fields[3], 24, 'h'],
  ] as const;
  for (const [field = '', size, unit] of units) {
    for (const [, range = '', step = ''] of field.matchAll(/(\*|\d+-\d+)\/(\d+)/g)) {
      const isWhole = range === '*' || range === `0-${size - 1}`;
      if (isWhole && size % Number(step) !== 0) {
        throw new ScheduleError(
          `has ${range}/${step}, which leaves uneven gaps; for one poll every ${step}${unit} write ` +
            `the interval ${step}${unit}`,
        );
      }
    }
  }
  // No step divides months and weeks evenly.
  for (const field of fields.slice(0, 3)) {
    const [, step = '1'] = /\/(\d+)/.exec(field) ?? [];
    if (step !== '1') {
      throw new ScheduleError(
        `has */${step} for days, which leaves uneven gaps; write an interval in hours such as ` +
          `${24 * Number(step)}h`,
      );
    }
  }
}

function assertOftenEnough(gapMs: number): void {
  if (gapMs > GAP_MS_MAX) {
    const gap = Number.isFinite(gapMs) ? formatDuration(gapMs) : 'more than a year';
    throw new ScheduleError(`leaves gaps of ${gap}; at least one poll a week is needed`);
  }
}
