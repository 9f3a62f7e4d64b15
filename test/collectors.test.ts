import { expect, onTestFinished, test } from 'vitest';
import { createAccounts, stopAccounts, type Account } from '../src/accounts.ts';
import type { CollectorConfig, Config, PrivacyConfig } from '../src/config/config.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { Secret } from '../src/core/secret.ts';
import { createFleet } from '../src/simulator/fleet.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { failed, render, viewAfter } from './metrics/views.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const SECRET = 'fake-secret';
const FULL: PrivacyConfig = { numberLabel: 'full', noNames: false, hashKey: undefined };
const ALL: CollectorConfig = {
  online_accounts: 600_000,
  registered_numbers: 3_600_000,
  onboardings: 3_600_000,
  monthly_statistics: 21_600_000,
};

/** One account of 25 numbers on a simulator, with these collectors. */
async function start() {
  const clock = createFakeClock();
  const fleet = createFleet({ seed: 1, numbers: 25 });
  const sign = { clientId: 'fake-client', clientSecret: SECRET };
  const simulator = await startSimulator({ fleet, clock, ...sign });
  const { log, lines } = createMemoryLog();
  let accounts: readonly Account[] = [];
  onTestFinished(async () => {
    await stopAccounts(accounts);
    await simulator.close();
  });
  const configure = async (collectors: CollectorConfig, changes: Partial<Config> = {}) => {
    const clientSecret = { kind: 'value', value: new Secret(SECRET) } as const;
    const config = {
      poll: { schedule: '1m', timeoutMs: 20_000, staleAfterMs: 300_000 },
      limits: { numbers: 50_000 },
      numbers: { include: [], exclude: [] },
      month: PROVIDER_MONTH,
      proxy: { http: '', https: '', no: '' },
      privacy: FULL,
      ...changes,
      accounts: [
        {
          name: 'acme',
          apiUrl: simulator.url,
          allowInsecureHttp: false,
          credentials: { kind: 'client', clientId: 'fake-client', clientSecret },
          collectors,
        },
      ],
    } as unknown as Config;
    const before = accounts;
    accounts = createAccounts(before, config, {
      clock,
      random: () => 0,
      log,
      onSecret: () => {},
    });
    await stopAccounts(before.filter((known) => !accounts.includes(known)));
    const [account] = accounts;
    if (account === undefined) throw new Error('there is one account');
    return account;
  };
  return { simulator, clock, configure, lines };
}

test('collectors run after the numbers, with the same token', async () => {
  const { simulator, configure } = await start();
  const account = await configure(ALL);
  await account.poll();
  expect(simulator.requests).toMatchObject({
    token: 1,
    numbers: 1,
    online_accounts: 1,
    inboxes: 3,
  });
  expect(account.collectors.states().inboxes?.lastGood?.data).toHaveLength(3);
  expect(account.collectors.states().online_accounts?.lastGood?.data).toHaveLength(3);
});

test('without collectors nothing but the numbers is requested', async () => {
  const { simulator, configure } = await start();
  const account = await configure({});
  await account.poll();
  expect(simulator.requests).toMatchObject({ numbers: 1, online_accounts: 0 });
  expect(account.collectors.views(() => false)).toEqual({});
});

test('the numbers are polled at once when a collector hangs', async () => {
  const { simulator, clock, configure } = await start();
  const account = await configure(ALL);
  simulator.faults.online_accounts = { kind: 'never' };
  const first = account.poll();
  await expect.poll(() => simulator.requests.online_accounts).toBe(1);
  await clock.advance(10_000);
  const second = account.poll();
  await expect.poll(() => account.poller.state().polls).toBe(2);
  expect(account.collectors.states().online_accounts).toMatchObject({ failures: { timeout: 1 } });
  await Promise.all([first, second]);
  expect(account.poller.state().failures.timeout).toBe(0);
  expect(clock.timers).toBe(0);
});

test('a failing collector changes nothing about the numbers', async () => {
  const { simulator, configure } = await start();
  const account = await configure(ALL);
  simulator.faults.online_accounts = { kind: 'fail', reason: 3 };
  await account.poll();
  await account.poll();
  expect(account.poller.state()).toMatchObject({ polls: 2, failures: { token: 0 } });
  expect(account.poller.state().lastPoll).toHaveProperty('snapshot');
  expect(simulator.requests.token).toBe(1);
});

test('a reload keeps the data of a collector, and when it ran', async () => {
  const { simulator, configure } = await start();
  await (await configure(ALL)).poll();
  const after = await configure({ online_accounts: 1_200_000 });
  expect(after.collectors.states().online_accounts?.lastGood).toBeDefined();
  await after.poll();
  expect(simulator.requests.online_accounts).toBe(1);
  const off = await configure({});
  expect(off.collectors.states()).toEqual({});
});

test('a reload that stops an account starts no collector afterwards', async () => {
  const { simulator, configure } = await start();
  const account = await configure(ALL);
  simulator.faults.numbers = { kind: 'never' };
  const polling = account.poll();
  await expect.poll(() => simulator.requests.numbers).toBe(1);
  await account.stop();
  await polling;
  expect(simulator.requests.online_accounts).toBe(0);
});

