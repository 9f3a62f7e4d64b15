import type { Clock } from '../core/clock.ts';

/** So many at once for each key, and one more each interval. */
export interface Buckets {
  /** Milliseconds until there is one to take; 0 if there is one now. */
  waitMs(key: string): number;
  take(key: string): void;
}

/** At most `keysMax` keys are remembered: the one that took least lately is forgotten. */
export function createBuckets(
  { burst, intervalMs, keysMax }: { burst: number; intervalMs: number; keysMax: number },
  clock: Clock,
): Buckets {
  /** When a bucket will be full again says all there is to know of it. */
  const fullAtMs = new Map<string, number>();
  return {
    waitMs(key) {
      const oneLeftAtMs = (fullAtMs.get(key) ?? -Infinity) - (burst - 1) * intervalMs;
      return Math.max(0, oneLeftAtMs - clock.monotonicMs());
    },
    take(key) {
      const nowMs = clock.monotonicMs();
      const next = Math.max(fullAtMs.get(key) ?? nowMs, nowMs) + intervalMs;
      fullAtMs.delete(key);
      fullAtMs.set(key, next);
      const [oldest] = fullAtMs.keys();
      if (oldest !== undefined && fullAtMs.size > keysMax) fullAtMs.delete(oldest);
    },
  };
}
