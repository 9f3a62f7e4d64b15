import { sleep, type Clock } from '../core/clock.ts';
import { PollError } from '../core/reasons.ts';

/** The time limit of a poll; `signal` aborts with PollError `timeout` when it is reached. */
export interface Deadline {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Must be called when the poll ends, to stop the timer. */
  end(): void;
}

/** Starts now. When `stop` aborts, so does the deadline, with the same reason. */
export function startDeadline(clock: Clock, timeoutMs: number, stop: AbortSignal): Deadline {
  const abort = new AbortController();
  const endsAtMs = clock.monotonicMs() + timeoutMs;
  const onStop = () => abort.abort(stop.reason);
  const cancel = clock.setTimer(() => {
    abort.abort(new PollError('timeout', `no complete response within ${timeoutMs / 1000} s`));
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
 * Sends a request and retries transient failures twice if the deadline allows it. The delay doubles,
 * has jitter, and is at least the Retry-After.
 */
export async function withRetries<T>(
  request: (signal: AbortSignal) => Promise<T>,
  {
    deadline,
    clock,
    random,
    retriesMax = RETRIES_MAX,
  }: {
    deadline: Deadline;
    clock: Clock;
    random: () => number;
    retriesMax?: number | undefined;
  },
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request(deadline.signal);
    } catch (error) {
      if (!(error instanceof PollError && error.isTransient) || attempt >= retriesMax) throw error;
      const backoffMs = RETRY_DELAY_MS_FIRST * 2 ** attempt;
      // Half fixed, half random, so that many exporters do not retry at the same moment.
      const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs * (0.5 + random() / 2));
      if (delayMs >= deadline.remainingMs()) throw error;
      await sleep(clock, delayMs, deadline.signal);
    }
  }
}
