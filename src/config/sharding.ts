import { shardOf } from '../core/shard.ts';
import type { AccountConfig, Sharding } from './config.ts';
import { parseGiven, toProblem, type Given } from './given.ts';
import { invalid, type Problem } from './problems.ts';
import type { Setting } from './settings.ts';

export const SHARD_SETTINGS = {
  shard: {
    key: 'sharding.shard',
    flag: '--shard',
    env: 'SHARD',
    parse: (text) =>
      /^(?:0|[1-9]\d{0,2})$/.test(text)
        ? Number(text)
        : invalid('must be a whole number from 0 to 999'),
    value: 'ordinal',
    meaning: 'Which of the shards this is, counted from 0: it polls its share of the accounts',
    example: '0',
  },
  totalShards: {
    key: 'sharding.total_shards',
    flag: '--total-shards',
    env: 'TOTAL_SHARDS',
    parse: (text) =>
      /^[1-9]\d{0,2}$/.test(text) ? Number(text) : invalid('must be a whole number from 1 to 999'),
    value: 'count',
    meaning: 'How many shards share the accounts; the same for all of them',
    example: '3',
  },
} satisfies Record<string, Setting & { flag: string }>;

const { shard: SHARD, totalShards: TOTAL } = SHARD_SETTINGS;

/** Of the two settings one without the other is a problem: all shards would poll the same, or none. */
export function parseSharding(
  { shard, total }: { readonly shard: Given | undefined; readonly total: Given | undefined },
  problems: Problem[],
): Sharding | undefined {
  const ordinal = shard && parseGiven(SHARD, shard, problems);
  const totalShards = total && parseGiven(TOTAL, total, problems);
  const refuse = (setting: typeof SHARD | typeof TOTAL, given: Given, problem: string) =>
    void problems.push(toProblem(setting, given, problem));
  if (shard !== undefined && total === undefined) {
    refuse(SHARD, shard, `set without ${TOTAL.flag} (${TOTAL.env})`);
  }
  if (total !== undefined && shard === undefined) {
    refuse(TOTAL, total, `set without ${SHARD.flag} (${SHARD.env})`);
  }
  if (shard === undefined || ordinal === undefined || totalShards === undefined) return undefined;
  if (ordinal >= totalShards) {
    refuse(SHARD, shard, `${ordinal} is not below ${totalShards}, the total; the first shard is 0`);
  }
  return { shard: ordinal, totalShards };
}

/** Those that this shard polls. */
export function accountsOfShard(
  sharding: Sharding | undefined,
  accounts: readonly AccountConfig[],
): readonly AccountConfig[] {
  if (sharding === undefined) return accounts;
  return accounts.filter(({ name }) => shardOf(name, sharding.totalShards) === sharding.shard);
}
