import { describe, expect } from 'vitest';
import { failing } from './row.ts';

describe('Redirects to another origin', () => {
  for (const status of [302, 307]) {
    failing(`${status}`, {
      reason: 'redirect',
      cooldownS: 30,
      begin: ({ provider, elsewhere }) => {
        const headers = { location: elsewhere.url };
        provider.faults.numbers = { kind: 'reply', status, headers, times: 1 };
        provider.faults.token = { kind: 'reply', status, headers };
        provider.revokeTokens();
      },
      alsoExpect: ({ provider }) => {
        const { outcomes } = provider.requests;
        expect(outcomes['numbers fault reply'], 'with a token').toBe(1);
        expect(outcomes['token fault reply'], 'with the secret').toBeGreaterThan(0);
      },
      note: 'first of the numbers call, then of the token call; neither reaches the other origin.',
    });
  }
});
