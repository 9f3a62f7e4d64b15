import { createTask, parse } from 'node-cron';
import { formatDuration, parseDuration } from '../core/duration.ts';
import type { Log } from '../core/log.ts';

/** When to poll. */
export interface Schedule {
  /** The longest time between two ticks, in milliseconds. */
  readonly longestGapMs: number;
  /** Calls back at each tick until the returned function is called. */
  start(onTick: () => void, log: Log): () => void;
}

/** A schedule that cannot be used; `message` says why and what to write instead. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const DAY_MS = 86_400_000;
/** Polled less often, whole days of the month's counts would go unseen. */
const GAP_MS_MAX = 7 * DAY_MS;
/** A pause of the process (garbage, a throttled container) must not cost a poll. */
const LATE_MS_MAX = 10_000;

/**
 * Reads a schedule: a cron expression of 5 or 6 fields, in UTC, or an interval such as `90s`.
 * Throws ScheduleError, also for steps that would leave uneven gaps.
 */
export function parseSchedule(text: string): Schedule {
  return /^\d/.test(text) && !text.includes(' ') ? everyInterval(text) : byCron(text.trim());
}

/**
 * An interval, by cron ticks that divide it: of a pattern that fires every gcd(interval, 60)
 * seconds each tick counts that is a whole number of intervals from the epoch. Exact also where
 * the interval does not divide a minute.
 */
function everyInterval(text: string): Schedule {
  const everyMs = parseDuration(text);
  if (everyMs === undefined || everyMs === 0) {
    throw new ScheduleError(
      'not an interval of whole hours, minutes and seconds such as 90s or 5m',
    );
  }
  assertOftenEnough(everyMs);
  const stepS = greatestCommonDivisor(everyMs / 1000, 60);
  const pattern = stepS === 60 ? '* * * * *' : `*/${stepS} * * * * *`;
  return {
    longestGapMs: everyMs,
    start: (onTick, log) =>
      startCron(pattern, (tickMs) => void (tickMs % everyMs === 0 && onTick()), log),
  };
}

function byCron(pattern: string): Schedule {
  let fields: ReturnType<typeof parse>;
  try {
    if (pattern.startsWith('@')) throw new Error('nicknames such as @hourly are not supported');
    fields = parse(pattern);
  } catch (error) {
    throw new ScheduleError(`not a cron expression: ${(error as Error).message}`);
  }
  assertEvenSteps(pattern);
  const longestGapMs = longestGap(pattern, fields);
  assertOftenEnough(longestGapMs);
  return { longestGapMs, start: (onTick, log) => startCron(pattern, onTick, log) };
}

function startCron(pattern: string, onTick: (tickMs: number) => void, log: Log): () => void {
  const ignore = () => {};
  const task = createTask(pattern, ({ date }) => onTick(date.getTime()), {
    // In any other zone a change of the clocks makes ticks come twice or not at all.
    timezone: 'UTC',
    missedExecutionTolerance: LATE_MS_MAX,
    suppressMissedWarning: true,
    logger: {
      info: ignore,
      warn: ignore,
      debug: ignore,
      error: (error) => log.error({ err: error }, 'the schedule failed'),
    },
  });
  void task.start();
  return () => void task.destroy();
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
          `${range}/${step} leaves uneven gaps; for one poll every ${step}${unit} write the ` +
            `interval ${step}${unit}`,
        );
      }
    }
  }
}

/** Of a pattern's ticks over more than a year, the longest distance between two. */
function longestGap(pattern: string, fields: ReturnType<typeof parse>): number {
  const timesMs = fields.hour
    .flatMap((h) => fields.minute.flatMap((m) => fields.second.map((s) => (h * 60 + m) * 60 + s)))
    .map((s) => s * 1000)
    .toSorted((a, b) => a - b);
  const firstMs = timesMs[0] ?? 0;
  const lastMs = timesMs.at(-1) ?? 0;
  const task = createTask(pattern, () => {}, { timezone: 'UTC' });
  let gapMs = 0;
  for (const [i, time] of timesMs.entries())
    gapMs = Math.max(gapMs, time - (timesMs[i - 1] ?? time));
  let dayBeforeMs: number | undefined;
  for (let dayMs = Date.UTC(2024, 0, 1); dayMs < Date.UTC(2025, 1, 1); dayMs += DAY_MS) {
    if (!task.match(new Date(dayMs + firstMs))) continue;
    const sinceMs = dayMs - (dayBeforeMs ?? Date.UTC(2024, 0, 1) - DAY_MS);
    gapMs = Math.max(gapMs, sinceMs + firstMs - lastMs);
    dayBeforeMs = dayMs;
  }
  void task.destroy();
  return dayBeforeMs === undefined ? Infinity : gapMs;
}

function assertOftenEnough(gapMs: number): void {
  if (gapMs > GAP_MS_MAX) {
    const gap = Number.isFinite(gapMs) ? formatDuration(gapMs) : 'more than a year';
    throw new ScheduleError(`leaves gaps of ${gap}; at least one poll a week is needed`);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
