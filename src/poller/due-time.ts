import { ageMs, type Clock, type Instant } from '../core/clock.ts';
import type { Schedule } from './schedule.ts';

/**
 * Whether data is older than `staleAfterMs` of due time. Due time is normal time, except that a gap
 * between two ticks counts as one usual gap at most: no polls are expected during a night or a weekend
 * without ticks.
 *
 * The age is that of `ageMs`, so that old data does not look fresh after the clock was set back. It is
 * measured both forward from `at` and back from now; the two differ only after such a change.
 */
export function isStale(
  at: Instant,
  staleAfterMs: number,
  schedule: Schedule,
  clock: Clock,
): boolean {
  const age = ageMs(at, clock);
  // Due time is never longer than normal time, so this is usually the answer.
  if (age <= staleAfterMs) return false;
  return [at.unixMs, clock.unixMs() - age].some(
    (fromMs) => fromMs + age > afterDueTime(schedule, fromMs, staleAfterMs),
  );
}

/** When `dueMs` of due time has passed since `fromMs`, in Unix milliseconds. */
export function afterDueTime(
  { usualGapMs, longestGapMs, nextTickMs }: Schedule,
  fromMs: number,
  dueMs: number,
): number {
  if (usualGapMs === longestGapMs) return fromMs + dueMs;
  let atMs = fromMs;
  let leftMs = dueMs;
  for (;;) {
    const nextMs = nextTickMs(atMs);
    const countedMs = Math.min(nextMs - atMs, usualGapMs);
    if (leftMs <= countedMs) return atMs + leftMs;
    leftMs -= countedMs;
    atMs = nextMs;
  }
}
