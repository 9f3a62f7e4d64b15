import type { Schedule } from './schedule.ts';

/** The golden ratio: multiples of it are well distributed around a circle, however many there are. */
const STEP = 0.618_033_988_749_895;

/**
 * The schedule of one account, so that accounts are not all polled at the same moment: its ticks are
 * delayed by a fixed fraction of the leeway. The first account (rank 0) has no delay. An account
 * appended to the list does not change the delay of the others.
 */
export function spread(schedule: Schedule, rank: number): Schedule {
  const offsetMs = Math.floor(((rank * STEP) % 1) * schedule.leewayMs);
  return {
    ...schedule,
    offsetMs,
    nextTickMs: (nowMs) => schedule.nextTickMs(nowMs - offsetMs) + offsetMs,
  };
}
