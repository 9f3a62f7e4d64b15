import type { Clock } from '../../src/core/clock.ts';

/** A clock that moves only when the test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks and runs the timers that become due, each followed by a turn of the event loop. */
  advance(ms: number): Promise<void>;
  /** Sets only the wall clock, as an administrator or NTP would. */
  jump(ms: number): void;
  readonly timers: number;
}

export function createFakeClock(startUnixMs = Date.parse('2026-11-22T10:00:00Z')): FakeClock {
  let unixMs = startUnixMs;
  let monotonicMs = 0;
  const timers = new Map<symbol, { dueMs: number; callback: () => void }>();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    unixMs: () => unixMs,
    monotonicMs: () => monotonicMs,
    setTimer(callback, delayMs) {
      const id = Symbol('timer');
      timers.set(id, { dueMs: monotonicMs + delayMs, callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const endMs = monotonicMs + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.dueMs <= endMs);
        due.sort(([, a], [, b]) => a.dueMs - b.dueMs);
        const next = due[0];
        if (next === undefined) break;
        const [id, timer] = next;
        timers.delete(id);
        unixMs += timer.dueMs - monotonicMs;
        monotonicMs = timer.dueMs;
        timer.callback();
        await turn();
      }
      unixMs += endMs - monotonicMs;
      monotonicMs = endMs;
      await turn();
    },
    jump(ms) {
      unixMs += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}
