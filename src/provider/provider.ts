import type { LookupFunction } from 'node:net';
import { sleep, type Clock } from '../core/clock.ts';
import { parseToken, type Credentials, type SecretSource, type ProxySettings } from '../edge.ts';
import type { ParsedResponse } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import { expiresAtMs, isAlive, type AccessToken } from './access-token.ts';
import { assertOk } from './answer.ts';
import { CALLS } from './calls.ts';
import { authorize, createCollect, type Collect } from './collect.ts';
import { createCooldown, slowDown, tokenRejected, type Cooldown } from './cooldown.ts';
import { createHttpClient, type JsonAnswer } from './http.ts';
import { startDeadline, withRetries, type Deadline } from './retry.ts';
import { readSecret } from './secret-source.ts';
import { createTokens, type SendCall, type Tokens } from './tokens.ts';

export interface ProviderOptions {
  /** Base of the API, without a trailing slash. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly proxy: ProxySettings;
  /** Limit for a whole poll: token, numbers and retries, from connection to last byte. */
  readonly timeoutMs: number;
  /** The time between two polls. */
  readonly intervalMs: number;
  /** Parses the body of a successful response. Throws PollError. */
  readonly parse: (response: unknown) => ParsedResponse;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  /** Of a call whose failure is transient; 2 by default. */
  readonly retriesMax?: number | undefined;
  /** Called with every secret before it is used, so that the log can redact it. */
  readonly onSecret: (secret: Secret) => void;
  /** The session of a previous provider with the same API and credentials. */
  readonly session?: Session;
  /** Shared by all accounts, so that each host is resolved once. */
  readonly lookup: LookupFunction;
  /** The block of this IP address, shared by all accounts that use the same API. */
  readonly block?: Cooldown;
}

/** State that survives a reload: the current access token, and the cool-downs. */
export interface Session {
  token: AccessToken | undefined;
  /** Blocks the numbers call. */
  readonly numbersCooldown: Cooldown;
  /** Blocks the calls of collectors. */
  readonly collectorsCooldown: Cooldown;
  /** Blocks the token call; a token that is still valid stays in use. */
  readonly tokenCooldown: Cooldown;
}

/** The provider's API for one account. Supports one poll at a time. */
export interface Provider extends Collect {
  /** Requests the numbers. Throws PollError, or the signal's reason when it aborts. */
  fetchNumbers(signal: AbortSignal): Promise<ParsedResponse>;
  /** When the current access token expires, in Unix milliseconds. */
  tokenExpiresAtMs(): number | undefined;
  /** When the cool-down ends, in Unix milliseconds; undefined without a cool-down. */
  cooldownUntilMs(): number | undefined;
  readonly session: Session;
  close(): Promise<void>;
}

type FetchList = (deadline: Deadline) => Promise<JsonAnswer>;

/** A server may not accept a new token at once. The retry comes after once to twice this delay. */
const NEW_TOKEN_DELAY_MS = 1_000;

