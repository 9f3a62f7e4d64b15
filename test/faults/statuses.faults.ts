import { describe, expect } from 'vitest';
import { failing } from './row.ts';
import { SLOW_PACE } from './scene.ts';

const html = { 'content-type': 'text/html' };
const KEY = '{"apiKey":"fake-api-key-in-an-error"}';

describe('HTTP statuses', () => {
  failing('500', {
    reason: 'http_status',
    // It is retried.
    pace: SLOW_PACE,
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', status: 500, body: KEY };
    },
  });
  failing('403 on the numbers call, with HTML', {
    reason: 'http_status',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', status: 403, headers: html, body: '<h1>No' };
    },
  });
  failing('204', {
    reason: 'invalid_json',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', status: 204 };
    },
  });
  const throttled: [string, number, Record<string, string>][] = [
    ['429 without Retry-After', 60, {}],
    ['429 with Retry-After: 150', 150, { 'retry-after': '150' }],
  ];
  for (const [name, cooldownS, headers] of throttled) {
    failing(name, {
      reason: 'rate_limited',
      cooldownS,
      begin: ({ provider }) => {
        provider.faults.numbers = { kind: 'reply', status: 429, headers };
      },
      alsoExpect: ({ provider }) => {
        expect(provider.requests.outcomes['numbers fault reply'], 'requests').toBe(1);
      },
      note: 'polls during the cool-down send no requests and count as failures.',
    });
  }
});
