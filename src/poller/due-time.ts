import { ageMs, type Clock, type Instant } from '../core/clock.ts';
import type { Schedule } from './schedule.ts';

/**
 * Whether data of this moment has outlived `staleAfterMs` of due time. Due time passes like ordinary time,
 * except that a gap between two ticks counts as one usual gap at most: nobody expects polls during a night
 * or a weekend without ticks.
 *
 * A clock set back must not make old data look fresh, so its age is that of `ageMs`, counted both from
 * the moment itself and back from now: only where the clock was set back do these differ.
 */
export function isStale(
  at: Instant,
  staleAfterMs: number,
  schedule: Schedule,
  clock: Clock,
): boolean {
  const age = ageMs(at, clock);
  // Due time is never longer than ordinary time: most of the time there is nothing to count.
  if (age <= staleAfterMs) return false;
  return [at.unixMs, clock.unixMs() - age].some(
    (fromMs) => fromMs + age > afterDueTime(schedule, fromMs, staleAfterMs),
  );
}

/** When this much due time has passed since `fromMs`; both are Unix milliseconds. */
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
