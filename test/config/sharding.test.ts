import { expect, test } from 'vitest';
import { configOf, describe, loadYaml, problemsOf } from './sources.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `account-${i}`);
const FILE = JSON.stringify({
  accounts: NAMES.map((name) => ({ name, access_token: 'canary-token' })),
});
const names = (env: Record<string, string>) =>
  configOf(loadYaml(FILE, { env })).accounts.map(({ name }) => name);

test('without shards a process polls every account', () => {
  expect(configOf(loadYaml(FILE)).sharding).toBeUndefined();
  expect(names({})).toEqual(NAMES);
  expect(names({ WHATSAPP_SHARD: '0', WHATSAPP_TOTAL_SHARDS: '1' })).toEqual(NAMES);
});

test('over all shards every account is polled exactly once, in the order of the file', () => {
  const shards = [0, 1, 2].map((shard) =>
    names({ WHATSAPP_SHARD: String(shard), WHATSAPP_TOTAL_SHARDS: '3' }),
  );
  expect(shards.flat().toSorted()).toEqual(NAMES.toSorted());
  for (const shard of shards) {
    expect(shard).toEqual(NAMES.filter((name) => shard.includes(name)));
    expect(shard.length).toBeGreaterThan(0);
  }
});

test('a shard may have no account, because a hash assigns them', () => {
  const one = 'accounts: [{ name: acme, access_token: canary-token }]';
  const sharding = { WHATSAPP_SHARD: '1', WHATSAPP_TOTAL_SHARDS: '3' };
  expect(configOf(loadYaml(one, { env: sharding })).accounts).toEqual([]);
});

test('every shard reports missing and invalid accounts, also those of other shards', () => {
  const env = { WHATSAPP_SHARD: '1', WHATSAPP_TOTAL_SHARDS: '3' };
  expect(problemsOf(loadYaml('', { env }))).toContain('has no credentials');
  const broken = 'accounts: [{ name: acme, access_token: canary-token, api_url: nowhere }]';
  expect(problemsOf(loadYaml(broken, { env }))).toContain('api_url');
});

test('flags, variables and the file are combined, and described as combined', () => {
  const yaml = `{ sharding: { total_shards: 3 }, ${FILE.slice(1)}`;
  const loaded = loadYaml(yaml, { flags: { 'sharding.shard': '2' }, env: { WHATSAPP_SHARD: '1' } });
  expect(configOf(loaded).sharding).toEqual({ shard: 2, totalShards: 3 });
  expect(describe(loaded)).toContain('sharding:\n  shard: 2\n  total_shards: 3\n');
});

test.each([
  [{ WHATSAPP_SHARD: '0' }, 'WHATSAPP_SHARD: set without --total-shards (WHATSAPP_TOTAL_SHARDS)'],
  [{ WHATSAPP_TOTAL_SHARDS: '3' }, 'WHATSAPP_TOTAL_SHARDS: set without --shard (WHATSAPP_SHARD)'],
  [
    { WHATSAPP_SHARD: '3', WHATSAPP_TOTAL_SHARDS: '3' },
    'WHATSAPP_SHARD: 3 is not below the total of 3; shards count from 0',
  ],
  [
    { WHATSAPP_SHARD: '-1', WHATSAPP_TOTAL_SHARDS: '3' },
    'WHATSAPP_SHARD: "-1" must be a whole number from 0 to 999',
  ],
  [
    { WHATSAPP_SHARD: '0', WHATSAPP_TOTAL_SHARDS: '0' },
    'WHATSAPP_TOTAL_SHARDS: "0" must be a whole number from 1 to 999',
  ],
  [
    { WHATSAPP_SHARD: 'exporter-0', WHATSAPP_TOTAL_SHARDS: '3' },
    'WHATSAPP_SHARD: "exporter-0" must be a whole number',
  ],
])('%j is one clear problem', (env, problem) => {
  const problems = problemsOf(loadYaml(FILE, { env }));
  expect(problems).toContain('1 problem in');
  expect(problems).toContain(problem);
});
