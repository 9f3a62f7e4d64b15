import { asObject } from '../core/parse.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { JsonAnswer } from './http.ts';

export type Call = 'token' | 'numbers';

/** The documented `reason` of a FAIL. The same number means different things to the two calls. */
const FAIL_REASONS: Readonly<Record<Call, Readonly<Record<number, [Reason, string]>>>> = {
  token: {
    2: ['credentials', 'client id or client secret is wrong'],
    3: ['blocked', 'this IP address is blocked after too many failed attempts'],
  },
  numbers: {
    2: ['credentials', 'the credentials are wrong'],
    3: ['token', 'the access token does not exist or has expired'],
  },
};

/**
 * Throws PollError unless the response says OK. A FAIL may come with any HTTP status, so its reason
 * takes precedence; without `status`, as in the documented token response, reason 1 means OK.
 * `nowMs` is Unix time, for a Retry-After that is a date.
 */
export function assertOk(
  call: Call,
  answer: Pick<JsonAnswer, 'status' | 'body' | 'retryAfter'>,
  nowMs: number,
): void {
  const fields = asObject(answer.body);
  const status =
    typeof fields?.['status'] === 'string' ? fields['status'].toUpperCase() : undefined;
  const code = toReasonCode(fields?.['reason']);
  const isFail = status === 'FAIL' || (status === undefined && code !== undefined && code !== 1);
  const documented = isFail && code !== undefined ? FAIL_REASONS[call][code] : undefined;
  if (documented !== undefined) {
    const [reason, meaning] = documented;
    const message = `reason ${code} from the ${call} call: ${meaning}`;
    throw new PollError(reason, message, { isAuthFailure: true });
  }

  // A 1xx never ends a response.
  const isHttpOk = answer.status < 300;
  if (isHttpOk && !isFail) {
    if (status === 'OK' || code === 1) return;
    throw new PollError('invalid_response', `neither OK nor FAIL from the ${call} call`);
  }
  const http = `HTTP ${answer.status}`;
  const shown = isFail ? `FAIL with ${nameOf(code)}${isHttpOk ? '' : ` and ${http}`}` : http;
  const reason = httpReason(call, answer.status) ?? (isFail ? 'provider_failed' : 'http_status');
  throw new PollError(reason, `${shown} from the ${call} call`, {
    isTransient: answer.status >= 500,
    retryAfterMs: toRetryAfterMs(answer.retryAfter, nowMs),
  });
}

/** What an HTTP status says without a documented reason: nothing about the client's credentials. */
function httpReason(call: Call, status: number): Reason | undefined {
  if (status === 429) return 'rate_limited';
  return call === 'numbers' && status === 401 ? 'token' : undefined;
}

/** The highest documented reason is 34. Others are not named: a label must not grow without limit. */
const REASON_MAX = 99;

function nameOf(code: number | undefined): string {
  const isNamed = code !== undefined && code >= 0 && code <= REASON_MAX;
  return isNamed ? `reason ${code}` : 'an unknown reason';
}

function toReasonCode(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(code) ? (code as number) : undefined;
}

/** A wrong date must not silence an account for days. */
const RETRY_AFTER_MS_MAX = 3_600_000;

function toRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  // A date begins with the name of its day; Date.parse alone would take `-5` for a year.
  const dateMs = /^[A-Za-z]/.test(header) ? Date.parse(header) : Number.NaN;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : dateMs - nowMs;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
