import { createHash } from 'node:crypto';

/** A double holds 48 bits exactly. */
const SCORE_BYTES = 6;

/**
 * The shard that polls an account, from 0 to `total - 1`: the one with the highest score for it
 * (rendezvous hashing). Every replica computes the same shard. An added shard takes accounts from
 * the others and moves none between them, because the other scores do not change.
 */
export function shardOf(account: string, total: number): number {
  let [shard, highest] = [0, -1];
  for (let candidate = 0; candidate < total; candidate += 1) {
    const score = scoreOf(candidate, account);
    if (score > highest) [shard, highest] = [candidate, score];
  }
  return shard;
}

function scoreOf(shard: number, account: string): number {
  const digest = createHash('sha256').update(`${shard} ${account}`).digest();
  return digest.readUIntBE(0, SCORE_BYTES);
}
