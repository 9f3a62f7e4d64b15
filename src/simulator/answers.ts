import type { Clock } from '../core/clock.ts';
import type { Fleet, FleetNumber } from './fleet.ts';

export type Json = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;
const TOKEN_LIFE_MS = HOUR_MS;
/** How many wrong tries in a row, none older than an hour, block the caller; not documented. */
const WRONG_TRIES_MAX = 5;
const BLOCK_MS = HOUR_MS;

const WRONG_CREDENTIALS = 2;
const BLOCKED = 3;
const UNKNOWN_TOKEN = 3;
const WRONG_METHOD = 13;

export interface AnswersOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** How many times faster than the clock the fleet lives; tokens and blocks keep to the clock. */
  readonly timeLapse?: number;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the provider answers, as its documentation says; how it is sent is no matter here. */
export interface Answers {
  token(method: string, body: string): Json;
  numbers(method: string, authorization: string | undefined): Json;
  /** Makes every token unknown at once. */
  readonly revokeTokens: () => void;
  /** Refuses the old secret from now on; tokens live on. */
  readonly rotateSecret: (clientSecret: string) => void;
}

export function createAnswers(options: AnswersOptions): Answers {
  const { fleet, clock, timeLapse = 1, clientId } = options;
  const startMs = clock.unixMs();
  let { clientSecret } = options;
  let issued = 0;
  const expiriesMs = new Map<string, number>();
  // Every caller of a simulator comes from one address, so one ledger serves for the IP block.
  let wrongTriesMs: number[] = [];
  let blockedUntilMs = 0;

  function refuse(): Json {
    const nowMs = clock.unixMs();
    wrongTriesMs = [...wrongTriesMs.filter((ms) => ms > nowMs - HOUR_MS), nowMs];
    if (wrongTriesMs.length >= WRONG_TRIES_MAX) {
      blockedUntilMs = nowMs + BLOCK_MS;
      wrongTriesMs = [];
    }
    return fail(WRONG_CREDENTIALS);
  }

  function issue(): Json {
    const nowMs = clock.unixMs();
    wrongTriesMs = [];
    for (const [token, ms] of expiriesMs) if (ms <= nowMs) expiriesMs.delete(token);
    // The start is part of it, so that a simulator started anew does not know the old one's tokens.
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

  return {
    token(method, body) {
      if (method !== 'POST') return fail(WRONG_METHOD);
      if (clock.unixMs() < blockedUntilMs) return fail(BLOCKED);
      const sent = parseObject(body);
      const isRight = sent?.['client_id'] === clientId && sent['client_secret'] === clientSecret;
      return isRight ? issue() : refuse();
    },
    numbers(method, authorization) {
      if (method !== 'GET') return fail(WRONG_METHOD);
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return fail(WRONG_CREDENTIALS);
      const nowMs = clock.unixMs();
      if ((expiriesMs.get(token) ?? 0) <= nowMs) return fail(UNKNOWN_TOKEN);
      return toList(fleet.at(startMs + (nowMs - startMs) * timeLapse));
    },
    revokeTokens() {
      expiriesMs.clear();
    },
    rotateSecret(secret) {
      clientSecret = secret;
    },
  };
}

export function fail(reason: number): Json {
  return { status: 'FAIL', reason };
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
