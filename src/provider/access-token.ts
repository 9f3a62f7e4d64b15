import { ageMs, instantOf, type Clock, type Instant } from '../core/clock.ts';
import { asObject } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import { secretFrom } from '../core/credentials.ts';
import type { Secret } from '../core/secret.ts';

/** What a token lives by the provider's documentation. */
const LIFE_MS = 3_600_000;
/** So long before its end a token is renewed: longer than a poll usually takes. */
const RENEWAL_MARGIN_MS = 60_000;

export interface AccessToken {
  readonly secret: Secret;
  readonly receivedAt: Instant;
  readonly lifeMs: number;
}

/**
 * Reads the answer of `POST /settings/accessToken`. `expiration_time` (Unix seconds, as a string)
 * is believed only between now and the documented hour from now: otherwise it is missing, in
 * milliseconds, or this machine's clock is wrong, and the documented hour counts.
 */
export function parseAccessToken(body: unknown, clock: Clock): AccessToken {
  const fields = asObject(body);
  const text = fields?.['access_token'];
  const secret = typeof text === 'string' ? secretFrom(text) : undefined;
  if (secret === undefined) {
    throw new PollError('invalid_response', 'token call: the answer holds no access token');
  }
  const receivedAt = instantOf(clock);
  const toldMs = Number(fields?.['expiration_time']) * 1000 - receivedAt.unixMs;
  const isBelievable = toldMs > RENEWAL_MARGIN_MS && toldMs < LIFE_MS;
  return { secret, receivedAt, lifeMs: isBelievable ? toldMs : LIFE_MS };
}

export function isDueForRenewal(token: AccessToken, clock: Clock): boolean {
  return ageMs(token.receivedAt, clock) >= token.lifeMs - RENEWAL_MARGIN_MS;
}

/** Whether the token has not reached its end, though it may be due for renewal. */
export function isAlive(token: AccessToken, clock: Clock): boolean {
  return ageMs(token.receivedAt, clock) < token.lifeMs;
}

/** Unix milliseconds, as this machine's clock counts them. */
export function expiresAtMs(token: AccessToken): number {
  return token.receivedAt.unixMs + token.lifeMs;
}
