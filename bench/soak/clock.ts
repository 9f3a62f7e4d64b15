import type { Clock } from '../../src/core/clock.ts';

/** A clock that is a multiple of the machine's and can skip idle time. */
export interface LapseClock extends Clock {
  /** Skips to this time and runs the timers that become due in between, each at its time. */
  skipTo(unixMs: number): Promise<void>;
  readonly timers: number;
}

export function createLapseClock(startUnixMs: number, rate: number): LapseClock {
  const originMs = performance.now();
  let skippedMs = 0;
  let wake: NodeJS.Timeout | undefined;
  const timers = new Map<symbol, { readonly dueMs: number; readonly callback: () => void }>();
  const nowMs = () => Math.floor(skippedMs + (performance.now() - originMs) * rate);
  const skip = (ms: number) => void (skippedMs += Math.max(0, ms - nowMs()));
  const next = () => [...timers].toSorted(([, a], [, b]) => a.dueMs - b.dueMs)[0];

  /** Runs one timer at a time, because Node.js runs promise callbacks between two timers. */
  function runNext(): void {
    const [id, timer] = next() ?? [];
    if (id === undefined || timer === undefined) return;
    if (timer.dueMs <= nowMs() && timers.delete(id)) timer.callback();
    arm();
  }

  /** Sets a real timer for the next one that becomes due. */
  function arm(): void {
    clearTimeout(wake);
    const [, timer] = next() ?? [];
    if (timer !== undefined) wake = setTimeout(runNext, (timer.dueMs - nowMs()) / rate);
  }

  return {
    unixMs: () => startUnixMs + nowMs(),
    monotonicMs: nowMs,
    setTimer(callback, delayMs) {
      const id = Symbol('timer');
      timers.set(id, { dueMs: nowMs() + delayMs, callback });
      arm();
      return () => void timers.delete(id);
    },
    async skipTo(unixMs) {
      const endMs = unixMs - startUnixMs;
      for (;;) {
        const [, timer] = next() ?? [];
        if (timer === undefined || timer.dueMs > endMs) break;
        skip(timer.dueMs);
        runNext();
        await new Promise(setImmediate);
      }
      skip(endMs);
      arm();
    },
    get timers() {
      return timers.size;
    },
  };
}
