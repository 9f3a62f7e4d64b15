import { expect, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';

test('by default a failure is neither transient nor an authentication failure, and has no Retry-After', () => {
  expect(new PollError('http_status', 'HTTP 404')).toMatchObject({
    name: 'PollError',
    message: 'HTTP 404',
    reason: 'http_status',
    isTransient: false,
    isAuthFailure: false,
    retryAfterMs: undefined,
  });
});
