import type { Clock } from '../core/clock.ts';
import type { Call } from './faults.ts';
import type { Fleet, FleetNumber } from './fleet.ts';
import { fail, type Json } from './json.ts';
import { inboxesOf, onlineAccountsAt } from './online-answers.ts';
import { onboardingsAt, registeredNumbersAt } from './registrations.ts';
import { createStatistics } from './statistics.ts';

const HOUR_MS = 3_600_000;
const TOKEN_LIFE_MS = HOUR_MS;
/** This many failed logins in a row within an hour block the caller; not documented. */
const FAILED_LOGINS_MAX = 5;
const BLOCK_MS = HOUR_MS;

const WRONG_CREDENTIALS = 2;
const BLOCKED = 3;
const UNKNOWN_TOKEN = 3;
const WRONG_METHOD = 13;

export interface AnswersOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Speed of the fleet's time relative to the clock; tokens and blocks use the clock. */
  readonly timeLapse?: number;
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Request {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface DataCall {
  readonly method: 'GET' | 'POST';
  readonly answer: (unixMs: number, body: Json) => Json;
}

/** The provider's documented responses, independent of HTTP. */
export interface Answers {
  answer(call: Call, request: Request): Json;
  /** Invalidates all tokens. */
  readonly revokeTokens: () => void;
  /** Replaces the secret; tokens stay valid. */
  readonly rotateSecret: (clientSecret: string) => void;
}

export function createAnswers(options: AnswersOptions): Answers {
  const { fleet, clock, timeLapse = 1, clientId } = options;
  const startMs = clock.unixMs();
  let { clientSecret } = options;
  let issued = 0;
  const expiriesMs = new Map<string, number>();
  // All callers of a simulator share one address, so there is one list of failed logins.
  let failedLoginsMs: number[] = [];
  let blockedUntilMs = 0;

  function rejectLogin(): Json {
    const nowMs = clock.unixMs();
    failedLoginsMs = [...failedLoginsMs.filter((ms) => ms > nowMs - HOUR_MS), nowMs];
    if (failedLoginsMs.length >= FAILED_LOGINS_MAX) {
      blockedUntilMs = nowMs + BLOCK_MS;
      failedLoginsMs = [];
    }
    return fail(WRONG_CREDENTIALS);
  }

  function issueToken(): Json {
    const nowMs = clock.unixMs();
    failedLoginsMs = [];
    for (const [token, ms] of expiriesMs) if (ms <= nowMs) expiriesMs.delete(token);
    // Includes the start time, so that a restarted simulator does not accept old tokens.
    const token = `fake-access-token-${startMs}-${++issued}`;
    expiriesMs.set(token, nowMs + TOKEN_LIFE_MS);
    const expiryS = Math.floor((nowMs + TOKEN_LIFE_MS) / 1000);
    return {
      access_token: token,
      expiration_time: String(expiryS),
      token_type: 'Bearer',
      reason: 1,
    };
  }

  function logIn({ method, body }: Request): Json {
    if (method !== 'POST') return fail(WRONG_METHOD);
    if (clock.unixMs() < blockedUntilMs) return fail(BLOCKED);
    const sent = parseObject(body);
    const isRight = sent?.['client_id'] === clientId && sent['client_secret'] === clientSecret;
    return isRight ? issueToken() : rejectLogin();
  }

  /** The calls that need a token. Each gets the fleet's time. */
  const dataCalls: Readonly<Record<Exclude<Call, 'token'>, DataCall>> = {
    numbers: { method: 'GET', answer: (unixMs) => toList(fleet.at(unixMs)) },
    registered_numbers: { method: 'GET', answer: registeredNumbersAt },
    onboardings: { method: 'GET', answer: onboardingsAt },
    online_accounts: { method: 'GET', answer: (unixMs) => onlineAccountsAt(fleet, unixMs) },
    inboxes: { method: 'POST', answer: (_unixMs, body) => inboxesOf(fleet, body) },
    monthly_statistics: { method: 'GET', answer: createStatistics(fleet) },
  };

  return {
    answer(call, request) {
      if (call === 'token') return logIn(request);
      const { method, answer } = dataCalls[call];
      if (request.method !== method) return fail(WRONG_METHOD);
      const token = /^Bearer (\S+)$/i.exec(request.authorization ?? '')?.[1];
      if (token === undefined) return fail(WRONG_CREDENTIALS);
      const nowMs = clock.unixMs();
      if ((expiriesMs.get(token) ?? 0) <= nowMs) return fail(UNKNOWN_TOKEN);
      return answer(startMs + (nowMs - startMs) * timeLapse, parseObject(request.body) ?? {});
    },
    revokeTokens() {
      expiriesMs.clear();
    },
    rotateSecret(secret) {
      clientSecret = secret;
    },
  };
}

function toList(list: readonly FleetNumber[]): Json {
  const total = (field: 'conversations' | 'marketing' | 'service' | 'incoming') =>
    list.reduce((sum, number) => sum + number[`${field}ThisMonth`], 0);
  return {
    status: 'OK',
    reason: 1,
    totalWhatsApp: list.length,
    totalConversationsThisMonth: total('conversations'),
    totalMarketingThisMonth: total('marketing'),
    totalServiceThisMonth: total('service'),
    totalIncomingThisMonth: total('incoming'),
    list,
  };
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
