import { describe, expect } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import { failing, harmless } from './row.ts';
import type { Scene } from './scene.ts';
import { failWith, onNumbers, onToken } from './token-faults.ts';

const page = { 'content-type': 'text/html' };

describe('Rejected credentials and tokens', () => {
  const rows: readonly [string, Reason, { cooldownS: number } | { isRefusal: true }, Begin][] = [
    [
      'token call: FAIL 2',
      'credentials',
      { isRefusal: true },
      onToken({ kind: 'fail', reason: 2 }),
    ],
    ['token call: FAIL 3', 'blocked', { cooldownS: 900 }, onToken({ kind: 'fail', reason: 3 })],
    ['token call: FAIL 13', 'provider_failed', { cooldownS: 30 }, onToken(failWith(13))],
    [
      'token call: 403, with HTML',
      'http_status',
      { cooldownS: 180 },
      onToken({ kind: 'reply', status: 403, headers: page, body: '<h1>Are you human?' }),
    ],
  ];
  for (const [name, reason, ending, begin] of rows) {
    let before = 0;
    failing(name, {
      reason,
      ...ending,
      begin: (scene) => {
        before = scene.provider.requests.token;
        begin(scene);
      },
      alsoExpect: ({ provider }) => {
        // At most one during the fault, and one after the cool-down.
        expect(provider.requests.token - before, 'token requests').toBeLessThanOrEqual(2);
      },
    });
  }

  // Each rejection costs a new token and two requests, then a cool-down of one interval, doubling.
  failing('numbers call: FAIL 3, even with a new token', {
    reason: 'token',
    begin: onNumbers({ kind: 'fail', reason: 3 }),
    waitS: 8,
  });

  harmless('new token that one server does not accept yet', {
    begin: ({ provider }) => {
      provider.revokeTokens();
      provider.faults.numbers = { kind: 'fail', reason: 3, times: 2 };
    },
    note: 'the old token is rejected, and the new one once.',
  });

  harmless('challenge page at renewal', {
    startsAt: '2026-11-22T10:00:00Z',
    begin: ({ provider, clock }) => {
      clock.pass(55 * 60_000);
      provider.faults.token = { kind: 'reply', status: 403, headers: page, body: '<h1>Human?' };
    },
    alsoExpect: ({ provider }) => {
      expect(provider.requests.outcomes['token fault reply'], 'renewals').toBe(1);
    },
    note: 'the current token is valid for five more minutes.',
  });
});

type Begin = (scene: Scene) => void;
