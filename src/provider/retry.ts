import { sleep, type Clock } from '../core/clock.ts';
import { PollError } from '../core/reasons.ts';

/** The time that one poll has: `signal` aborts with PollError `timeout` when it is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Must be called when the poll has ended, or the timer would keep running. */
  end(): void;
}

/** Starts now; aborts early, with its reason, when `stop` does. */
export function startDeadline(clock: Clock, timeoutMs: number, stop: AbortSignal): Deadline {
  const abort = new AbortController();
  const endsAtMs = clock.monotonicMs() + timeoutMs;
  const onStop = () => abort.abort(stop.reason);
  const cancel = clock.setTimer(() => {
    abort.abort(new PollError('timeout', `no complete answer within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  return {
    signal: abort.signal,
    remainingMs: () => endsAtMs - clock.monotonicMs(),
    end() {
      cancel();
      stop.removeEventListener('abort', onStop);
    },
  };
}

const RETRIES_MAX = 2;
const RETRY_DELAY_MS_FIRST = 2_000;

/**
 * Runs a request, and retries a transient failure twice if the deadline leaves room. The delay is
 * doubled and jittered, and at least what Retry-After asks for.
 */
export async function withRetries<T>(
  request: (signal: AbortSignal) => Promise<T>,
  { deadline, clock, random }: { deadline: Deadline; clock: Clock; random: () => number },
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request(deadline.signal);
    } catch (error) {
      if (!(error instanceof PollError && error.isTransient) || attempt >= RETRIES_MAX) throw error;
      const backoffMs = RETRY_DELAY_MS_FIRST * 2 ** attempt;
      // Half fixed, half random: many pollers must not come back in step.
      const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs * (0.5 + random() / 2));
      if (delayMs >= deadline.remainingMs()) throw error;
      await sleep(clock, delayMs, deadline.signal);
    }
  }
}