export function createProvider(options: ProviderOptions): Provider {
  const { apiUrl, credentials, clock, random, onSecret } = options;
  const http = createHttpClient(options);
  const session = options.session ?? createSession(clock);
  const block = options.block ?? createCooldown(clock);
  const { numbersCooldown, collectorsCooldown } = session;
  /** The last successful response. Most responses repeat it and are not parsed again. */
  let last: { readonly digest: string; readonly parsed: ParsedResponse } | undefined;
  let fixedToken: Secret | undefined;

  const call: SendCall = (name, deadline, request) => {
    const { method, path } = CALLS[name];
    const send = async (signal: AbortSignal) => {
      const answer = await http.requestJson({ ...request, method, url: apiUrl + path, signal });
      if (!answer.isUnchanged) assertOk(name, answer, clock.unixMs());
      return answer;
    };
    return withRetries(send, { deadline, clock, random, retriesMax: options.retriesMax });
  };
  const fetchList =
    credentials.kind === 'client'
      ? fetchAsClient(createTokens(credentials, session, { ...options, block, call }))
      : fetchWithFixedToken(credentials.accessToken);

  async function getNumbers(accessToken: Secret, deadline: Deadline): Promise<JsonAnswer> {
    try {
      return await call('numbers', deadline, {
        headers: authorize(accessToken),
        previousDigest: last?.digest,
      });
    } catch (error) {
      slowDown(numbersCooldown, error);
      throw error;
    }
  }

  function fetchAsClient(tokens: Tokens): FetchList {
    return async (deadline) => {
      numbersCooldown.check();
      const previous = session.token;
      let token = await tokens.current(deadline);
      if (token === previous) {
        try {
          return await getNumbers(token.secret, deadline);
        } catch (error) {
          if (!isTokenRejected(error)) throw error;
          // A 401 without the documented JSON may come from a firewall: keep the token until the new one arrives.
          if (error.isAuthFailure) session.token = undefined;
        }
        token = await tokens.fetch(deadline);
      }
      return fetchWithNewToken(token, deadline);
    };
  }

  /** Retries once, because some servers behind the API may not accept a new token at once. */
  async function fetchWithNewToken(token: AccessToken, deadline: Deadline): Promise<JsonAnswer> {
    try {
      return await getNumbers(token.secret, deadline);
    } catch (error) {
      const delayMs = NEW_TOKEN_DELAY_MS * (1 + random());
      if (!isTokenRejected(error) || delayMs >= deadline.remainingMs()) throw error;
      await sleep(clock, delayMs, deadline.signal);
    }
    try {
      return await getNumbers(token.secret, deadline);
    } catch (error) {
      if (isTokenRejected(error)) {
        session.token = undefined;
        numbersCooldown.start(error, tokenRejected(options.intervalMs));
      }
      throw error;
    }
  }

  function fetchWithFixedToken(source: SecretSource): FetchList {
    return async (deadline) => {
      const token = readSecret(source, parseToken);
      onSecret(token);
      fixedToken = token;
      numbersCooldown.check(token);
      try {
        return await getNumbers(token, deadline);
      } catch (error) {
        if (isTokenRejected(error)) {
          numbersCooldown.start(error, tokenRejected(options.intervalMs), token);
        }
        throw error;
      }
    };
  }

  /** The token of the last poll. Collectors never request one, so token calls stay as rare as without them. */
  function liveToken(): Secret | undefined {
    if (credentials.kind === 'token') return fixedToken;
    const { token } = session;
    return token !== undefined && isAlive(token, clock) ? token.secret : undefined;
  }

  /** Yields before and after, so that scrapes are not delayed by a long list. */
  async function parse({ digest, isUnchanged, body }: JsonAnswer): Promise<ParsedResponse> {
    if (isUnchanged && last !== undefined) return last.parsed;
    await new Promise(setImmediate);
    last = { digest, parsed: options.parse(body) };
    await new Promise(setImmediate);
    return last.parsed;
  }

  return {
    async fetchNumbers(signal) {
      const deadline = startDeadline(clock, options.timeoutMs, signal);
      try {
        const answer = await fetchList(deadline);
        numbersCooldown.end();
        return await parse(answer);
      } finally {
        deadline.end();
      }
    },
    ...createCollect({ ...options, call, liveToken, numbersCooldown, collectorsCooldown }),
    tokenExpiresAtMs: () => session.token && expiresAtMs(session.token),
    cooldownUntilMs() {
      const { token } = session;
      const needsToken =
        credentials.kind === 'client' && (token === undefined || !isAlive(token, clock));
      const blocking = needsToken
        ? [numbersCooldown, session.tokenCooldown, block]
        : [numbersCooldown];
      const untilMs = Math.max(...blocking.map((cooldown) => cooldown.untilMs() ?? 0));
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
    collectorsCooldown: createCooldown(clock),
    tokenCooldown: createCooldown(clock),
  };
}

/** Whether the numbers call failed because of its token, so that a new one may help. */
function isTokenRejected(error: unknown): error is PollError {
  return error instanceof PollError && (error.reason === 'token' || error.reason === 'credentials');
}
