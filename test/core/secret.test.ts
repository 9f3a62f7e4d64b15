import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseSecret, parseSecretFile, parseToken } from '../../src/edge.ts';
import { Secret } from '../../src/core/secret.ts';

test('a secret prints as [redacted] everywhere', () => {
  const secret = new Secret('fake-canary');
  const outputs = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    Object.entries(secret).join(),
  ];
  expect(outputs).toEqual(['[redacted]', '{"secret":"[redacted]"}', '{ secret: [redacted] }', '']);
  expect(secret.reveal()).toBe('fake-canary');
});

test('two secrets with the same text are equal', () => {
  expect(new Secret('fake-a').equals(new Secret('fake-a'))).toBe(true);
  expect(new Secret('fake-a').equals(new Secret('fake-b'))).toBe(false);
});

test.each(['fake-secret', 'fake-secret\n', 'fake-secret\r\n'])(
  'a file containing %j is a valid secret',
  (text) => {
    expect(parseSecretFile(text)).toEqual({ secret: new Secret('fake-secret') });
  },
);

test.each(['', '\n', ' ', 'two words', 'two\nlines', 'fake-secret\n\n', 'סוד', 'a\u0000b'])(
  'a file containing %j is invalid, because it cannot be an HTTP header',
  (text) => {
    expect(parseSecretFile(text)).toHaveProperty('problem');
  },
);

test('a secret given directly may not end in a line break', () => {
  expect(parseSecret('fake-secret\n')).toHaveProperty('problem');
});

test.each([
  ['${WHATSAPP_CLIENT_SECRET}', 'is a placeholder'],
  ['$WHATSAPP_CLIENT_SECRET', 'is a placeholder'],
  ['<client-secret>', 'is a placeholder'],
  ['your-client-secret', 'is a placeholder'],
  ['your-client-id', 'is a placeholder'],
  ['"fake-secret"', 'has quotes around it'],
  ["'fake-secret'", 'has quotes around it'],
])('%s is not a secret: it %s', (text, problem) => {
  expect(parseSecret(text)).toEqual({ problem: expect.stringContaining(problem) as string });
});

test.each(['fake-$ecret}', '"fake', 'fake<>', '${fake', 'my-your-client', '$1fake'])(
  '%s may be a secret',
  (text) => {
    expect(parseSecret(text)).toHaveProperty('secret');
  },
);

test.each([':"level":"', ',"reason":"', 'fake{token}', 'f'.repeat(4_097)])(
  'an access token of characters or a length that none has is refused: %j',
  (text) => {
    const problem = expect.stringContaining('is not an access token: at most 4096') as string;
    expect(parseToken(text)).toEqual({ problem });
  },
);

test('a placeholder instead of an access token is named as such', () => {
  const problem = 'is a placeholder; replace it with the real value';
  expect(parseToken('${TOKEN}')).toEqual({ problem });
  expect(parseToken('fake-token==')).toEqual({ secret: new Secret('fake-token==') });
});
