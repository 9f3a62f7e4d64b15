import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Config, PrivacyConfig } from '../src/config/config.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { Secret } from '../src/core/secret.ts';
import { createHistoryFile } from '../src/history-file.ts';
import { renderProgress, writeHistory } from '../src/history.ts';
import { createFleet } from '../src/simulator/fleet.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const SIGN = { clientId: 'fake-client', clientSecret: 'fake-secret' };
const HOUR_MS = 3_600_000;
const FULL: PrivacyConfig = { numberLabel: 'full', noNames: false, hashKey: undefined };

interface StartOptions {
  readonly numbers?: number;
  readonly accounts?: readonly string[];
  readonly privacy?: PrivacyConfig;
  readonly exclude?: readonly string[];
}

/** A simulated provider, and a function that runs the command on it until it ends. */
async function start(options: StartOptions = {}) {
  const { numbers = 3, accounts = ['acme'], privacy = FULL, exclude = [] } = options;
  const clock = createFakeClock();
  const fleet = createFleet({ seed: 1, numbers });
  const simulator = await startSimulator({ fleet, clock, ...SIGN });
  onTestFinished(() => simulator.close());
  const clientSecret = { kind: 'value', value: new Secret(SIGN.clientSecret) };
  const config = {
    poll: { timeoutMs: HOUR_MS },
    limits: { numbers: 50_000 },
    numbers: { include: [], exclude },
    month: PROVIDER_MONTH,
    proxy: { http: '', https: '', no: '' },
    privacy,
    accounts: accounts.map((name) => ({
      name,
      apiUrl: simulator.url,
      credentials: { kind: 'client', clientId: SIGN.clientId, clientSecret },
    })),
  } as unknown as Config;
  const run = async (byNumber = false, before = '', stepMs = 500) => {
    const { log, lines } = createMemoryLog();
    const progress: string[] = [];
    const written = { text: before };
    const file = createHistoryFile(
      (text) => (written.text += text),
      PROVIDER_MONTH,
      before.split('\n'),
    );
    const onProgress = (...counts: number[]) => progress.push(counts.join('/'));
    const startedMs = clock.monotonicMs();
    const settings = { clock, random: () => 0, log, onSecret: () => {} };
    let isComplete: boolean | undefined;
    const done = writeHistory(config, { byNumber, file, onProgress }, settings).then(
      (result) => (isComplete = result),
    );
    while (isComplete === undefined) {
      await Promise.race([done, setTimeout(2)]);
      if (isComplete === undefined) await clock.advance(stepMs);
    }
    const tookMs = clock.monotonicMs() - startedMs;
    return { text: written.text, isComplete, lines, progress, tookMs };
  };
  const list = () => fleet.at(clock.unixMs()).map(({ whatsapp }) => whatsapp);
  return { clock, simulator, run, list };
}

const samplesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('whatsapp_'));

test('the complete months of an account, with one login and one call', async () => {
  const { simulator, run } = await start();
  const { text, isComplete, lines } = await run();
  expect(isComplete).toBe(true);
  expect(lines).toEqual([]);
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 1, monthly_statistics: 1 });
  // December 2024 to October 2026, of three categories.
  expect(samplesOf(text)).toHaveLength(23 * 3);
  expect(text.split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/^# HELP whatsapp_account_month_conversations /),
    '# TYPE whatsapp_account_month_conversations gauge',
    expect.stringMatching(
      /^whatsapp_account_month_conversations\{account="acme",month="2024-12",category="marketing",job="whatsapp-exporter",instance="history"\} \d+ 1735603200$/,
    ),
  ]);
  expect(new Date(1_735_603_200_000).toISOString()).toBe('2024-12-31T00:00:00.000Z');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
});

test('counts of the account are not taken for those of a number', async () => {
  const { simulator, run } = await start();
  const list = [{ monthYear: '102025', totalMarketing: 1, totalService: 2, totalIncoming: 3 }];
  const body = JSON.stringify({ status: 'OK', reason: 1, whatsapp: null, list });
  simulator.faults.monthly_statistics = { kind: 'reply', body };
  const { text, isComplete } = await run(true);
  expect(isComplete).toBe(false);
  expect(text).toContain('whatsapp_account_month_conversations{');
  expect(text).not.toContain('number="');
});

test('by number, calls are paced and reported', async () => {
  const { simulator, run, list } = await start();
  const { text, isComplete, progress, tookMs } = await run(true);
  expect(isComplete).toBe(true);
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 1, monthly_statistics: 4 });
  expect(tookMs).toBeGreaterThanOrEqual(3 * 2_000);
  expect(progress).toEqual(['1/3', '2/3', '3/3']);
  for (const number of list()) {
    const samples = samplesOf(text).filter((line) => line.includes(`number="${number}"`));
    expect(samples).toHaveLength(23 * 3);
  }
  // Each metric has one header, and its samples are not interrupted by those of the other.
  const kinds = text.split('\n').map((line) => /whatsapp_(account|number)_month/.exec(line)?.[1]);
  const runs = kinds.filter((kind, i) => kind !== kinds[i - 1]);
  expect(runs).toEqual(['account', 'number', undefined]);
  expect(text.match(/^# TYPE/gm)).toHaveLength(2);
});

test('what the file contains is not requested again', async () => {
  const { simulator, run, list } = await start();
  const { text } = await run(true);
  const [first = '', ...rest] = list();
  const [last = ''] = rest.slice(-1);
  const unfinished = text.slice(0, text.indexOf(`${text.match(`.*number="${last}"`)?.[0]}`));
  expect(unfinished).toContain(first);
  const again = await run(true, unfinished);
  expect(again.text).toBe(text);
  expect(simulator.requests.monthly_statistics).toBe(4 + 1);
});

