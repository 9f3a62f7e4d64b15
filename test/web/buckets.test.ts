import { expect, test } from 'vitest';

import { createBuckets } from '../../src/web/buckets.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test('a bucket gives its burst at once, then one each interval, and fills up again', async () => {
  const clock = createFakeClock();
  const buckets = createBuckets({ burst: 3, intervalMs: 1_000, keysMax: 9 }, clock);
  const takeAll = () => {
    let taken = 0;
    for (; buckets.waitMs('a') === 0; taken += 1) buckets.take('a');
    return taken;
  };
  expect(takeAll()).toBe(3);
  expect(buckets.waitMs('a')).toBe(1_000);
  await clock.advance(400);
  expect(buckets.waitMs('a')).toBe(600);
  await clock.advance(600);
  expect(takeAll()).toBe(1);
  await clock.advance(3_600_000);
  expect(takeAll()).toBe(3);
});

test('buckets know nothing of each other, nor of the clock on the wall', async () => {
  const clock = createFakeClock();
  const buckets = createBuckets({ burst: 1, intervalMs: 1_000, keysMax: 9 }, clock);
  buckets.take('a');
  expect(buckets.waitMs('b')).toBe(0);
  clock.jump(3_600_000);
  expect(buckets.waitMs('a')).toBe(1_000);
});

test('of too many keys the one that took least lately is forgotten', () => {
  const buckets = createBuckets({ burst: 1, intervalMs: 1_000, keysMax: 2 }, createFakeClock());
  for (const key of ['a', 'b', 'a', 'c']) buckets.take(key);
  expect(['a', 'b', 'c'].map((key) => buckets.waitMs(key) > 0)).toEqual([true, false, true]);
});
