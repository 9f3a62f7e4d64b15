import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';

import type { Config, PrivacyConfig } from '../src/config/config.ts';
import { afterPoll, createAccountState, type AccountState } from '../src/core/account-state.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { Secret } from '../src/core/secret.ts';
import { createExporter, pollOnce } from '../src/exporter.ts';
import { createLog, createRedactor } from '../src/log.ts';
import { createPrivacy } from '../src/privacy.ts';
import { systemClock } from '../src/system.ts';
import { NO_RELOADS } from './support/reloads.ts';
import { responseOf, sampleEntry } from './support/sample.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from './support/simulated-provider.ts';

const KEY = 'fake-key-of-the-hash';
const FULL: PrivacyConfig = {
  numberLabel: 'full',
  noNames: false,
  hashKey: undefined,
};
const HASHED: PrivacyConfig = { ...FULL, numberLabel: 'hashed', hashKey: new Secret(KEY) };
const hashOf = (number: string) =>
  createHmac('sha256', KEY).update(number).digest('hex').slice(0, 16);

function stateAfter(response: unknown, before = createAccountState('acme'), atMs = 0) {
  const endedAt = { unixMs: Date.parse('2026-11-22T10:00:00Z') + atMs, monotonicMs: atMs };
  const outcome = {
    ...parseNumbers(response),
    endedAt,
    durationMs: 1,
    tokenExpiresAtMs: undefined,
  };
  return afterPoll(before, outcome, PROVIDER_MONTH);
}
const odd = responseOf(
  sampleEntry({ whatsapp: '972500000001', isOnline: 'maybe' }),
  sampleEntry({ whatsapp: '972500000002', display_name: 'בית קפה' }),
  sampleEntry({ whatsapp: '972500000002' }),
  sampleEntry({ whatsapp: 'none' }),
);

test('without a wish for privacy a state is what it is', () => {
  const state = stateAfter(odd);
  const { toShown, toShownAnomalies } = createPrivacy(FULL);
  expect(toShown(state)).toBe(state);
  const anomalies = { counts: state.anomalies, examples: ['field_missing: 972500000001.isOnline'] };
  expect(toShownAnomalies(anomalies)).toBe(anomalies);
});

test('a hash is the first 16 digits of the HMAC-SHA-256 of the number', () => {
  const shown = createPrivacy(HASHED).toShown(stateAfter(odd));
  const expected = ['972500000001', '972500000002'].map(hashOf);
  expect(shown.lastGood?.snapshot.numbers.map(({ whatsapp }) => whatsapp)).toEqual(expected);
  expect([...shown.conversations.keys()]).toEqual(expected);
  expect(shown.lastGood?.snapshot.numbers[1]?.displayName).toBe('בית קפה');
  // So that nobody's history breaks by an update of this program.
  expect(hashOf('972500000001')).toBe('10407804677ac656');
});

test('nothing of a hidden state holds a number or a name', () => {
  const { toShown } = createPrivacy({ ...HASHED, noNames: true });
  const shown = toShown(stateAfter(odd));
  const printed = JSON.stringify(shown, (_key, value: unknown) =>
    value instanceof Map ? [...(value as Map<string, unknown>)] : value,
  );
  expect(printed).toContain(hashOf('972500000001'));
  expect(printed).not.toMatch(/97250|קפה|"displayName":"[^"]/);
});

test('names can be hidden alone, also while polls fail', () => {
  const { toShown } = createPrivacy({ ...FULL, noNames: true });
  const good = stateAfter(odd);
  const failure = {
    reason: 'network',
    detail: 'ECONNREFUSED',
    endedAt: { unixMs: 0, monotonicMs: 0 },
    durationMs: 1,
    tokenExpiresAtMs: undefined,
  } as const;
  const shown = toShown(afterPoll(good, failure, PROVIDER_MONTH));
  expect(shown.lastPoll).toBe(failure);
  expect(shown.lastGood?.snapshot.numbers).toMatchObject([
    { whatsapp: '972500000001', displayName: '', businessName: '' },
    { whatsapp: '972500000002', displayName: '', businessName: '' },
  ]);
});

test('examples for the log hold hashes in place of numbers, and stay as they are otherwise', () => {
  const examples = [
    'field_invalid: 972500000001.isOnline',
    'entry_duplicate: 972500000001',
    'entry_invalid: list[972500000001]',
    'total_mismatch: account.totalWhatsApp',
  ];
  const counts = stateAfter(odd).anomalies;
  expect(createPrivacy(HASHED).toShownAnomalies({ counts, examples }).examples).toEqual([
    `field_invalid: ${hashOf('972500000001')}.isOnline`,
    `entry_duplicate: ${hashOf('972500000001')}`,
    'entry_invalid: list[972500000001]',
    'total_mismatch: account.totalWhatsApp',
  ]);
});

