import { readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { secretFromFile, type Credentials, type SecretSource } from '../core/credentials.ts';
import { parseNumbers, type ParsedResponse } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import {
  expiresAtMs,
  isAlive,
  isDueForRenewal,
  parseAccessToken,
  type AccessToken,
} from './access-token.ts';
import { assertOk, type Call } from './answer.ts';
import { createHold, type Hold } from './hold.ts';
import { createHttpClient, type JsonAnswer, type JsonRequest, type ProxySettings } from './http.ts';
import { startDeadline, withRetries, type Deadline } from './retry.ts';

export interface ProviderOptions {
  /** Base of the API, without a trailing slash. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly proxy: ProxySettings;
  /** For a whole poll: token, numbers and retries, from connection to last byte. */
  readonly timeoutMs: number;
  /** What is beyond is left out. */
  readonly numbersMax?: number;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  /** Told of every secret that is about to be used, so that logs can be kept clean of it. */
  readonly onSecret: (secret: Secret) => void;
  /** Where another provider has left off, with the same API and credentials. */
  readonly session?: Session;
}

/** What is between us and the provider: the access token in use, and the wait that it imposed. */
export interface Session {
  readonly hold: Hold;
  token: AccessToken | undefined;
}

/** The API of the provider, for one account. Not for concurrent use: one poll at a time. */
export interface Provider {
  /** Asks for the numbers. Throws PollError, or the signal's reason when it aborts. */
  fetchNumbers(signal: AbortSignal): Promise<ParsedResponse>;
  /** When the access token in use expires, in Unix milliseconds. */
  tokenExpiresAtMs(): number | undefined;
  /** Until when the provider is not asked, in Unix milliseconds; undefined without a cool-down. */
  cooldownUntilMs(): number | undefined;
  readonly session: Session;
  close(): Promise<void>;
}

export function createProvider(options: ProviderOptions): Provider {
  const { apiUrl, credentials, clock, random, onSecret } = options;
  const http = createHttpClient(apiUrl, options.proxy, options.timeoutMs);
  const session = options.session ?? { hold: createHold(clock), token: undefined };
  let lastSecret: Secret | undefined;
  /** The last good answer: most of the time the next one says the same, and is not parsed again. */
  let last: { readonly digest: string; readonly parsed: ParsedResponse } | undefined;

  async function call(
    name: Call,
    deadline: Deadline,
    request: Omit<JsonRequest, 'url' | 'signal'> & { path: string },
  ): Promise<JsonAnswer> {
    const { path, ...rest } = request;
    const send = async (signal: AbortSignal) => {
      const answer = await http.requestJson({ ...rest, url: apiUrl + path, signal });
      if (!answer.isKnown) assertOk(name, answer, clock.unixMs());
      return answer;
    };
    return withRetries(send, { deadline, clock, random });
  }

  /** The secret as it is now: a file is read again. */
  function currentSecret(): Secret {
    const isClient = credentials.kind === 'client';
    lastSecret = readSecret(isClient ? credentials.clientSecret : credentials.accessToken);
    onSecret(lastSecret);
    return lastSecret;
  }

  async function fetchToken(clientId: string, deadline: Deadline): Promise<AccessToken> {
    const clientSecret = currentSecret();
    const { body } = await call('token', deadline, {
      method: 'POST',
      path: '/settings/accessToken',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: clientId, client_secret: clientSecret.reveal() }),
    });
    const fetched = parseAccessToken(body, clock);
    onSecret(fetched.secret);
    return fetched;
  }

  function getNumbers(accessToken: Secret, deadline: Deadline): Promise<JsonAnswer> {
    return call('numbers', deadline, {
      method: 'GET',
      path: '/whatsapp/getWhatsApp',
      headers: { authorization: `Bearer ${accessToken.reveal()}` },
      known: last?.digest,
    });
  }

  /** The token that we have, or a fresh one where it is about to end. */
  async function currentToken(clientId: string, deadline: Deadline): Promise<AccessToken> {
    const { token } = session;
    if (token !== undefined && !isDueForRenewal(token, clock)) return token;
    try {
      session.token = await fetchToken(clientId, deadline);
      return session.token;
    } catch (error) {
      const isUsable = token !== undefined && isAlive(token, clock);
      if (isUsable && error instanceof PollError && error.isPassing) return token;
      throw error;
    }
  }

  /** Where a token from before is refused, a fresh one is tried, once. */
  async function askAsClient(clientId: string, deadline: Deadline): Promise<JsonAnswer> {
    const before = session.token;
    const token = await currentToken(clientId, deadline);
    try {
      return await getNumbers(token.secret, deadline);
    } catch (error) {
      if (token !== before || !isRefusal(error)) throw error;
    }
    session.token = undefined;
    const fresh = await currentToken(clientId, deadline);
    return getNumbers(fresh.secret, deadline);
  }

  /** Before and after, everything else has its turn: each step of a long list takes its time. */
  async function parse({ digest, isKnown, body }: JsonAnswer): Promise<ParsedResponse> {
    if (isKnown && last !== undefined) return last.parsed;
    await new Promise(setImmediate);
    last = { digest, parsed: parseNumbers(body, options.numbersMax) };
    await new Promise(setImmediate);
    return last.parsed;
  }

  return {
    async fetchNumbers(signal) {
      session.hold.check(currentSecret);
      const deadline = startDeadline(clock, options.timeoutMs, signal);
      try {
        const answer =
          credentials.kind === 'client'
            ? await askAsClient(credentials.clientId, deadline)
            : await getNumbers(currentSecret(), deadline);
        session.hold.release();
        return await parse(answer);
      } catch (error) {
        // What was refused is what was read before the request: the file may have changed since.
        if (isRefusal(error) && lastSecret !== undefined) {
          session.token = undefined;
          session.hold.refused(error.reason, lastSecret);
        } else if (error instanceof PollError && error.retryAfterMs !== undefined) {
          session.hold.askedToWait(error.reason, error.retryAfterMs);
        }
        throw error;
      } finally {
        deadline.end();
      }
    },
    tokenExpiresAtMs: () => session.token && expiresAtMs(session.token),
    cooldownUntilMs: () => session.hold.untilMs(),
    session,
    close: () => http.close(),
  };
}

function isRefusal(error: unknown): error is PollError {
  return error instanceof PollError && error.isRefusal;
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
