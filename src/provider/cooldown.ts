import type { Clock } from '../core/clock.ts';
import type { PollError, Reason } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** How long a cool-down lasts after the first failure, and at most after repeated ones. */
export interface Span {
  readonly firstMs: number;
  readonly maxMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The provider refused the client: each further wrong try prolongs the block of the IP address. */
export const REFUSED: Span = { firstMs: 15 * MINUTE_MS, maxMs: 60 * MINUTE_MS };
/** 429 Too Many Requests. A longer Retry-After counts. */
export const THROTTLED: Span = { firstMs: MINUTE_MS, maxMs: 15 * MINUTE_MS };
/** A 4xx without the documented JSON comes from a firewall or a captive portal: no verdict. */
export const CHALLENGED: Span = { firstMs: 3 * MINUTE_MS, maxMs: 3 * MINUTE_MS };
/** Any other failed token call. */
export const TOKEN_CALL_FAILED: Span = { firstMs: 30 * SECOND_MS, maxMs: 2 * MINUTE_MS };
/** 5xx with Retry-After: as long as that says. */
export const RETRY_AFTER: Span = { firstMs: 0, maxMs: 0 };

/** A fresh token was refused: one polling interval, doubling. */
export function tokenRefused(intervalMs: number): Span {
  const maxMs = 15 * MINUTE_MS;
  return { firstMs: Math.min(intervalMs, maxMs), maxMs };
}

/** A time in which the provider is not asked. Polls meanwhile fail as the one that started it did. */
export interface Cooldown {
  /**
   * Throws the failure that started the cool-down while it lasts. If that was a refused secret, a
   * different `secret` ends the cool-down.
   */
  check(secret?: Secret): void;
  /** When it ends, in Unix milliseconds. */
  untilMs(): number | undefined;
  /** Lasts `span.firstMs`, doubling while the reason stays the same; `refused` is the secret. */
  start(failure: PollError, span: Span, refused?: Secret): void;
  /** A success ends the cool-down and the doubling. */
  end(): void;
}

export function createCooldown(clock: Clock): Cooldown {
  let current: { failure: PollError; endsAtMs: number; refused: Secret | undefined } | undefined;
  let repeated: { reason: Reason; times: number } | undefined;
  const leftMs = () => (current === undefined ? 0 : current.endsAtMs - clock.monotonicMs());
  function end() {
    current = undefined;
    repeated = undefined;
  }
  return {
    check(secret) {
      const refused = current?.refused;
      if (refused !== undefined && secret !== undefined && !refused.equals(secret)) end();
      if (current !== undefined && leftMs() > 0) throw current.failure;
    },
    untilMs: () => (leftMs() > 0 ? clock.unixMs() + leftMs() : undefined),
    start(failure, span, refused) {
      // Requests of other accounts were under way when this began: they do not count again.
      if (leftMs() > 0) return;
      const { reason, retryAfterMs = 0 } = failure;
      const times = repeated?.reason === reason ? repeated.times + 1 : 0;
      const spanMs = Math.min(span.firstMs * 2 ** times, span.maxMs);
      repeated = { reason, times };
      const endsAtMs = clock.monotonicMs() + Math.max(spanMs, retryAfterMs);
      current = { failure, endsAtMs, refused };
    },
    end,
  };
}
