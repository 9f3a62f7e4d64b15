/** The only source of time outside `src/system.ts`, so that tests can stop it or make it jump. */
export interface Clock {
  /** Milliseconds since the Unix epoch. Jumps when the machine's clock is set. */
  unixMs(): number;
  /** Milliseconds since an arbitrary start. Never jumps, but stops while the machine sleeps. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** A moment on both clocks; `ageMs` explains why both are needed. */
export interface Instant {
  readonly unixMs: number;
  readonly monotonicMs: number;
}

export function instantOf(clock: Clock): Instant {
  return { unixMs: clock.unixMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * How long ago `then` was, in milliseconds, by the clock that says longer. Old data must not look
 * fresh after the wall clock was set back or the machine slept.
 */
export function ageMs(then: Instant, clock: Clock): number {
  return msBetween(then, instantOf(clock));
}

/** The time between two moments, by the clock that says longer. */
export function msBetween(then: Instant, later: Instant): number {
  return Math.max(later.unixMs - then.unixMs, later.monotonicMs - then.monotonicMs);
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts. */
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
