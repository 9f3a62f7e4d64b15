import type { LookupFunction } from 'node:net';
import { sleep, type Clock } from '../core/clock.ts';
import type { Credentials, SecretSource } from '../core/credentials.ts';
import { parseNumbers, type ParsedResponse } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import { expiresAtMs, isAlive, type AccessToken } from './access-token.ts';
import { assertOk } from './answer.ts';
import { createCooldown, RETRY_AFTER, THROTTLED, tokenRefused, type Cooldown } from './cooldown.ts';
import { createHttpClient, type JsonAnswer, type ProxySettings } from './http.ts';
import { startDeadline, withRetries, type Deadline } from './retry.ts';
import { readSecret } from './secret-source.ts';
import { createTokens, type SendCall, type Tokens } from './tokens.ts';

export interface ProviderOptions {
  /** Base of the API, without a trailing slash. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly proxy: ProxySettings;
  /** For a whole poll: token, numbers and retries, from connection to last byte. */
  readonly timeoutMs: number;
  /** The time between two polls. */
  readonly intervalMs: number;
  /** Numbers beyond this are dropped. */
  readonly numbersMax?: number;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  /** Called with every secret before it is used, so that logs can be kept clean of it. */
  readonly onSecret: (secret: Secret) => void;
  /** The session of a previous provider with the same API and credentials. */
  readonly session?: Session;
  /** Shared by all accounts, so that each host is resolved once. */
  readonly lookup: LookupFunction;
  /** The block of this IP address, shared by all accounts that use the same API. */
  readonly block?: Cooldown;
}

/** What outlives a reload: the access token in use, and the cool-downs. */
export interface Session {
  token: AccessToken | undefined;
  /** Bars the numbers call. */
  readonly numbersCooldown: Cooldown;
  /** Bars the token call; a token that is still valid is used meanwhile. */
  readonly tokenCooldown: Cooldown;
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

type Ask = (deadline: Deadline) => Promise<JsonAnswer>;

/** A server that does not know a fresh token yet may know it this much later, plus as much again. */
const FRESH_TOKEN_DELAY_MS = 1_000;

export function createProvider(options: ProviderOptions): Provider {
  const { apiUrl, credentials, clock, random, onSecret } = options;
  const http = createHttpClient(options);
  const session = options.session ?? createSession(clock);
  const block = options.block ?? createCooldown(clock);
  const { numbersCooldown } = session;
  /** The last good response: most of the time the next one is the same, and is not parsed again. */
  let last: { readonly digest: string; readonly parsed: ParsedResponse } | undefined;

  const call: SendCall = (name, deadline, { path, ...rest }) => {
    const send = async (signal: AbortSignal) => {
      const answer = await http.requestJson({ ...rest, url: apiUrl + path, signal });
      if (!answer.isKnown) assertOk(name, answer, clock.unixMs());
      return answer;
    };
    return withRetries(send, { deadline, clock, random });
  };
  const ask =
    credentials.kind === 'client'
      ? askAsClient(createTokens(credentials, session, { ...options, block, call }))
      : askWithFixedToken(credentials.accessToken);

  async function getNumbers(accessToken: Secret, deadline: Deadline): Promise<JsonAnswer> {
    try {
      return await call('numbers', deadline, {
        method: 'GET',
        path: '/whatsapp/getWhatsApp',
        headers: { authorization: `Bearer ${accessToken.reveal()}` },
        known: last?.digest,
      });
    } catch (error) {
      if (error instanceof PollError) {
        if (error.reason === 'rate_limited') numbersCooldown.start(error, THROTTLED);
        else if (error.retryAfterMs !== undefined) numbersCooldown.start(error, RETRY_AFTER);
      }
      throw error;
    }
  }

  function askAsClient(tokens: Tokens): Ask {
    return async (deadline) => {
      numbersCooldown.check();
      const previous = session.token;
      let token = await tokens.current(deadline);
      if (token === previous) {
        try {
          return await getNumbers(token.secret, deadline);
        } catch (error) {
          if (!isRefusedToken(error)) throw error;
          // A 401 without the documented JSON may be a firewall's: the token stays until it is replaced.
          if (error.isAuthFailure) session.token = undefined;
        }
        token = await tokens.fetch(deadline);
      }
      return askWithFreshToken(token, deadline);
    };
  }

  /** Not every server behind the API need know a fresh token at once: asks twice. */
  async function askWithFreshToken(token: AccessToken, deadline: Deadline): Promise<JsonAnswer> {
    try {
      return await getNumbers(token.secret, deadline);
    } catch (error) {
      const delayMs = FRESH_TOKEN_DELAY_MS * (1 + random());
      if (!isRefusedToken(error) || delayMs >= deadline.remainingMs()) throw error;
      await sleep(clock, delayMs, deadline.signal);
    }
    try {
      return await getNumbers(token.secret, deadline);
    } catch (error) {
      if (isRefusedToken(error)) {
        session.token = undefined;
        numbersCooldown.start(error, tokenRefused(options.intervalMs));
      }
      throw error;
    }
  }

  function askWithFixedToken(source: SecretSource): Ask {
    return async (deadline) => {
      const token = readSecret(source);
      onSecret(token);
      numbersCooldown.check(token);
      try {
        return await getNumbers(token, deadline);
      } catch (error) {
        if (isRefusedToken(error)) {
          numbersCooldown.start(error, tokenRefused(options.intervalMs), token);
        }
        throw error;
      }
    };
  }

  /** Yields before and after, so that a long list does not delay everything else. */
  async function parse({ digest, isKnown, body }: JsonAnswer): Promise<ParsedResponse> {
    if (isKnown && last !== undefined) return last.parsed;
    await new Promise(setImmediate);
    last = { digest, parsed: parseNumbers(body, options.numbersMax) };
    await new Promise(setImmediate);
    return last.parsed;
  }

  return {
    async fetchNumbers(signal) {
      const deadline = startDeadline(clock, options.timeoutMs, signal);
      try {
        const answer = await ask(deadline);
        numbersCooldown.end();
        return await parse(answer);
      } finally {
        deadline.end();
      }
    },
    tokenExpiresAtMs: () => session.token && expiresAtMs(session.token),
    cooldownUntilMs() {
      const { token } = session;
      const needsToken =
        credentials.kind === 'client' && (token === undefined || !isAlive(token, clock));
      const bars = needsToken ? [numbersCooldown, session.tokenCooldown, block] : [numbersCooldown];
      const untilMs = Math.max(...bars.map((bar) => bar.untilMs() ?? 0));
      return untilMs > 0 ? untilMs : undefined;
    },
    session,
    close: () => http.close(),
  };
}

function createSession(clock: Clock): Session {
  return {
    token: undefined,
    numbersCooldown: createCooldown(clock),
    tokenCooldown: createCooldown(clock),
  };
}

/** Of the numbers call: a fresh token may help. */
function isRefusedToken(error: unknown): error is PollError {
  return error instanceof PollError && (error.reason === 'token' || error.reason === 'credentials');
}
