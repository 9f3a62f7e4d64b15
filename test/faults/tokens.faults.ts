import { describe, expect } from 'vitest';
import { expiryInMilliseconds, expiryInPast, noExpiry } from '../../src/simulator/faults.ts';
import { failing, harmless } from './row.ts';
import type { Scene } from './scene.ts';
import { failWith, onNumbers, onToken } from './token-faults.ts';

describe('Failures that the provider tells', () => {
  for (const reason of [13, 99, 'other', null]) {
    failing(`numbers call: FAIL ${JSON.stringify(reason)}`, {
      reason: 'provider_failed',
      begin: onNumbers(failWith(reason)),
    });
  }
  failing('token call without a token', {
    reason: 'invalid_response',
    cooldownS: 30,
    begin: onToken({ kind: 'reply', body: '{"reason":1,"expiration_time":"1"}' }),
  });
});

describe('Tokens and clocks', () => {
  const rows: readonly [string, (scene: Scene) => void][] = [
    ['token with no expiry', onToken(noExpiry)],
    ['token with an expiry in the past', onToken(expiryInPast)],
    ['token with an expiry in milliseconds', onToken(expiryInMilliseconds)],
    ['provider clock an hour ahead', withNewToken(({ skew }) => void (skew.ms = 3_600_000))],
    ['provider clock an hour behind', withNewToken(({ skew }) => void (skew.ms = -3_600_000))],
    ['all tokens forgotten', ({ provider }) => provider.revokeTokens()],
  ];
  for (const [name, begin] of rows) {
    let before = 0;
    harmless(name, {
      begin: (scene) => {
        before = scene.provider.requests.token;
        begin(scene);
      },
      alsoExpect: ({ provider }) => {
        expect([1, 2], 'tokens asked for').toContain(provider.requests.token - before);
      },
    });
  }
});

/** The token in hand was given by the clock from before: the next one is what it is about. */
function withNewToken(begin: (scene: Scene) => void) {
  return (scene: Scene) => {
    begin(scene);
    scene.provider.revokeTokens();
  };
}
