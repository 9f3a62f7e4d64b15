/** Time as everything but `src/system.ts` knows it, so that tests can hold it still or make it jump. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump when somebody sets the machine's clock. */
  unixMs(): number;
  /** Milliseconds since an arbitrary start. Never jumps, but stands still while the machine sleeps. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** One moment on both time lines: see `ageMs` for why both are kept. */
export interface Instant {
  readonly unixMs: number;
  readonly monotonicMs: number;
}

export function instantOf(clock: Clock): Instant {
  return { unixMs: clock.unixMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * How long ago `then` was, in milliseconds. Of the two time lines the longer answer counts: a clock
 * set back must not make old data look fresh, nor must a machine that slept.
 */
export function ageMs(then: Instant, clock: Clock): number {
  return Math.max(clock.unixMs() - then.unixMs, clock.monotonicMs() - then.monotonicMs);
}

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.setTimer(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
