import { doublingMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** Each wrong try prolongs the harm to everything else behind the same IP address. */
const REFUSED_WAIT_MS_FIRST = 15 * 60_000;
const REFUSED_WAIT_MS_MAX = 60 * 60_000;

/** A time in which the provider is left alone. Polls that fall due fail with the hold's reason. */
export interface Hold {
  /** Throws PollError while the hold lasts. A secret other than the refused one ends it. */
  check(secret: Secret): void;
  /** The provider refused this secret: 15 minutes, doubling to 1 hour until `release`. */
  refused(reason: Reason, secret: Secret): void;
  /** The provider asked to be left alone for a while (Retry-After). */
  askedToWait(reason: Reason, waitMs: number): void;
  /** The provider has accepted us. */
  release(): void;
}

export function createHold(clock: Clock): Hold {
  let held: { reason: Reason; untilMs: number } | undefined;
  let refused: { secret: Secret; times: number } | undefined;
  const holdFor = (reason: Reason, waitMs: number) => {
    held = { reason, untilMs: clock.monotonicMs() + waitMs };
  };
  return {
    check(secret) {
      if (refused !== undefined && !refused.secret.equals(secret)) {
        held = undefined;
        refused = undefined;
      }
      const leftMs = (held?.untilMs ?? 0) - clock.monotonicMs();
      if (held !== undefined && leftMs > 0) {
        const left = Math.ceil(leftMs / 1000);
        throw new PollError(held.reason, `waiting another ${left} s before asking again`);
      }
    },
    refused(reason, secret) {
      const times = refused?.times ?? 0;
      refused = { secret, times: times + 1 };
      holdFor(reason, doublingMs(times, REFUSED_WAIT_MS_FIRST, REFUSED_WAIT_MS_MAX));
    },
    askedToWait: holdFor,
    release() {
      held = undefined;
      refused = undefined;
    },
  };
}
