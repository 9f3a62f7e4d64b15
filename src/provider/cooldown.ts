import type { Clock } from '../core/clock.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** The duration of a cool-down after the first failure, and its maximum after repeated failures. */
export interface Span {
  readonly firstMs: number;
  readonly maxMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The provider rejected the credentials: every further attempt extends the block of the IP address. */
export const REJECTED: Span = { firstMs: 15 * MINUTE_MS, maxMs: 60 * MINUTE_MS };
/** 429 Too Many Requests. A longer Retry-After takes precedence. */
export const THROTTLED: Span = { firstMs: MINUTE_MS, maxMs: 15 * MINUTE_MS };
/** A 4xx without the documented JSON comes from a firewall or a captive portal, not from the API. */
export const CHALLENGED: Span = { firstMs: 3 * MINUTE_MS, maxMs: 3 * MINUTE_MS };
/** Any other failed token call. */
export const TOKEN_CALL_FAILED: Span = { firstMs: 30 * SECOND_MS, maxMs: 2 * MINUTE_MS };
/** 5xx with Retry-After: as long as the header says. */
const RETRY_AFTER: Span = { firstMs: 0, maxMs: 0 };

/** The provider rejected a new token: one polling interval, doubling. */
export function tokenRejected(intervalMs: number): Span {
  const maxMs = 15 * MINUTE_MS;
  return { firstMs: Math.min(intervalMs, maxMs), maxMs };
}

/** A period without requests. Polls during it fail with the failure that started it. */
export interface Cooldown {
  /**
   * Throws the failure that started the cool-down, while it lasts. If a secret was rejected, a
   * different `secret` ends the cool-down.
   */
  check(secret?: Secret): void;
  /** When it ends, in Unix milliseconds. */
  untilMs(): number | undefined;
  /** Lasts `span.firstMs`, doubling while the reason stays the same. */
  start(failure: PollError, span: Span, rejectedSecret?: Secret): void;
  /** Call after a success: ends the cool-down and resets the doubling. */
  end(): void;
}

export function createCooldown(clock: Clock): Cooldown {
  let current:
    { failure: PollError; endsAtMs: number; rejectedSecret: Secret | undefined } | undefined;
  let repeated: { reason: Reason; times: number } | undefined;
  const leftMs = () => (current === undefined ? 0 : current.endsAtMs - clock.monotonicMs());
  function end() {
    current = undefined;
    repeated = undefined;
  }
  return {
    check(secret) {
      const rejected = current?.rejectedSecret;
      if (rejected !== undefined && secret !== undefined && !rejected.equals(secret)) end();
      if (current !== undefined && leftMs() > 0) throw current.failure;
    },
    untilMs: () => (leftMs() > 0 ? clock.unixMs() + leftMs() : undefined),
    start(failure, span, rejectedSecret) {
      // Requests of other accounts may have been in flight when it started: they do not extend it.
      if (leftMs() > 0) return;
      const { reason, retryAfterMs = 0 } = failure;
      const times = repeated?.reason === reason ? repeated.times + 1 : 0;
      const spanMs = Math.min(span.firstMs * 2 ** times, span.maxMs);
      repeated = { reason, times };
      const endsAtMs = clock.monotonicMs() + Math.max(spanMs, retryAfterMs);
      current = { failure, endsAtMs, rejectedSecret };
    },
    end,
  };
}

/** Starts a cool-down if a failed call asks for one. */
export function slowDown(cooldown: Cooldown, error: unknown): void {
  if (!(error instanceof PollError)) return;
  if (error.reason === 'rate_limited') cooldown.start(error, THROTTLED);
  else if (error.retryAfterMs !== undefined) cooldown.start(error, RETRY_AFTER);
}
