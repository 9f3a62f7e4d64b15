import { asObject } from '../core/parse.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import type { JsonAnswer } from './http.ts';

export type Call = 'token' | 'numbers';

/** The provider's `reason` of a FAIL. The same figure means different things to the two calls. */
const FAIL_REASONS: Readonly<Record<Call, Readonly<Record<number, [Reason, string]>>>> = {
  token: {
    2: ['credentials', 'client id or client secret is wrong'],
    3: ['blocked', 'this IP address is blocked after too many wrong tries'],
  },
  numbers: {
    2: ['credentials', 'the credentials are wrong'],
    3: ['token', 'the access token does not exist or has expired'],
  },
};

/** What an HTTP status says of its own accord, where no documented reason comes with it. */
const HTTP_REASONS: Readonly<Record<Call, Readonly<Record<number, Reason>>>> = {
  // Not documented, but usual answers to a wrong client. Each further wrong try prolongs a block.
  token: {
    400: 'credentials',
    401: 'credentials',
    403: 'credentials',
    422: 'credentials',
    429: 'rate_limited',
  },
  numbers: { 401: 'token', 429: 'rate_limited' },
};

/**
 * Throws PollError unless the answer says OK. A FAIL may come with any HTTP status, so its reason
 * goes before the status; where `status` is left out, as in the documented token answer, reason 1
 * means OK. `nowMs` is Unix time, for a Retry-After that names a date.
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
  const known = isFail && code !== undefined ? FAIL_REASONS[call][code] : undefined;
  if (known !== undefined) {
    throw new PollError(known[0], `${call} call: ${known[1]}`, { isRefusal: true });
  }

  // A status of 1xx is none that an answer ends with.
  const isHttpOk = answer.status < 300;
  if (isHttpOk && !isFail) {
    if (status === 'OK' || code === 1) return;
    throw new PollError('invalid_response', `${call} call: neither OK nor FAIL`);
  }
  const named = HTTP_REASONS[call][answer.status];
  const shown = isFail ? `FAIL with reason ${code ?? 'that is no number'}` : 'no documented answer';
  throw new PollError(
    named ?? (isFail ? 'provider_failed' : 'http_status'),
    `${call} call: HTTP ${answer.status}, ${shown}`,
    {
      isPassing: answer.status === 429 || answer.status >= 500,
      // Whatever else a token call fails for, asking for one at every poll is a way to be blocked.
      isRefusal: named === 'credentials' || named === 'token' || (call === 'token' && isFail),
      retryAfterMs: toRetryAfterMs(answer.retryAfter, nowMs),
    },
  );
}

function toReasonCode(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(code) ? (code as number) : undefined;
}

/** Longer waits are not believed: a wrong date must not silence an account for days. */
const RETRY_AFTER_MS_MAX = 3_600_000;

function toRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  // A date begins with the name of its day; Date.parse alone would take `-5` for a year.
  const dateMs = /^[A-Za-z]/.test(header) ? Date.parse(header) : Number.NaN;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : dateMs - nowMs;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
