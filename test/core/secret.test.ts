import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { secretFrom, secretFromFile } from '../../src/core/credentials.ts';
import { Secret } from '../../src/core/secret.ts';

test('a secret prints as [redacted] wherever it lands', () => {
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

test('two secrets are equal when they hold the same text', () => {
  expect(new Secret('fake-a').equals(new Secret('fake-a'))).toBe(true);
  expect(new Secret('fake-a').equals(new Secret('fake-b'))).toBe(false);
});

test.each(['fake-secret', 'fake-secret\n', 'fake-secret\r\n'])(
  'a file of %j holds a secret',
  (text) => {
    expect(secretFromFile(text)?.reveal()).toBe('fake-secret');
  },
);

test.each(['', '\n', ' ', 'two words', 'two\nlines', 'fake-secret\n\n', 'סוד', 'a\u0000b'])(
  'a file of %j holds none: it could not stand in an HTTP header',
  (text) => {
    expect(secretFromFile(text)).toBeUndefined();
  },
);

test('a secret given directly may not end in a line break', () => {
  expect(secretFrom('fake-secret\n')).toBeUndefined();
});
