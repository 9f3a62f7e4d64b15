import { expect, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';
import { assertOk } from '../../src/provider/answer.ts';
import type { Call } from '../../src/provider/calls.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');

function judged(call: Call, status: number, body: unknown, retryAfter?: string): PollError | 'ok' {
  try {
    assertOk(call, { status, body, retryAfter }, NOW);
    return 'ok';
  } catch (error) {
    if (error instanceof PollError) return error;
    throw error;
  }
}
function reasonOf(call: Call, status: number, body: unknown): string {
  const result = judged(call, status, body);
  return result === 'ok' ? result : result.reason;
}

test.each<[Call, number, unknown, string]>([
  ['numbers', 200, { status: 'OK', reason: 1, list: [] }, 'ok'],
  ['numbers', 200, { status: 'ok', reason: '1' }, 'ok'],
  ['numbers', 200, { status: 'OK' }, 'ok'],
  ['token', 200, { reason: 1, access_token: 'fake' }, 'ok'],
  ['token', 200, { status: 'FAIL', reason: 2 }, 'credentials'],
  ['token', 200, { status: 'Fail', reason: '2' }, 'credentials'],
  ['token', 200, { reason: 2 }, 'credentials'],
  ['token', 200, { status: 'FAIL', reason: 3 }, 'blocked'],
  ['token', 403, { status: 'FAIL', reason: 3 }, 'blocked'],
  ['token', 200, { status: 'FAIL', reason: 7 }, 'provider_failed'],
  ['token', 400, undefined, 'http_status'],
  ['token', 422, { error: 'x' }, 'http_status'],
  ['token', 401, undefined, 'http_status'],
  ['token', 403, undefined, 'http_status'],
  ['token', 404, undefined, 'http_status'],
  ['token', 429, undefined, 'rate_limited'],
  ['numbers', 200, { status: 'FAIL', reason: 2 }, 'credentials'],
  ['numbers', 200, { status: 'FAIL', reason: 3 }, 'token'],
  ['numbers', 500, { status: 'FAIL', reason: 3 }, 'token'],
  ['numbers', 200, { status: 'FAIL', reason: 13 }, 'provider_failed'],
  ['numbers', 500, { status: 'FAIL', reason: 13 }, 'provider_failed'],
  ['numbers', 200, { status: 'FAIL' }, 'provider_failed'],
  ['numbers', 200, { status: 'FAIL', reason: { a: 1 } }, 'provider_failed'],
  ['numbers', 401, undefined, 'token'],
  ['numbers', 401, { status: 'FAIL', reason: 99 }, 'token'],
  ['numbers', 403, undefined, 'http_status'],
  ['numbers', 404, { error: 'x' }, 'http_status'],
  ['numbers', 405, undefined, 'http_status'],
  ['numbers', 429, { status: 'FAIL', reason: 99 }, 'rate_limited'],
  ['numbers', 500, undefined, 'http_status'],
  ['numbers', 200, { list: [] }, 'invalid_response'],
  ['numbers', 200, { status: 'MAYBE', reason: 1 }, 'ok'],
  ['numbers', 200, { status: 'MAYBE' }, 'invalid_response'],
  ['numbers', 200, { status: 'OK', reason: 2 }, 'ok'],
  ['numbers', 200, { status: 'MAYBE', reason: 2 }, 'invalid_response'],
  ['numbers', 200, { status: 'FAIL', reason: [2] }, 'provider_failed'],
  ['numbers', 299, { status: 'OK' }, 'ok'],
  ['numbers', 300, { status: 'OK' }, 'http_status'],
  ['numbers', 200, null, 'invalid_response'],
  ['numbers', 200, [], 'invalid_response'],
  ['numbers', 200, 'OK', 'invalid_response'],
])('the %s call with HTTP %s and %j: %4$s', (call, status, body, expected) => {
  expect(reasonOf(call, status, body)).toBe(expected);
});

test.each([
  [429, false],
  [499, false],
  [500, true],
  [503, true],
  [404, false],
  [403, false],
])('HTTP %s is transient: %s', (status, isTransient) => {
  expect(judged('numbers', status, undefined)).toMatchObject({ isTransient });
});

