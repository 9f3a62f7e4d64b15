import { describe, expect } from 'vitest';
import { failing } from './row.ts';

const html = { 'content-type': 'text/html' };
const KEY = '{"apiKey":"fake-api-key-in-an-error"}';

describe('HTTP statuses', () => {
  for (const status of [404, 405, 500, 502, 503]) {
    failing(`${status}`, {
      reason: 'http_status',
      begin: ({ provider }) => {
        provider.faults.numbers = { kind: 'reply', status, body: KEY };
      },
    });
  }
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
  failing('429 without Retry-After', {
    reason: 'rate_limited',
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', status: 429 };
    },
  });
  let before = 0;
  failing('429 with seconds', {
    reason: 'rate_limited',
    begin: ({ provider }) => {
      before = provider.requests.numbers;
      const headers = { 'retry-after': '3' };
      provider.faults.numbers = { kind: 'reply', status: 429, headers };
    },
    alsoExpect: ({ provider }) => {
      // Of the polls every 2 s only each second one may ask.
      const outcomes = provider.requests.outcomes['numbers fault reply'] ?? 0;
      expect(provider.requests.numbers - before).toBeGreaterThan(outcomes);
      expect(outcomes, 'requests in spite of Retry-After').toBeLessThanOrEqual(3);
    },
    waitS: 3,
    note:
      '`Retry-After: 3`; polls that fall due meanwhile ask nothing and count as failures. The two ' +
      'intervals come after this wait.',
  });
  failing('429 with a date', {
    reason: 'rate_limited',
    begin: async ({ provider }, { nextPoll }) => {
      const { numbers } = provider.requests;
      const headers = { 'retry-after': new Date(Date.now() + 8_000).toUTCString() };
      provider.faults.numbers = { kind: 'reply', status: 429, headers };
      for (let polls = 0; polls < 3; polls += 1) await nextPoll();
      expect(provider.requests.numbers - numbers, 'requests in spite of Retry-After').toBe(1);
    },
    waitS: 2,
    note: '8 s ahead: of three polls the first asks.',
  });
});