test('names of Online accounts and inboxes are hidden with the names of numbers', async () => {
  const { configure } = await start();
  const names = async (noNames: boolean) => {
    const account = await configure(ALL, { privacy: { ...FULL, noNames } });
    await account.poll();
    const { online_accounts: online, inboxes } = account.collectors.states();
    const data = [...(online?.lastGood?.data ?? []), ...(inboxes?.lastGood?.data ?? [])];
    return JSON.stringify(data).match(/"name":"[^"]+"/g)?.length ?? 0;
  };
  expect(await names(false)).toBe(33);
  expect(await names(true)).toBe(0);
});

test('registered numbers and onboardings are hidden like the numbers of the account', async () => {
  const { configure } = await start();
  const dataOf = async (privacy: PrivacyConfig) => {
    const account = await configure(ALL, { privacy });
    await account.poll();
    const { registered_numbers, onboardings } = account.collectors.states();
    return {
      registered: registered_numbers?.lastGood?.data ?? [],
      unfinished: onboardings?.lastGood?.data.unfinished ?? [],
    };
  };
  const shown = await dataOf(FULL);
  expect(shown.registered.some(({ comment }) => comment.startsWith('kept for '))).toBe(true);
  expect(shown.unfinished.some(({ businessName }) => businessName !== '')).toBe(true);

  const hashKey = new Secret('fake-hash-key-canary');
  const hidden = await dataOf({ numberLabel: 'hashed', noNames: true, hashKey });
  for (const { whatsapp, comment } of hidden.registered) {
    expect(whatsapp).toMatch(/^[0-9a-f]{16}$/);
    expect(comment).toBe('');
  }
  // Those with a temporary number have none, so there is nothing to hash.
  expect(hidden.unfinished.map(({ whatsapp }) => whatsapp.length)).toEqual(
    shown.unfinished.map(({ whatsapp }) => (whatsapp === '' ? 0 : 16)),
  );
  expect(hidden.unfinished.every(({ businessName }) => businessName === '')).toBe(true);
});

test('excluded numbers count as registered, and appear nowhere else', async () => {
  const { configure } = await start();
  const collect = async (exclude: string[]) => {
    const account = await configure(ALL, { numbers: { include: [], exclude } });
    await account.poll();
    const { registered_numbers, onboardings } = account.collectors.states();
    const registered = registered_numbers?.lastGood?.data ?? [];
    const unfinished = onboardings?.lastGood?.data.unfinished ?? [];
    const collectors = account.collectors.views(() => false);
    const text = await render({ ...viewAfter('acme', failed('timeout')), collectors });
    return { text, registered, unfinished };
  };
  const all = await collect([]);
  const found = [...all.registered, ...all.unfinished].map(({ whatsapp }) => whatsapp);
  const numbers = found.filter((whatsapp) => whatsapp !== '');
  expect(numbers.length).toBeGreaterThan(2);
  for (const number of numbers) expect(all.text).toContain(`number="${number}"`);

  const rest = await collect(numbers);
  expect(rest.registered).toHaveLength(all.registered.length);
  expect(rest.text).toContain(
    `whatsapp_account_registered_numbers{account="acme"} ${all.registered.length}\n`,
  );
  for (const number of numbers) expect(JSON.stringify(rest)).not.toContain(number);
  expect(rest.text).not.toMatch(/^whatsapp_registered_number_/m);
});

test('the oldest unfinished onboardings are kept, of the numbers that are not excluded', async () => {
  const { simulator, configure } = await start();
  const list = Array.from({ length: 1_002 }, (_, i) => ({
    whatsapp: String((i < 501 ? 972_500_000_000 : 972_510_000_000) + i),
    create_time: 1_700_000_000 + i,
    coexistence: 0,
    business_name: '',
    status: 0,
  }));
  simulator.faults.onboardings = {
    kind: 'reply',
    body: JSON.stringify({ status: 'OK', reason: 1, list }),
  };
  const account = await configure(ALL, { numbers: { include: [], exclude: ['97250'] } });
  await account.poll();
  const data = account.collectors.states().onboardings?.lastGood?.data;
  expect(data?.unfinished).toHaveLength(500);
  expect(data?.unfinished[0]?.whatsapp).toBe('972510000501');
  expect(data?.counts[0]?.count).toBe(1_002);
});

test('the last 13 complete months are kept, and a new month follows after its end', async () => {
  const { clock, configure } = await start();
  const account = await configure(ALL);
  const months = async () => {
    await account.poll();
    return account.collectors.states().monthly_statistics?.lastGood?.data.map((m) => m.month);
  };
  const before = await months();
  expect(before).toHaveLength(13);
  expect([before?.at(0), before?.at(-1)]).toEqual(['2025-10', '2026-10']);
  await clock.advance(Date.parse('2026-12-01T02:00:00Z') - clock.unixMs());
  const after = await months();
  expect([after?.at(0), after?.at(-1)]).toEqual(['2025-11', '2026-11']);
});

test('with all collectors a simulated day takes 24 to 29 token calls', async () => {
  const { simulator, clock, configure } = await start();
  const account = await configure(ALL);
  for (let minute = 0; minute < 24 * 60; minute += 5) {
    await account.poll();
    await clock.advance(5 * 60_000);
  }
  expect(simulator.requests.token).toBeGreaterThanOrEqual(24);
  expect(simulator.requests.token).toBeLessThanOrEqual(29);
  expect(simulator.requests).toMatchObject({
    numbers: 288,
    online_accounts: 144,
    inboxes: 3 * 144,
    registered_numbers: 24,
    onboardings: 24,
    monthly_statistics: 4,
  });
}, 60_000);
