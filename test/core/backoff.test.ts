import { expect, test } from 'vitest';
import { doublingMs } from '../../src/core/backoff.ts';

test('a wait doubles with each attempt, up to its limit', () => {
  const waits = [0, 1, 2, 3, 4, 100, 2_000].map((attempt) => doublingMs(attempt, 500, 3_000));
  expect(waits).toEqual([500, 1_000, 2_000, 3_000, 3_000, 3_000, 3_000]);
});
