import { createTask, parse } from 'node-cron';
import { formatDuration, parseDuration } from '../core/duration.ts';

/** When to poll. */
export interface Schedule {
  /** The longest time between two ticks, in milliseconds. */
  readonly longestGapMs: number;
  /** The shortest one: a longer gap is a pause, such as a night. */
  readonly usualGapMs: number;
  /** How long after a tick a poll still keeps to the schedule; never longer than a gap. */
  readonly leewayMs: number;
  /** What node-cron ticks by; undefined for an interval, which it cannot express. */
  readonly cron: string | undefined;
  /** How much later than those of the expression or interval the ticks come. */
  readonly offsetMs: number;
  /** The first tick after `nowMs`; both in Unix milliseconds. */
  readonly nextTickMs: (nowMs: number) => number;
}

/** A schedule that cannot be used; `message` says why and what to write instead. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 86_400_000;
const FIELDS_WITHOUT_SECONDS = 5;
/** Polled less often, whole days of the month's counts would go unseen. */
const GAP_MS_MAX = 7 * DAY_MS;

/**
 * Reads a schedule: a cron expression of 5 or 6 fields, in UTC, or an interval such as `90s`.
 * Throws ScheduleError, also for steps that would leave uneven gaps.
 */
export function parseSchedule(text: string): Schedule {
  const trimmed = text.trim();
  return /^\d\S*$/.test(trimmed) ? everyInterval(trimmed) : byCron(trimmed);
}

/** Ticks at the multiples of the interval from the epoch, whatever the minute. */
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
    // It says how often, and not when.
    leewayMs: everyMs,
    cron: undefined,
    offsetMs: 0,
    nextTickMs: (nowMs) => (Math.floor(nowMs / everyMs) + 1) * everyMs,
  };
}

/** node-cron reads the expression and knows its days; its own next run is only that after now. */
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
  // A value that is written twice (`0,0 9 * * *`) is still one tick.
  const timesMs = [...new Set(times)].toSorted((a, b) => a - b);
  const task = createTask(pattern, () => {}, { timezone: 'UTC' });
  // node-cron keeps a list of all tasks; one that is destroyed still knows its days.
  void task.destroy();
  const isAnyDay = hasAll(fields.dayOfMonth, 31);
  const isAnyWeekday = hasAll(fields.dayOfWeek, 7);
  if (!isAnyDay && !isAnyWeekday) {
    throw new ScheduleError(
      'restricts both the day of the month and the day of the week; some programs then run on days that ' +
        'match either, this one would only on days that match both; restrict one of them',
    );
  }
  // Nearly always: it saves a tenth of the time in which the program starts.
  const isDaily = isAnyDay && isAnyWeekday && hasAll(fields.month, 12);
  // Each scrape at night asks for the same few days, and a look at the calendar is slow.
  const days = new Map<number, boolean>();
  const isOn = (dayMs: number) => {
    if (isDaily) return true;
    const known = days.get(dayMs) ?? task.match(new Date(dayMs + (timesMs[0] ?? 0)));
    days.set(dayMs, known);
    return known;
  };
  const gaps = gapsOf(timesMs, isOn);
  assertOftenEnough(gaps.longestGapMs);
  return {
    ...gaps,
    // Five fields name a minute, six a second: within that a poll is on time.
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

/** Whether a field leaves out no value; it may hold some twice, and words such as L. */
function hasAll(values: readonly (number | string)[], count: number): boolean {
  return new Set(values.filter((value) => typeof value === 'number')).size === count;
}

/** The shortest and the longest gap in more than a year; in a leap year, for February 29. */
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
    // The gap before the first day began at an unknown time, at the latest the day before.
    if (dayBeforeMs === undefined) atLeastMs = dayMs - startMs + DAY_MS + firstMs - lastMs;
    else gapsMs.push(dayMs - dayBeforeMs + firstMs - lastMs);
    dayBeforeMs = dayMs;
  }
  return { usualGapMs: Math.min(...gapsMs), longestGapMs: Math.max(atLeastMs, ...gapsMs) };
}

/** Refuses a step over a whole field that does not divide it: the last gap would be shorter. */
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
  // Months and weeks do not divide evenly, whatever the step.
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