test('a 5xx is transient and its Retry-After is used, even if the body is a FAIL', () => {
  const body = { status: 'FAIL', reason: 9 };
  expect(judged('numbers', 503, body, '7')).toMatchObject({
    reason: 'provider_failed',
    isTransient: true,
    retryAfterMs: 7_000,
  });
});

test.each([
  ['30', 30_000],
  ['0', 0],
  ['1.5', undefined],
  ['22 Nov 2026 10:00:45 GMT', undefined],
  ['86400', 3_600_000],
  ['Sun, 22 Nov 2026 10:00:45 GMT', 45_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['Sun, 22 Nov 2099 09:00:00 GMT', 3_600_000],
  ['soon', undefined],
  ['-5', undefined],
  [undefined, undefined],
])('Retry-After %s is %s ms', (header, expected) => {
  expect(judged('numbers', 503, undefined, header)).toMatchObject({ retryAfterMs: expected });
});

test.each<[Call, number, unknown, boolean]>([
  ['token', 200, { status: 'FAIL', reason: 2 }, true],
  ['token', 200, { status: 'FAIL', reason: 7 }, false],
  ['token', 400, undefined, false],
  ['token', 429, undefined, false],
  ['token', 500, undefined, false],
  ['numbers', 200, { status: 'FAIL', reason: 3 }, true],
  ['numbers', 200, { status: 'FAIL', reason: 13 }, false],
  ['numbers', 401, undefined, false],
  ['numbers', 429, undefined, false],
])(
  'the %s call with HTTP %s and %j is an authentication failure: %4$s',
  (call, status, body, isAuthFailure) => {
    expect(judged(call, status, body)).toMatchObject({ isAuthFailure });
  },
);

test.each<[Call, number, unknown, string]>([
  [
    'token',
    200,
    { status: 'FAIL', reason: 2 },
    'reason 2 from the token call: client id or client secret is wrong',
  ],
  [
    'token',
    200,
    { status: 'FAIL', reason: 3 },
    'reason 3 from the token call: this IP address is blocked after too many failed attempts',
  ],
  [
    'numbers',
    200,
    { status: 'FAIL', reason: 2 },
    'reason 2 from the numbers call: the credentials are wrong',
  ],
  [
    'numbers',
    200,
    { status: 'FAIL', reason: 3 },
    'reason 3 from the numbers call: the access token does not exist or has expired',
  ],
  ['numbers', 200, {}, 'neither OK nor FAIL from the numbers call'],
  ['numbers', 200, { status: 'FAIL', reason: '13' }, 'FAIL with reason 13 from the numbers call'],
  [
    'numbers',
    500,
    { status: 'FAIL', reason: 0 },
    'FAIL with reason 0 and HTTP 500 from the numbers call',
  ],
  ['numbers', 200, { status: 'FAIL', reason: 99 }, 'FAIL with reason 99 from the numbers call'],
  [
    'numbers',
    200,
    { status: 'FAIL', reason: 100 },
    'FAIL with an unknown reason from the numbers call',
  ],
  [
    'numbers',
    200,
    { status: 'FAIL', reason: -1 },
    'FAIL with an unknown reason from the numbers call',
  ],
  [
    'numbers',
    200,
    { status: 'FAIL', reason: 'x' },
    'FAIL with an unknown reason from the numbers call',
  ],
  ['numbers', 500, undefined, 'HTTP 500 from the numbers call'],
  ['token', 403, undefined, 'HTTP 403 from the token call'],
])('the %s call with HTTP %s and %j is described as: %4$s', (call, status, body, message) => {
  expect(judged(call, status, body)).toMatchObject({ message });
});

test('a message never quotes the response', () => {
  const sent = {
    status: 'FAIL',
    reason: 'fake-canary',
    apiKey: 'fake-canary',
    error: 'fake-canary',
  };
  for (const status of [200, 401, 500]) {
    expect(JSON.stringify(judged('numbers', status, sent))).not.toContain('canary');
    expect(String(judged('numbers', status, sent))).not.toContain('canary');
  }
});
