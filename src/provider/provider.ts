import { readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { secretFromFile, type Credentials, type SecretSource } from '../core/credentials.ts';
import { parseNumbers, type ParsedResponse } from '../core/parse.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import {
  expiresAtMs,
  isDueForRenewal,
  parseAccessToken,
  type AccessToken,
} from './access-token.ts';
import { assertOk, type Call } from './answer.ts';
import { createHold } from './hold.ts';
import { createDispatcher, requestJson, type JsonRequest, type ProxySettings } from './http.ts';
import { startDeadline, withRetries, type Deadline } from './retry.ts';

export interface ProviderOptions {
  /** Base of the API, without a trailing slash. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly proxy: ProxySettings;
  /** For a whole poll: token, numbers and retries, from connection to last byte. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  /** Told of every secret that is about to be used, so that logs can be kept clean of it. */
  readonly onSecret: (secret: Secret) => void;
}

/** The API of the provider, for one account. Not for concurrent use: one poll at a time. */
export interface Provider {
  /** Asks for the numbers. Throws PollError, or the signal's reason when it aborts. */
  fetchNumbers(signal: AbortSignal): Promise<ParsedResponse>;
  /** When the access token in use expires, in Unix milliseconds. */
  tokenExpiresAtMs(): number | undefined;
  close(): Promise<void>;
}

/** A refusal of whatever we prove ourselves with; after one of these the provider is left alone. */
const REFUSALS: ReadonlySet<Reason> = new Set(['credentials', 'blocked', 'token']);

export function createProvider(options: ProviderOptions): Provider {
  const { apiUrl, credentials, clock, random, onSecret } = options;
  const dispatcher = createDispatcher(apiUrl, options.proxy, options.timeoutMs);
  const hold = createHold(clock);
  let token: AccessToken | undefined;

  async function call(
    name: Call,
    deadline: Deadline,
    request: Omit<JsonRequest, 'url' | 'signal'> & { path: string },
  ): Promise<unknown> {
    const { path, ...rest } = request;
    const send = async (signal: AbortSignal) => {
      const answer = await requestJson({ ...rest, url: apiUrl + path, signal }, dispatcher);
      assertOk(name, answer, clock.unixMs());
      return answer.body;
    };
    return withRetries(send, { deadline, clock, random });
  }

  async function fetchToken(clientId: string, clientSecret: Secret, deadline: Deadline) {
    const body = await call('token', deadline, {
      method: 'POST',
      path: '/settings/accessToken',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ client_id: clientId, client_secret: clientSecret.reveal() }),
    });
    const fetched = parseAccessToken(body, clock);
    onSecret(fetched.secret);
    return fetched;
  }

  function getNumbers(accessToken: Secret, deadline: Deadline): Promise<unknown> {
    return call('numbers', deadline, {
      method: 'GET',
      path: '/whatsapp/getWhatsApp',
      headers: { authorization: `Bearer ${accessToken.reveal()}`, accept: 'application/json' },
    });
  }

  /** Uses the token that we have; where it is refused, a fresh one, once. */
  async function askAsClient(clientId: string, clientSecret: Secret, deadline: Deadline) {
    if (token !== undefined && !isDueForRenewal(token, clock)) {
      try {
        return await getNumbers(token.secret, deadline);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    token = undefined;
    token = await fetchToken(clientId, clientSecret, deadline);
    return getNumbers(token.secret, deadline);
  }

  return {
    async fetchNumbers(signal) {
      const isClient = credentials.kind === 'client';
      const secret = readSecret(isClient ? credentials.clientSecret : credentials.accessToken);
      onSecret(secret);
      hold.check(secret);
      const deadline = startDeadline(clock, options.timeoutMs, signal);
      try {
        const body = isClient
          ? await askAsClient(credentials.clientId, secret, deadline)
          : await getNumbers(secret, deadline);
        hold.release();
        return parseNumbers(body);
      } catch (error) {
        if (isRefusal(error)) {
          token = undefined;
          hold.refused(error.reason, secret);
        } else if (error instanceof PollError && error.retryAfterMs !== undefined) {
          hold.askedToWait(error.reason, error.retryAfterMs);
        }
        throw error;
      } finally {
        deadline.end();
      }
    },
    tokenExpiresAtMs: () => (token === undefined ? undefined : expiresAtMs(token)),
    close: () => dispatcher.destroy(),
  };
}

function isRefusal(error: unknown): error is PollError {
  return error instanceof PollError && REFUSALS.has(error.reason);
}

/** Throws PollError `credentials` where a secret file holds no secret. */
function readSecret(source: SecretSource): Secret {
  if (source.kind === 'value') return source.value;
  let text: string;
  try {
    text = readFileSync(source.path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new PollError('credentials', `secret file ${source.path}: ${code}`);
  }
  const secret = secretFromFile(text);
  if (secret === undefined) {
    throw new PollError(
      'credentials',
      `secret file ${source.path}: empty, or not one line of text`,
    );
  }
  return secret;
}
