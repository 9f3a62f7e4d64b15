import { writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { RESPONSE_BYTES_MAX } from '../../src/provider/http.ts';
import { expiryInPast } from '../../src/simulator/faults.ts';
import type { Program } from '../support/program.ts';
import { failing, harmless } from './row.ts';
import type { Scene } from './scene.ts';
import { failWith, onNumbers, onToken } from './token-faults.ts';

describe('FAIL responses', () => {
  failing('numbers call: FAIL 13', {
    reason: 'provider_failed',
    begin: onNumbers(failWith(13)),
  });
  failing('token call without a token', {
    reason: 'invalid_response',
    cooldownS: 30,
    begin: onToken({ kind: 'reply', body: '{"reason":1,"expiration_time":"1"}' }),
  });
  const large = { memoryMibMax: 256, paceMsMax: 500 };
  const tokens: readonly [string, string, object?][] = [
    ['token that is a piece of a log line', '","reason":"'],
    ['token of 20 MiB', 'f'.repeat(RESPONSE_BYTES_MAX - 100), large],
  ];
  for (const [name, token, limits] of tokens) {
    failing(name, {
      reason: 'invalid_response',
      cooldownS: 30,
      begin: onToken({ kind: 'reply', body: JSON.stringify({ reason: 1, access_token: token }) }),
      ...limits,
      alsoExpect: (_scene, { program }) => expectWholeLines(program),
    });
  }
  harmless('client secret that is a piece of a log line', {
    begin: ({ provider, secretFile }) => {
      provider.rotateSecret(LINE_SECRET);
      writeFileSync(secretFile, LINE_SECRET);
      provider.revokeTokens();
    },
    alsoExpect: ({ provider }, { program }) => {
      expect(provider.requests.outcomes['token FAIL 2'], 'the secret was used').toBeUndefined();
      expectWholeLines(program);
    },
  });
});

const LINE_SECRET = ',"account":"acme"';

/** As JSON, with the fields that every line has, or `program.log()` throws. */
function expectWholeLines(program: Program): void {
  const lines = program.stdout().trim().split('\n');
  expect(program.log()).toHaveLength(lines.length);
  for (const line of program.log()) {
    expect(Object.keys(line)).toEqual(expect.arrayContaining(['level', 'time', 'msg']));
    expect(Object.values(line)).not.toContain('[redacted]');
  }
}

describe('Tokens and clocks', () => {
  const rows: readonly [string, (scene: Scene) => void][] = [
    ['token with an expiry in the past', onToken(expiryInPast)],
    ['provider clock an hour ahead', withNewToken(({ skew }) => void (skew.ms = 3_600_000))],
    ['provider clock an hour behind', withNewToken(({ skew }) => void (skew.ms = -3_600_000))],
    ['all tokens revoked', ({ provider }) => provider.revokeTokens()],
  ];
  for (const [name, begin] of rows) {
    let before = 0;
    harmless(name, {
      begin: (scene) => {
        before = scene.provider.requests.token;
        begin(scene);
      },
      alsoExpect: ({ provider }) => {
        expect([1, 2], 'token requests').toContain(provider.requests.token - before);
      },
    });
  }
});

/** Revokes the current token, whose expiry is by the previous clock. */
function withNewToken(begin: (scene: Scene) => void) {
  return (scene: Scene) => {
    begin(scene);
    scene.provider.revokeTokens();
  };
}
