import { createHash } from 'node:crypto';

/** As many as a double holds exactly, with room. */
const SCORE_BYTES = 6;

/**
 * Which of `total` shards polls an account, counted from 0: the one with the highest score for it
 * (rendezvous hashing). Each account has one shard, whoever asks; one shard more takes its accounts
 * from the others and moves none between them, because no other score has changed.
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
