import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAccounts, stopAccounts, type Account } from '../src/accounts.ts';
import type { AccountConfig, Config, PrivacyConfig } from '../src/config/config.ts';
import type { SecretSource } from '../src/edge.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { Secret } from '../src/core/secret.ts';
import { createFleet } from '../src/simulator/fleet.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const SECRET = 'fake-secret';
const FULL: PrivacyConfig = {
  numberLabel: 'full',
  noNames: false,
  hashKey: undefined,
};

/** One account on a simulator, reloaded with the given changes. */
async function start(initial: { secret?: string } = {}) {
  const clock = createFakeClock();
  const fleet = createFleet({ seed: 1, numbers: 3 });
  const simulator = await startSimulator({
    fleet,
    clock,
    clientId: 'fake-client',
    clientSecret: SECRET,
  });
  let accounts: readonly Account[] = [];
  onTestFinished(async () => {
    await stopAccounts(accounts);
    await simulator.close();
  });
  const reload = async (changes: {
    config?: Partial<Config>;
    account?: Partial<AccountConfig>;
    secret?: string;
    clientId?: string;
  }) => {
    const value = new Secret(changes.secret ?? initial.secret ?? SECRET);
    const account: AccountConfig = {
      name: 'acme',
      apiUrl: simulator.url,
      allowInsecureHttp: false,
      collectors: {},
      credentials: {
        kind: 'client',
        clientId: changes.clientId ?? 'fake-client',
        clientSecret: { kind: 'value', value },
      },
      ...changes.account,
    };
    const config = {
      poll: { schedule: '1m', timeoutMs: 20_000, staleAfterMs: 300_000 },
      limits: { numbers: 50_000 },
      numbers: { include: [], exclude: [] },
      month: PROVIDER_MONTH,
      proxy: { http: '', https: '', no: '' },
      privacy: FULL,
      ...changes.config,
      accounts: [account],
    } as unknown as Config;
    const before = accounts;
    accounts = createAccounts(before, config, {
      clock,
      random: () => 0,
      log: createMemoryLog().log,
      onSecret: () => {},
    });
    await stopAccounts(before.filter((known) => !accounts.includes(known)));
    const [only] = accounts;
    if (only === undefined) throw new Error('there is one account');
    return only;
  };
  return { simulator, reload };
}

const otherTimeout = (timeoutMs: number): { config: Partial<Config> } => ({
  config: { poll: { schedule: '1m', timeoutMs, staleAfterMs: 300_000 } },
});

test('an unchanged account is reused', async () => {
  const { reload } = await start();
  const before = await reload({});
  expect(await reload({})).toBe(before);
});

test('a reload of other settings does not end the cool-down after rejected credentials', async () => {
  const { simulator, reload } = await start({ secret: 'fake-wrong' });
  for (let seconds = 10; seconds < 20; seconds += 1) {
    const account = await reload(otherTimeout(seconds * 1000));
    await account.poller.poll();
    expect(account.poller.state().lastPoll).toMatchObject({ reason: 'credentials' });
  }
  expect(simulator.requests.token).toBe(1);
});

test('new credentials do not end a block of this IP address', async () => {
  const { simulator, reload } = await start();
  simulator.faults.token = { kind: 'fail', reason: 3 };
  await (await reload({})).poller.poll();
  const after = await reload({ clientId: 'fake-other', secret: 'fake-other' });
  await after.poller.poll();
  expect(after.poller.state().lastPoll).toMatchObject({ reason: 'blocked' });
  expect(simulator.requests.token).toBe(1);
});

test('a reload of other settings keeps token, numbers and counters', async () => {
  const { simulator, reload } = await start();
  await (await reload({})).poller.poll();
  const after = await reload(otherTimeout(5_000));
  expect(after.poller.state().lastGood).toBeDefined();
  await after.poller.poll();
  expect(after.poller.state().polls).toBe(2);
  expect(simulator.requests.token).toBe(1);
});

test('new credentials end the cool-down at once and keep the data', async () => {
  const { simulator, reload } = await start();
  await (await reload({})).poller.poll();
  simulator.rotateSecret('fake-rotated');
  simulator.revokeTokens();
  const refused = await reload({});
  await refused.poller.poll();
  expect(refused.poller.state().lastPoll).toMatchObject({ reason: 'credentials' });
  const after = await reload({ secret: 'fake-rotated' });
  await after.poller.poll();
  expect(after.poller.state().lastPoll).toHaveProperty('snapshot');
  expect(after.poller.state().polls).toBe(3);
});

test('another client is another partner: the old numbers are dropped', async () => {
  const { reload } = await start();
  await (await reload({})).poller.poll();
  const after = await reload({ clientId: 'fake-other' });
  expect(after.poller.state()).toMatchObject({ polls: 0, lastGood: undefined });
});

test('numbers above the configured limit are dropped and counted', async () => {
  const { reload } = await start();
  const { poller } = await reload({ config: { limits: { numbers: 2 } } });
  await poller.poll();
  expect(poller.state().lastGood?.snapshot.numbers).toHaveLength(2);
  expect(poller.state().anomalies.number_limit).toBe(1);
});

test.each<[string, Partial<PrivacyConfig>]>([
  ['hide names', { noNames: true }],
  ['hash numbers', { numberLabel: 'hashed', hashKey: new Secret('fake-key') }],
])('new settings that %s start without the previous data', async (_what, privacy) => {
  const { simulator, reload } = await start();
  await (await reload({})).poller.poll();
  const config = { privacy: { ...FULL, ...privacy } };
  const { poller } = await reload({ config });
  expect(poller.state()).toMatchObject({ polls: 0, lastGood: undefined });
  await poller.poll();
  expect(simulator.requests.token, 'the token is kept').toBe(1);
  expect((await reload({ config })).poller, 'nothing changed').toBe(poller);
});

test('another hash key starts without the previous data', async () => {
  const { reload } = await start();
  const hashed = (key: string) =>
    reload({ config: { privacy: { ...FULL, numberLabel: 'hashed', hashKey: new Secret(key) } } });
  await (await hashed('fake-key')).poller.poll();
  expect((await hashed('fake-key')).poller.state().polls).toBe(1);
  expect((await hashed('fake-other-key')).poller.state().polls).toBe(0);
});

test.each([
  ['a value', (token: string) => ({ kind: 'value', value: new Secret(token) }) as const],
  ['a file', (token: string) => ({ kind: 'file', path: fileWith(token) }) as const],
])('a rejected fixed token from %s is only retried after it changes', async (_by, source) => {
  const { simulator, reload } = await start();
  const [first, second] = [source('fake-token-1'), source('fake-token-2')];
  const withToken = (accessToken: SecretSource, timeoutMs: number) =>
    reload({
      ...otherTimeout(timeoutMs),
      account: { credentials: { kind: 'token', accessToken } },
    });
  await (await withToken(first, 20_000)).poller.poll();
  const same = await withToken(first, 5_000);
  await same.poller.poll();
  expect(same.poller.state()).toMatchObject({ polls: 2, lastPoll: { reason: 'token' } });
  expect(simulator.requests.numbers).toBe(1);
  const other = await withToken(second, 5_000);
  await other.poller.poll();
  expect(other.poller.state().polls, 'of the same partner').toBe(3);
  expect(simulator.requests.numbers).toBe(2);
});

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'token');
  writeFileSync(path, text);
  return path;
}
