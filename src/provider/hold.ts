import type { Clock } from '../core/clock.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** Each wrong try prolongs the harm to everything else behind the same IP address. */
const REFUSED_WAIT_MS_FIRST = 15 * 60_000;
const REFUSED_WAIT_MS_MAX = 60 * 60_000;

/** A time in which the provider is left alone. Polls that fall due fail with the hold's reason. */
export interface Hold {
  /**
   * Throws PollError while the hold lasts. `readSecret` is called where the hold is for a refused
   * secret, which another one ends.
   */
  check(readSecret: () => Secret): void;
  /** The provider refused this secret: 15 minutes, doubling to 1 hour until `release`. */
  refused(reason: Reason, secret: Secret): void;
  /** The provider asked to be left alone for a while (Retry-After). */
  askedToWait(reason: Reason, waitMs: number): void;
  /** When the hold ends, in Unix milliseconds; undefined where there is none. */
  untilMs(): number | undefined;
  /** The provider has accepted us. */
  release(): void;
}

export function createHold(clock: Clock): Hold {
  let held: { reason: Reason; untilMs: number; secret: Secret | undefined } | undefined;
  let refusals = 0;
  return {
    check(readSecret) {
      if (held?.secret !== undefined && !held.secret.equals(readSecret())) {
        held = undefined;
        refusals = 0;
      }
      const leftMs = (held?.untilMs ?? 0) - clock.monotonicMs();
      if (held !== undefined && leftMs > 0) {
        const left = Math.ceil(leftMs / 1000);
        throw new PollError(held.reason, `waiting another ${left} s before asking again`);
      }
    },
    refused(reason, secret) {
      const waitMs = Math.min(REFUSED_WAIT_MS_FIRST * 2 ** refusals, REFUSED_WAIT_MS_MAX);
      held = { reason, untilMs: clock.monotonicMs() + waitMs, secret };
      refusals += 1;
    },
    askedToWait(reason, waitMs) {
      held = { reason, untilMs: clock.monotonicMs() + waitMs, secret: undefined };
    },
    untilMs() {
      const leftMs = (held?.untilMs ?? 0) - clock.monotonicMs();
      return leftMs > 0 ? clock.unixMs() + leftMs : undefined;
    },
    release() {
      held = undefined;
      refusals = 0;
    },
  };
}
