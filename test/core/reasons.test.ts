import { expect, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';

test('a failure does not pass, is no refusal and asks for no wait, unless that is said', () => {
  expect(new PollError('http_status', 'HTTP 404')).toMatchObject({
    name: 'PollError',
    message: 'HTTP 404',
    reason: 'http_status',
    isPassing: false,
    isRefusal: false,
    retryAfterMs: undefined,
  });
});
