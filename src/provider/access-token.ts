import { ageMs, instantOf, type Clock, type Instant } from '../core/clock.ts';
import { asObject } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import { tokenFrom } from '../edge.ts';
import type { Secret } from '../core/secret.ts';

/** The documented lifetime of a token. */
const LIFE_MS = 3_600_000;
/** Tokens are renewed this long before they expire, to survive an outage of the token endpoint. */
const RENEWAL_MARGIN_MS = 600_000;
/** A shorter lifetime is ignored: this machine's clock must be wrong. */
const LIFE_MS_MIN = 60_000;

export interface AccessToken {
  readonly secret: Secret;
  readonly receivedAt: Instant;
  readonly lifeMs: number;
}

/**
 * Parses the response of `POST /settings/accessToken`. `expiration_time` (Unix seconds, as a string)
 * is used only if it is within the next hour. Otherwise it is missing, is in milliseconds, or this
 * machine's clock is wrong; then the documented lifetime of one hour applies.
 */
export function parseAccessToken(body: unknown, clock: Clock): AccessToken {
  const fields = asObject(body);
  const text = fields?.['access_token'];
  const secret = typeof text === 'string' ? tokenFrom(text) : undefined;
  if (secret === undefined) {
    throw new PollError('invalid_response', 'no access token in the response of the token call');
  }
  const receivedAt = instantOf(clock);
  const statedMs = Number(fields?.['expiration_time']) * 1000 - receivedAt.unixMs;
  const isPlausible = statedMs > LIFE_MS_MIN && statedMs < LIFE_MS;
  return { secret, receivedAt, lifeMs: isPlausible ? statedMs : LIFE_MS };
}

export function isDueForRenewal(token: AccessToken, clock: Clock): boolean {
  const marginMs = Math.min(RENEWAL_MARGIN_MS, token.lifeMs / 2);
  return ageMs(token.receivedAt, clock) >= token.lifeMs - marginMs;
}

/** Whether the token has not expired yet; it may still be due for renewal. */
export function isAlive(token: AccessToken, clock: Clock): boolean {
  return ageMs(token.receivedAt, clock) < token.lifeMs;
}

/** Unix milliseconds by this machine's clock. */
export function expiresAtMs(token: AccessToken): number {
  return token.receivedAt.unixMs + token.lifeMs;
}
