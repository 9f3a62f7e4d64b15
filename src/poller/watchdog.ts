import type { Clock } from '../core/clock.ts';
import { PollError } from '../core/reasons.ts';

/** A run that is this late is abandoned, so that the next one can start. */
const HUNG_AFTER_MS = 10_000;

/**
 * Rejects when `abort` aborts. Aborts a run that ignores its deadline, which is a bug, but must not
 * block later ones.
 */
export async function withWatchdog<T>(
  run: (signal: AbortSignal) => Promise<T>,
  abort: AbortController,
  { what, timeoutMs, clock }: { what: string; timeoutMs: number; clock: Clock },
): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
  });
  const cancel = clock.setTimer(() => {
    abort.abort(new PollError('internal', `${what} ignored its deadline and was abandoned`));
  }, timeoutMs + HUNG_AFTER_MS);
  try {
    return await Promise.race([run(abort.signal), aborted]);
  } finally {
    cancel();
  }
}

const STOPPED = new Error('the account was stopped');

/** Aborts a run whose outcome is to be discarded. */
export function stop(abort: AbortController | undefined): void {
  abort?.abort(STOPPED);
}

export function isStopped({ signal }: AbortController): boolean {
  return signal.aborted && signal.reason === STOPPED;
}

/** The failure as state and log record it; the log gets the stack of an unexpected error. */
export function toFailure(error: unknown) {
  return error instanceof PollError
    ? { failure: { reason: error.reason, detail: error.message }, fields: {} }
    : {
        failure: { reason: 'internal' as const, detail: 'unexpected error' },
        fields: { err: error },
      };
}
