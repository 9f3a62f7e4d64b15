import type { Clock } from '../core/clock.ts';
import { parseSecret, type Credentials } from '../edge.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import { isAlive, isDueForRenewal, parseAccessToken, type AccessToken } from './access-token.ts';
import type { Call } from './calls.ts';
import { CHALLENGED, REJECTED, THROTTLED, TOKEN_CALL_FAILED, type Cooldown } from './cooldown.ts';
import type { JsonAnswer, JsonRequest } from './http.ts';
import { startDeadline, type Deadline } from './retry.ts';
import { readSecret } from './secret-source.ts';

/** Sends a call, with retries. */
export type SendCall = (
  name: Call,
  deadline: Deadline,
  request: Omit<JsonRequest, 'url' | 'method' | 'signal'>,
) => Promise<JsonAnswer>;

interface TokensOptions {
  readonly call: SendCall;
  readonly block: Cooldown;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly onSecret: (secret: Secret) => void;
}

/** The access tokens of a client. The current one is `session.token`. */
export interface Tokens {
  /** The current token, or a new one if there is none or it is due for renewal. */
  current(deadline: Deadline): Promise<AccessToken>;
  /** Requests a new token. Throws PollError, during a cool-down without a request. */
  fetch(deadline: Deadline): Promise<AccessToken>;
}

export function createTokens(
  { clientId, clientSecret }: Extract<Credentials, { kind: 'client' }>,
  session: { token: AccessToken | undefined; readonly tokenCooldown: Cooldown },
  { call, block, timeoutMs, clock, onSecret }: TokensOptions,
): Tokens {
  const { tokenCooldown } = session;

  async function fetch(deadline: Deadline): Promise<AccessToken> {
    const secret = readSecret(clientSecret, parseSecret);
    onSecret(secret);
    block.check();
    tokenCooldown.check(secret);
    try {
      const { body } = await call('token', deadline, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: clientId, client_secret: secret.reveal() }),
      });
      session.token = parseAccessToken(body, clock);
    } catch (error) {
      if (error instanceof PollError) coolDown(error, secret);
      throw error;
    }
    onSecret(session.token.secret);
    block.end();
    tokenCooldown.end();
    return session.token;
  }

  function coolDown(error: PollError, secret: Secret): void {
    const { reason, isAuthFailure, isTransient } = error;
    if (reason === 'blocked') block.start(error, REJECTED);
    else if (isAuthFailure) tokenCooldown.start(error, REJECTED, secret);
    else if (reason === 'rate_limited') tokenCooldown.start(error, THROTTLED);
    else if (reason === 'http_status' && !isTransient) tokenCooldown.start(error, CHALLENGED);
    else tokenCooldown.start(error, TOKEN_CALL_FAILED);
  }

  return {
    async current(deadline) {
      const { token } = session;
      if (token === undefined || !isAlive(token, clock)) return fetch(deadline);
      if (!isDueForRenewal(token, clock)) return token;
      // While the current token is valid, a failed renewal does no harm. A renewal that hangs must
      // leave half of the time for the numbers call.
      const renewal = startDeadline(clock, timeoutMs / 2, deadline.signal);
      try {
        return await fetch(renewal);
      } catch (error) {
        if (deadline.signal.aborted || !(error instanceof PollError)) throw error;
        return token;
      } finally {
        renewal.end();
      }
    },
    fetch,
  };
}
