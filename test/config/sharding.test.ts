import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { configOf, loadYaml, problemsOf } from './sources.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `account-${i}`);
const FILE = JSON.stringify({
  accounts: NAMES.map((name) => ({ name, access_token: 'canary-token' })),
});
const names = (env: Record<string, string>) =>
  configOf(loadYaml(FILE, { env })).accounts.map(({ name }) => name);

test('without shards a process polls every account', () => {
  expect(configOf(loadYaml(FILE)).sharding).toBeUndefined();
  expect(names({})).toEqual(NAMES);
  expect(names({ SHARD: '0', TOTAL_SHARDS: '1' })).toEqual(NAMES);
});

test('over all shards every account is polled exactly once, in the order of the file', () => {
  const shards = [0, 1, 2].map((shard) => names({ SHARD: String(shard), TOTAL_SHARDS: '3' }));
  expect(shards.flat().toSorted()).toEqual(NAMES.toSorted());
  for (const shard of shards) {
    expect(shard).toEqual(NAMES.filter((name) => shard.includes(name)));
    expect(shard.length).toBeGreaterThan(0);
  }
});

test('a shard may have no account: what falls to it comes from a hash', () => {
  const one = 'accounts: [{ name: acme, access_token: canary-token }]';
  const sharding = { SHARD: '1', TOTAL_SHARDS: '3' };
  expect(configOf(loadYaml(one, { env: sharding })).accounts).toEqual([]);
});

test('no account at all is a mistake in every shard, and so is one of another shard', () => {
  const env = { SHARD: '1', TOTAL_SHARDS: '3' };
  expect(problemsOf(loadYaml('', { env }))).toContain('has no credentials');
  const broken = 'accounts: [{ name: acme, access_token: canary-token, api_url: nowhere }]';
  expect(problemsOf(loadYaml(broken, { env }))).toContain('api_url');
});

test('flags, variables and the file go together; the configuration is told as it is in force', () => {
  const yaml = `{ sharding: { total_shards: 3 }, ${FILE.slice(1)}`;
  const loaded = loadYaml(yaml, { flags: { 'sharding.shard': '2' }, env: { SHARD: '1' } });
  expect(configOf(loaded).sharding).toEqual({ shard: 2, totalShards: 3 });
  expect(describeConfig(configOf(loaded))).toContain('sharding:\n  shard: 2\n  total_shards: 3\n');
});

test.each([
  [{ SHARD: '0' }, 'SHARD: set without --total-shards (TOTAL_SHARDS)'],
  [{ TOTAL_SHARDS: '3' }, 'TOTAL_SHARDS: set without --shard (SHARD)'],
  [{ SHARD: '3', TOTAL_SHARDS: '3' }, 'SHARD: 3 is not below 3, the total; the first shard is 0'],
  [{ SHARD: '-1', TOTAL_SHARDS: '3' }, 'SHARD: "-1" must be a whole number from 0 to 999'],
  [{ SHARD: '0', TOTAL_SHARDS: '0' }, 'TOTAL_SHARDS: "0" must be a whole number from 1 to 999'],
  [{ SHARD: 'exporter-0', TOTAL_SHARDS: '3' }, 'SHARD: "exporter-0" must be a whole number'],
])('%j is one clear problem', (env, problem) => {
  const problems = problemsOf(loadYaml(FILE, { env }));
  expect(problems).toContain('1 problem in');
  expect(problems).toContain(problem);
});