test('what is shown of the same state, snapshot or counters is the same object', () => {
  const { toShown } = createPrivacy(HASHED);
  const state = stateAfter(odd);
  const failed: AccountState = { ...state, polls: 2 };
  expect(toShown(state)).toBe(toShown(state));
  expect(toShown(failed)).not.toBe(toShown(state));
  expect(toShown(failed).lastGood?.snapshot).toBe(toShown(state).lastGood?.snapshot);
  expect(toShown(failed).conversations).toBe(toShown(state).conversations);
});

test('counters go on by the real number, whatever stands for it', () => {
  const counts = (marketingThisMonth: number) =>
    responseOf(sampleEntry({ whatsapp: '972500000001', marketingThisMonth }));
  const later = stateAfter(counts(9), stateAfter(counts(4)), 60_000);
  const totalOf = (state: AccountState, number: string) =>
    state.conversations.get(number)?.marketing.total;
  expect(totalOf(createPrivacy(HASHED).toShown(later), hashOf('972500000001'))).toBe(5);
  expect(totalOf(createPrivacy(FULL).toShown(later), '972500000001')).toBe(5);
});

const build = { version: '0', revision: '0', nodeVersion: '0' };

async function start(privacy: PrivacyConfig) {
  const provider = await startProvider();
  const numbers: string[] = [];
  const names: string[] = [];
  provider.faults.numbers = {
    kind: 'transform',
    transform: (good) => {
      const list = good['list'] as Record<string, unknown>[];
      numbers.push(...list.map(({ whatsapp }) => String(whatsapp)));
      names.push(...list.flatMap((n) => [String(n['display_name']), String(n['business_name'])]));
      return { ...good, list: [...list.map((entry) => ({ ...entry, isOnline: '?' })), ...list] };
    },
  };
  let output = '';
  const surroundings = {
    clock: systemClock,
    random: () => 0,
    log: await createLog({
      level: 'trace',
      format: 'json',
      redactor: createRedactor(),
      destination: { write: (line: string) => void (output += line) },
    }),
    onSecret: () => {},
  };
  const value = new Secret(CLIENT_SECRET);
  const config: Config = {
    web: {
      listenAddress: [{ host: '127.0.0.1', port: 0 }],
      telemetryPath: '/metrics',
      maxRequests: 40,
      enableLifecycle: false,
    },
    privacy,
    poll: { schedule: '1h', timeoutMs: 3_000, staleAfterMs: 300_000 },
    month: PROVIDER_MONTH,
    sharding: undefined,
    limits: { numbers: 50_000 },
    log: { level: 'trace', format: 'json' },
    accounts: [
      {
        name: 'acme',
        apiUrl: provider.url,
        allowInsecureHttp: false,
        credentials: {
          kind: 'client',
          clientId: CLIENT_ID,
          clientSecret: { kind: 'value', value },
        },
      },
    ],
    proxy: { http: '', https: '', no: '' },
  };
  return { config, surroundings, numbers, names, output: () => output };
}

async function startServer(privacy: PrivacyConfig) {
  const { config, surroundings, ...rest } = await start(privacy);
  const exporter = createExporter(config, build, surroundings, NO_RELOADS);
  const { port } = await exporter.start();
  onTestFinished(() => exporter.stop());
  const get = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  while ((await get('/-/ready')).status !== 200) await new Promise(setImmediate);
  const getAll = async () => {
    const responses = ['/metrics', '/', '/api/status'].map(async (p) => (await get(p)).text());
    return (await Promise.all(responses)).join('');
  };
  return { config, exporter, getAll, ...rest };
}

test('neither metrics nor pages nor log hold a number or a name that is to be hidden', async () => {
  const { getAll, numbers, names, output } = await startServer({ ...HASHED, noNames: true });
  const all = (await getAll()) + output();
  expect(numbers.length).toBeGreaterThan(0);
  expect(output()).toContain(`field_invalid: ${hashOf(numbers[0] ?? '')}.isOnline`);
  for (const number of numbers) expect(all).toContain(hashOf(number));
  for (const hidden of [...numbers, ...names.filter((name) => name !== '')]) {
    expect(all).not.toContain(hidden);
  }
  expect(all).toContain('display_name="",business_name=""} 1');
});

test('a reload hides at once what was shown before, without a poll between', async () => {
  const { config, exporter, getAll, numbers } = await startServer(FULL);
  const [number = ''] = numbers;
  expect(await getAll()).toContain(number);
  await exporter.reload({ ...config, privacy: HASHED });
  const after = await getAll();
  expect(after).not.toContain(number);
  expect(after).toContain(hashOf(number));
});

test('a single poll hides as a server does', async () => {
  const { config, surroundings, numbers, output } = await start(HASHED);
  const { metrics } = await pollOnce(config, build, surroundings);
  const all = metrics + output();
  expect(all).toContain(`number="${hashOf(numbers[0] ?? '')}"`);
  for (const number of numbers) expect(all).not.toContain(number);
});
