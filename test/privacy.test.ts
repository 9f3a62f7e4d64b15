import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';

import type { Config, PrivacyConfig } from '../src/config/config.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { Secret } from '../src/core/secret.ts';
import { createExporter, pollOnce } from '../src/exporter.ts';
import { createLog, createRedactor } from '../src/log.ts';
import { createPrivacy } from '../src/privacy.ts';
import { systemClock } from '../src/system.ts';
import { eventually } from './support/program.ts';
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

const odd = responseOf(
  sampleEntry({ whatsapp: '972500000001', isOnline: 'maybe' }),
  sampleEntry({ whatsapp: '972500000002', display_name: 'בית קפה' }),
  sampleEntry({ whatsapp: '972500000002' }),
  sampleEntry({ whatsapp: 'none' }),
);

test('without privacy settings a response is unchanged', () => {
  const parsed = parseNumbers(odd);
  expect(createPrivacy(FULL).hide(parsed)).toBe(parsed);
});

test('a hash is the first 16 digits of the HMAC-SHA-256 of the number', () => {
  const { snapshot } = createPrivacy(HASHED).hide(parseNumbers(odd));
  const expected = ['972500000001', '972500000002'].map(hashOf);
  expect(snapshot.numbers.map(({ whatsapp }) => whatsapp)).toEqual(expected);
  expect(snapshot.numbers[1]?.displayName).toBe('בית קפה');
  // So that an update of this program breaks nobody's history.
  expect(hashOf('972500000001')).toBe('10407804677ac656');
});

test('a hidden response contains neither number nor name', () => {
  const hidden = JSON.stringify(
    createPrivacy({ ...HASHED, noNames: true }).hide(parseNumbers(odd)),
  );
  expect(hidden).toContain(hashOf('972500000001'));
  expect(hidden).not.toMatch(/97250|קפה|"displayName":"[^"]/);
});

test('names can be hidden alone', () => {
  const { snapshot } = createPrivacy({ ...FULL, noNames: true }).hide(parseNumbers(odd));
  expect(snapshot.numbers).toMatchObject([
    { whatsapp: '972500000001', displayName: '', businessName: '' },
    { whatsapp: '972500000002', displayName: '', businessName: '' },
  ]);
});

test('examples for the log contain hashes instead of numbers, and are otherwise unchanged', () => {
  const examples = [
    'field_invalid: 972500000001.isOnline',
    'entry_duplicate: 972500000001',
    'entry_invalid: list[972500000001]',
    'total_mismatch: account.totalWhatsApp',
  ];
  const { snapshot, anomalies } = parseNumbers(odd);
  const hidden = createPrivacy(HASHED).hide({ snapshot, anomalies: { ...anomalies, examples } });
  expect(hidden.anomalies.examples).toEqual([
    `field_invalid: ${hashOf('972500000001')}.isOnline`,
    `entry_duplicate: ${hashOf('972500000001')}`,
    'entry_invalid: list[972500000001]',
    'total_mismatch: account.totalWhatsApp',
  ]);
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
      systemdSocket: false,
      telemetryPath: '/metrics',
      maxRequests: 40,
      enableLifecycle: false,
    },
    privacy,
    poll: { schedule: '1h', timeoutMs: 3_000, staleAfterMs: 300_000 },
    month: PROVIDER_MONTH,
    sharding: undefined,
    limits: { numbers: 50_000 },
    metrics: { exclude: [] },
    numbers: { include: [], exclude: [] },
    log: { level: 'trace', format: 'json' },
    accounts: [
      {
        name: 'acme',
        apiUrl: provider.url,
        allowInsecureHttp: false,
        collectors: {},
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

test('metrics, pages and log contain no number or name that must be hidden', async () => {
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

test('a reload hides at once what was shown before, and polls again', async () => {
  const { config, exporter, getAll, numbers } = await startServer(FULL);
  const [number = ''] = numbers;
  expect(await getAll()).toContain(number);
  await exporter.reload({ ...config, privacy: HASHED });
  expect(await getAll()).not.toContain(number);
  const hashed = async () => (await getAll()).includes(hashOf(number)) || undefined;
  await eventually(hashed, 'the poll after the reload');
  expect(await getAll()).not.toContain(number);
});

test('a reload excludes numbers from metrics, pages and log at once', async () => {
  const { config, exporter, getAll, numbers, output } = await startServer(FULL);
  const [number = '', other = ''] = numbers;
  expect(await getAll()).toContain(number);
  const loggedBefore = output().length;
  await exporter.reload({ ...config, numbers: { include: [], exclude: [number] } });
  expect(await getAll()).not.toContain(number);
  const polled = async () => (await getAll()).includes(other) || undefined;
  await eventually(polled, 'the poll after the reload');
  const all = (await getAll()) + output().slice(loggedBefore);
  expect(all).not.toContain(number);
  expect(all).toContain('whatsapp_account_numbers_excluded{account="acme"} 1\n');
});

test('a reload that excludes metrics says that they need a restart', async () => {
  const { config, exporter, getAll, output } = await startServer(FULL);
  await exporter.reload({ ...config, metrics: { exclude: ['whatsapp_number_info'] } });
  expect(output()).toContain('changes under web and metrics and of log.format take effect');
  expect(await getAll()).toContain('whatsapp_number_info{');
});

test('a reload adds a budget to a number, which stays hidden', async () => {
  const { config, exporter, getAll, numbers } = await startServer(HASHED);
  const [number = ''] = numbers;
  const budget = { total: 50_000, numbers: { [number]: { marketing: 500 }, 1: { marketing: 7 } } };
  const accounts = config.accounts.map((account) => ({ ...account, budget }));
  await exporter.reload({ ...config, accounts });
  const all = await getAll();
  expect(all).toContain(
    'whatsapp_account_budget_conversations{account="acme",category="total"} 50000\n',
  );
  const ofNumber = all.split('\n').filter((line) => line.startsWith('whatsapp_number_budget_'));
  const labels = `account="acme",number="${hashOf(number)}",category="marketing"`;
  expect(ofNumber).toEqual([`whatsapp_number_budget_conversations{${labels}} 500`]);
});

test('--once hides as the server does', async () => {
  const { config, surroundings, numbers, output } = await start(HASHED);
  const { metrics } = await pollOnce(config, build, surroundings);
  const all = metrics + output();
  expect(all).toContain(`number="${hashOf(numbers[0] ?? '')}"`);
  for (const number of numbers) expect(all).not.toContain(number);
});
