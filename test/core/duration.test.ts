import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatDuration, parseDuration } from '../../src/core/duration.ts';

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1h0m5s', 3_605_000],
  ['0s', 0],
  ['005m', 300_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '5',
  's',
  '1.5s',
  '-5s',
  '5M',
  '5 m',
  '1m1h',
  '1s1s',
  '1d',
  '1ms',
  '5m\n',
  '1234567s',
])('%j is not a duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a duration is formatted as the shortest text that parses back', () => {
  expect([0, 5_000, 90_000, 5_400_000].map(formatDuration)).toStrictEqual([
    '0s',
    '5s',
    '1m30s',
    '1h30m',
  ]);
  fc.assert(
    fc.property(fc.nat(10_000_000), (seconds) => {
      expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});
