import { expect, test } from 'vitest';
import { isLoopback } from '../../src/core/loopback.ts';

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['example.127.0.0.1', false],
  ['127.example.com', false],
  ['127.0.1', false],
  ['10.0.0.1', false],
])('%s is a loopback host: %s', (hostname, expected) => {
  expect(isLoopback(hostname)).toBe(expected);
});
