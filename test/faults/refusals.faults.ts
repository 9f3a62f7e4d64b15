import { describe, expect } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import { failing } from './row.ts';
import type { Scene } from './scene.ts';
import { failWith, onNumbers, onToken } from './token-faults.ts';

describe('Refusals', () => {
  const rows: readonly [string, Reason, (scene: Scene) => void][] = [
    ['token call: FAIL 2', 'credentials', onToken({ kind: 'fail', reason: 2 })],
    ['token call: FAIL 3', 'blocked', onToken({ kind: 'fail', reason: 3 })],
    ['token call: FAIL 13', 'provider_failed', onToken(failWith(13))],
    ['token call: FAIL 99', 'provider_failed', onToken(failWith(99))],
    ['token call: 400', 'credentials', onToken({ kind: 'reply', status: 400 })],
    ['token call: 401', 'credentials', onToken({ kind: 'reply', status: 401 })],
    ['token call: 403', 'credentials', onToken({ kind: 'reply', status: 403 })],
    ['numbers call: FAIL 2', 'credentials', onNumbers({ kind: 'fail', reason: 2 })],
    [
      'numbers call: FAIL 3, also with a fresh token',
      'token',
      onNumbers({ kind: 'fail', reason: 3 }),
    ],
    ['numbers call: 401', 'token', onNumbers({ kind: 'reply', status: 401 })],
  ];
  for (const [name, reason, begin] of rows) {
    let before = 0;
    failing(name, {
      reason,
      isRefusal: true,
      begin: (scene) => {
        before = scene.provider.requests.token;
        begin(scene);
      },
      alsoExpect: ({ provider }) => {
        // One in the fault at most, and one after the secret was changed.
        expect(provider.requests.token - before, 'tokens asked for').toBeLessThanOrEqual(2);
      },
    });
  }
});