test('after 429 the command waits as long as the provider asks', async () => {
  const { simulator, run } = await start();
  const headers = { 'retry-after': '300' };
  simulator.faults.monthly_statistics = { kind: 'reply', status: 429, headers, times: 1 };
  const { isComplete, lines, tookMs } = await run();
  expect(isComplete).toBe(true);
  expect(tookMs).toBeGreaterThanOrEqual(300_000);
  expect(tookMs).toBeLessThan(310_000);
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'request failed, waiting',
      fields: {
        account: 'acme',
        reason: 'rate_limited',
        detail: 'HTTP 429 from the monthly_statistics call',
        wait_seconds: 300,
      },
    },
  ]);
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 1, monthly_statistics: 2 });
});

test('repeated 429 without Retry-After double the wait, and end the command', async () => {
  const { simulator, run } = await start();
  simulator.faults.monthly_statistics = { kind: 'reply', status: 429 };
  const { isComplete, lines, text } = await run(false, '', 10_000);
  expect(isComplete).toBe(false);
  expect(text).toBe('');
  expect(lines.map(({ fields }) => fields['wait_seconds'])).toEqual([
    60,
    120,
    240,
    480,
    900,
    900,
    undefined,
  ]);
  expect(simulator.requests.monthly_statistics).toBe(7);
});

test('a token that ends early is replaced', async () => {
  const { simulator, run } = await start();
  simulator.faults.monthly_statistics = { kind: 'fail', reason: 3, times: 1 };
  expect(await run(true)).toMatchObject({ isComplete: true, lines: [] });
  expect(simulator.requests).toMatchObject({ numbers: 2, monthly_statistics: 5 });
});

test('a token that has expired is replaced', async () => {
  const { simulator, run } = await start();
  const headers = { 'retry-after': '3600' };
  simulator.faults.monthly_statistics = { kind: 'reply', status: 429, headers, times: 1 };
  expect(await run(true, '', 10_000)).toMatchObject({ isComplete: true });
  expect(simulator.requests).toMatchObject({ token: 2, numbers: 2, monthly_statistics: 5 });
});

test('wrong credentials end the command without waiting', async () => {
  const { simulator, run } = await start();
  simulator.faults.token = { kind: 'fail', reason: 2 };
  const { isComplete, lines, text } = await run(true);
  expect([isComplete, text]).toEqual([false, '']);
  expect(lines).toMatchObject([
    { level: 'error', message: 'no past months', fields: { reason: 'credentials' } },
  ]);
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 0 });
});

test('a number that fails is left out, and the file is not complete', async () => {
  const { simulator, run, list } = await start();
  const before = (await run()).text.replace('# EOF\n', '');
  simulator.faults.monthly_statistics = { kind: 'fail', reason: 35, times: 1 };
  const { isComplete, lines, text } = await run(true, before);
  const [failed = '', ...others] = list();
  expect(isComplete).toBe(false);
  expect(lines).toMatchObject([{ fields: { number: failed, reason: 'provider_failed' } }]);
  expect(text).not.toContain(failed);
  for (const number of others) expect(text).toContain(number);
  expect(text).not.toContain('# EOF');
  expect(await run(true, text)).toMatchObject({ isComplete: true });
});

test('three numbers that fail in a row end the command', async () => {
  const { simulator, run } = await start({ numbers: 5 });
  const before = (await run()).text.replace('# EOF\n', '');
  simulator.faults.monthly_statistics = { kind: 'fail', reason: 35 };
  expect(await run(true, before)).toMatchObject({ isComplete: false });
  expect(simulator.requests.monthly_statistics).toBe(1 + 3);
});

test('if an account fails, the others are written, but no numbers', async () => {
  const { simulator, run } = await start({ accounts: ['acme', 'beta'] });
  simulator.faults.monthly_statistics = { kind: 'fail', reason: 13, times: 1 };
  const { text, isComplete } = await run(true);
  expect(isComplete).toBe(false);
  expect(text).toContain('account="beta"');
  expect(text).not.toMatch(/account="acme"|number=|# EOF/);
});

test('numbers are hashed if the metrics hash them', async () => {
  const hashKey = new Secret('fake-hash-key-of-enough-length');
  const { simulator, run, list } = await start({
    privacy: { numberLabel: 'hashed', noNames: false, hashKey },
  });
  simulator.faults.monthly_statistics = { kind: 'transform', transform: (good) => good };
  const { text, isComplete } = await run(true);
  expect(isComplete).toBe(true);
  for (const number of list()) expect(text).not.toContain(number);
  expect(text.match(/number="[0-9a-f]{16}"/g)).toHaveLength(3 * 23 * 3);
});

test('excluded numbers are not requested', async () => {
  const [excluded = ''] = (await start()).list();
  const { simulator, run } = await start({ exclude: [excluded] });
  const { text, isComplete } = await run(true);
  expect(isComplete).toBe(true);
  expect(text).not.toContain(excluded);
  expect(simulator.requests.monthly_statistics).toBe(1 + 2);
});

test('the progress is one line of a terminal', () => {
  expect(renderProgress(1, 4)).toBe('#######....................... 1 of 4 numbers, 1 min left\r');
  expect(renderProgress(4, 4)).toBe(`${'#'.repeat(30)} 4 of 4 numbers, 0 min left\n`);
});
