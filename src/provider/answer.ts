import { asObject } from '../core/parse.ts';
import { PollError, type Reason } from '../core/reasons.ts';
import { CALLS, type ApiCall, type Call } from './calls.ts';
import type { JsonAnswer } from './http.ts';

/**
 * Throws PollError unless the status of the response is OK. A FAIL may have any HTTP status, so its
 * reason takes precedence. Without `status`, as in the documented token response, reason 1 means OK.
 * `nowMs` is Unix time, needed if Retry-After is a date.
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
  const { rejections }: ApiCall = CALLS[call];
  const rejection = isFail && code !== undefined ? rejections[code] : undefined;
  if (rejection !== undefined) {
    const [reason, meaning] = rejection;
    const message = `reason ${code} from the ${call} call: ${meaning}`;
    throw new PollError(reason, message, { isAuthFailure: reason !== 'provider_failed' });
  }

  // A response never ends with a 1xx status.
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

/** The reason for an HTTP status without a documented code. It says nothing about the credentials. */
function httpReason(call: Call, status: number): Reason | undefined {
  if (status === 429) return 'rate_limited';
  return call !== 'token' && status === 401 ? 'token' : undefined;
}

/** The highest documented code is 34. Higher ones are not quoted, to bound the values of a label. */
const REASON_MAX = 99;

function nameOf(code: number | undefined): string {
  const isNamed = code !== undefined && code >= 0 && code <= REASON_MAX;
  return isNamed ? `reason ${code}` : 'an unknown reason';
}

function toReasonCode(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(code) ? (code as number) : undefined;
}

/** A wrong date must not stop the polls of an account for days. */
const RETRY_AFTER_MS_MAX = 3_600_000;

function toRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  // A date starts with the day of the week; Date.parse alone would read `-5` as a year.
  const dateMs = /^[A-Za-z]/.test(header) ? Date.parse(header) : Number.NaN;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : dateMs - nowMs;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
