import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from './support/fake-clock.ts';
import { parseExposition } from './support/exposition.ts';
import { eventually } from './support/program.ts';
import { runExporter } from './support/running-exporter.ts';
import { startProvider } from './support/simulated-provider.ts';

/** The default of poll.stale_after. */
const STALE_AFTER_MS = 5 * 60_000;

/** The next poll in the metrics, which must equal that in /api/status. */
async function nextPollIn({ text, ask }: Awaited<ReturnType<typeof runExporter>>) {
  const metrics = await text('/metrics');
  const [, value] = /^whatsapp_next_poll_timestamp_seconds\{.*\} (.*)$/m.exec(metrics) ?? [];
  const { accounts } = (await (await ask('/api/status')).json()) as {
    accounts: { nextPoll: string }[];
  };
  const nextPoll = accounts[0]?.nextPoll ?? '';
  expect(Number(value) * 1000).toBe(Date.parse(nextPoll));
  return nextPoll;
}

/** The accounts that have series in a text. */
function accountsIn(text: string): string[] {
  const samples = [...parseExposition(text).values()].flatMap((family) => family.samples);
  const names = samples.flatMap(({ labels }) => labels['account'] ?? []);
  return [...new Set(names)];
}

test('a scrape of some accounts has only their series, without those of the process', async () => {
  const { url } = await startProvider(2);
  const clock = createFakeClock();
  const { text, ask } = await runExporter({ accounts: { acme: url, beta: url, c: url } }, clock);
  await clock.advance(1_000);
  await eventually(async () => (await ask('/-/ready')).ok || undefined, 'the first polls');
  const all = await text('/metrics');
  expect(accountsIn(all)).toEqual(['acme', 'beta', 'c']);
  expect(all).toContain('process_cpu_seconds_total');
  const part = await text('/metrics?account=c&account=acme');
  expect(accountsIn(part)).toEqual(['acme', 'c']);
  expect(part).toMatch(/^whatsapp_number_online\{account="c",/m);
  expect(part).toContain('whatsapp_exporter_build_info{');
  expect(part).not.toMatch(/^(process|nodejs)_/m);
  const whole = new Set(all.split('\n'));
  expect(part.split('\n').filter((line) => !whole.has(line))).toEqual([]);
  expect((await ask('/metrics?account=gone')).status).toBe(404);
});

test('a shard without accounts is healthy and ready, logs it, and shows which shard it is', async () => {
  // Of three shards acme falls to the last.
  const flags = { 'sharding.shard': '0', 'sharding.total_shards': '3' };
  const acme = { accounts: { acme: 'http://127.0.0.1:1' }, flags };
  const { ask, text, lines } = await runExporter(acme, createFakeClock());
  expect((await ask('/-/healthy')).status).toBe(200);
  expect((await ask('/-/ready')).status).toBe(200);
  expect(await text('/sd')).toBe('[]');
  const metrics = await text('/metrics');
  expect(accountsIn(metrics)).toEqual([]);
  expect(metrics).toContain('whatsapp_exporter_build_info{');
  expect(metrics).toContain('process_cpu_seconds_total');
  expect((await ask('/metrics?account=acme')).status).toBe(404);
  const page = await text('/');
  expect(page).toContain('No accounts');
  expect(page).toContain('Shows only the accounts of shard 0 of 3, counted from 0.');
  expect(lines).toMatchObject([
    {
      level: 'info',
      fields: { shard: 0, total_shards: 3, accounts: 0 },
      message: 'no accounts assigned to this shard',
    },
  ]);
});

test('only polls send requests to the provider, not scrapes', async () => {
  const { url, requests } = await startProvider(1);
  let connections = 0;
  const elsewhere = createServer(() => (connections += 1)).listen(0, '127.0.0.1');
  onTestFinished(() => void elsewhere.close());
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  const clock = createFakeClock();
  const { ask } = await runExporter({ accounts: { acme: url } }, clock);
  await clock.advance(100);
  await eventually(async () => (await ask('/-/ready')).ok || undefined, 'the first poll');
  expect(requests).toMatchObject({ token: 1, numbers: 1 });
  const names = ['target', 'url', 'api_url', 'host', 'module'];
  const other = names.map((name) => `${name}=http://127.0.0.1:${port}/`).join('&');
  for (const path of ['/metrics', '/', '/api/status', '/sd', '/-/ready'])
    for (const query of ['', '?account=acme', `?${other}`, `?account=acme&page=2&${other}`])
      expect((await ask(path + query)).status).toBe(200);
  expect(requests).toMatchObject({ token: 1, numbers: 1 });
  expect(connections, 'to what a request names').toBe(0);
});

test('data is served until exactly poll.stale_after', async () => {
  const { url, faults } = await startProvider(1);
  const clock = createFakeClock();
  const { text, ask } = await runExporter({ accounts: { acme: url } }, clock);
  await clock.advance(100);
  await eventually(async () => (await ask('/-/ready')).ok || undefined, 'the first poll');
  const succeeded = /^whatsapp_last_success_timestamp_seconds\{.*\} (.*)$/m;
  const goodMs = 1000 * Number(succeeded.exec(await text('/metrics'))?.[1]);
  faults.numbers = { kind: 'reply', status: 404 };
  await clock.advance(goodMs + STALE_AFTER_MS - clock.unixMs());
  expect(await text('/metrics')).toMatch(/^whatsapp_number_online\{/m);
  await clock.advance(1);
  expect(await text('/metrics')).not.toMatch(/^whatsapp_number_/m);
});

test('with working hours, data is dropped after the third failed poll, and a weekend does not age it', async () => {
  const { url, faults } = await startProvider(1);
  // A Friday evening.
  const clock = createFakeClock(Date.parse('2026-11-27T18:52:00Z'));
  const flags = { 'poll.schedule': '*/5 8-18 * * mon-fri' };
  const exporter = await runExporter({ accounts: { acme: url }, flags }, clock);
  const { text, ask } = exporter;
  await clock.advance(100);
  await eventually(async () => (await ask('/-/ready')).ok || undefined, 'the first poll');
  faults.numbers = { kind: 'reply', status: 404 };
  expect(await nextPollIn(exporter)).toBe('2026-11-27T18:55:00Z');
  const until = (iso: string) => clock.advance(Date.parse(iso) - clock.unixMs());
  // A jump, since node-cron's own timer knows only the real clock.
  clock.jump(Date.parse('2026-11-27T23:00:00Z') - clock.unixMs());
  await clock.advance(5_000);
  expect(await nextPollIn(exporter)).toBe('2026-11-30T08:00:00Z');
  await until('2026-11-30T08:05:19Z');
  expect(await text('/metrics')).toMatch(/^whatsapp_number_online\{/m);
  await until('2026-11-30T08:10:21Z');
  expect(await text('/metrics')).not.toMatch(/^whatsapp_number_/m);
});

test('during a cool-down the next poll is the first one that sends a request', async () => {
  const { url, faults, requests } = await startProvider(1);
  faults.token = { kind: 'fail', reason: 3 };
  const clock = createFakeClock(Date.parse('2026-11-22T10:00:30Z'));
  const exporter = await runExporter({ accounts: { acme: url } }, clock);
  await clock.advance(100);
  await eventually(async () => (await exporter.ask('/-/ready')).ok || undefined, 'the first poll');
  expect(await nextPollIn(exporter)).toBe('2026-11-22T10:16:00Z');
  faults.token = undefined;
  await clock.advance(15 * 60_000);
  expect(requests).toMatchObject({ token: 1, numbers: 0 });
  await clock.advance(30_000);
  await eventually(() => (requests.numbers === 1 ? true : undefined), 'the next request');
});

test('an account that hangs until its timeout delays neither others nor its own next poll', async () => {
  const [silent, sound] = [await startProvider(1), await startProvider(1)];
  // A token call that hangs would start a cool-down.
  silent.faults.numbers = { kind: 'never' };
  const clock = createFakeClock(Date.parse('2026-11-22T10:00:00Z'));
  const accounts = { silent: silent.url, sound: sound.url };
  const { text, ask } = await runExporter({ accounts, flags: { 'poll.timeout': '50s' } }, clock);
  const polls = async (account: string) => {
    const polled = `whatsapp_polls_total{account="${account}"} `;
    const line = (await text('/metrics')).split('\n').find((one) => one.startsWith(polled));
    return Number(line?.slice(polled.length));
  };
  const untilPolled = (account: string, times: number) =>
    eventually(async () => ((await polls(account)) === times ? true : undefined), account);
  const next = async () => {
    const { accounts: shown } = (await (await ask('/api/status')).json()) as {
      accounts: { nextPoll: string }[];
    };
    return shown.map(({ nextPoll }) => nextPoll.slice(11, 19));
  };

  await clock.advance(100);
  await untilPolled('sound', 1);
  expect(await polls('silent')).toBe(0);
  expect((await ask('/-/ready')).status).toBe(503);
  expect(await next()).toEqual(['10:01:00', '10:00:37']);
  await clock.advance(37_000);
  await untilPolled('sound', 2);
  expect(await polls('silent')).toBe(0);
  await clock.advance(12_900);
  await untilPolled('silent', 1);
  expect(await text('/metrics?account=silent')).toContain('{account="silent",reason="timeout"} 1');
  expect((await ask('/-/ready')).status).toBe(200);
  silent.faults.numbers = undefined;
  await clock.advance(10_000);
  await untilPolled('silent', 2);
  expect(await text('/metrics?account=silent')).toContain('whatsapp_up{account="silent"} 1');
  expect(await next()).toEqual(['10:02:00', '10:01:37']);
});

test('a reload that adds an account leaves a ready exporter ready', async () => {
  const [sound, silent] = [await startProvider(2), await startProvider(2)];
  silent.faults.token = { kind: 'never' };
  const clock = createFakeClock();
  const { text, ask, reload } = await runExporter({ accounts: { sound: sound.url } }, clock);
  await eventually(
    async () => (await text('/metrics')).includes('whatsapp_up{account="sound"} 1') || undefined,
    'the first poll',
  );
  await reload({ accounts: { sound: sound.url, silent: silent.url } });
  expect((await ask('/-/ready')).status).toBe(200);
  expect(await text('/metrics')).toContain('whatsapp_polls_total{account="silent"} 0');
});

test('data of a failing collector is served until it is stale, and the numbers go on', async () => {
  const { url, faults } = await startProvider(12);
  const clock = createFakeClock();
  const flags = { 'collectors.online_accounts': '1m' };
  const { text } = await runExporter({ accounts: { acme: url }, flags }, clock);
  /** The metrics after this many polls, each followed by a run of the collector. */
  const afterPolls = (polls: number, failures: number) =>
    eventually(async () => {
      const metrics = await text('/metrics');
      const sum = [...metrics.matchAll(/^whatsapp_collector_failures_total\{.*\} (\d+)$/gm)];
      const failed = sum.reduce((all, [, count]) => all + Number(count), 0);
      const isDone = metrics.includes(`whatsapp_polls_total{account="acme"} ${polls}\n`);
      return isDone && failed === failures ? metrics : undefined;
    }, `${polls} polls`);
  await eventually(
    async () => (await text('/metrics')).includes('whatsapp_inbox_info{') || undefined,
    'the inboxes',
  );
  faults.online_accounts = { kind: 'fail', reason: 13 };
  for (let minute = 1; minute < 5; minute += 1) {
    await clock.advance(60_000);
    const metrics = await afterPolls(minute + 1, minute);
    expect(metrics).toContain('whatsapp_online_account_active{');
    expect(metrics).toMatch(/^whatsapp_collector_up\{.*collector="online_accounts"\} 0$/m);
  }
  await clock.advance(60_000);
  await afterPolls(6, 5);
  await clock.advance(1_000);
  const stale = await text('/metrics');
  expect(stale).not.toContain('whatsapp_online_account_active{');
  expect(stale).toContain('whatsapp_inbox_info{');
  expect(stale).toContain('whatsapp_number_online{');
});
