import { assert, integer, property, stringMatching, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { shardOf } from '../../src/core/shard.ts';

const name = stringMatching(/^[A-Za-z0-9_.-]{1,64}$/);
const total = integer({ min: 1, max: 40 });

test.each([
  ['acme', 2],
  ['beta', 0],
  ['default', 0],
])(
  'with three shards, %s belongs to %i in every version, so that mixed versions agree',
  (account, shard) => {
    expect(shardOf(account, 3)).toBe(shard);
  },
);

test('every account belongs to an existing shard', () => {
  assert(
    property(name, total, (account, shards) => {
      const shard = shardOf(account, shards);
      expect(Number.isInteger(shard) && shard >= 0 && shard < shards).toBe(true);
    }),
  );
});

test('an added shard moves accounts only to itself', () => {
  assert(
    property(uniqueArray(name, { maxLength: 50 }), total, (accounts, shards) => {
      for (const account of accounts) {
        const after = shardOf(account, shards + 1);
        if (after !== shardOf(account, shards)) expect(after).toBe(shards);
      }
    }),
  );
});

test('accounts are distributed evenly, and few move when a shard is added', () => {
  const accounts = Array.from({ length: 3_000 }, (_, i) => `account-${i}`);
  const counts = [0, 1, 2].map((shard) => accounts.filter((a) => shardOf(a, 3) === shard).length);
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(100);
  const moved = accounts.filter((account) => shardOf(account, 3) !== shardOf(account, 4));
  expect(Math.abs(moved.length - 750)).toBeLessThan(100);
});
