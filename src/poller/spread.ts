import type { Schedule } from './schedule.ts';

/** The golden section: whatever their number, points that it steps around a circle lie apart. */
const STEP = 0.618_033_988_749_895;

/**
 * The schedule of one of several accounts, so that they are not all polled at the same moment: its
 * ticks come by a constant part of the leeway later. The first account (rank 0) keeps the ticks as
 * they are, and one that is added behind the others moves none of them.
 */
export function spread(schedule: Schedule, rank: number): Schedule {
  const offsetMs = Math.floor(((rank * STEP) % 1) * schedule.leewayMs);
  return {
    ...schedule,
    offsetMs,
    nextTickMs: (nowMs) => schedule.nextTickMs(nowMs - offsetMs) + offsetMs,
  };
}
