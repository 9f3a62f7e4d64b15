import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { mergeLayers } from '../../src/config/layers.ts';
import { ACCOUNT_SETTINGS, SETTINGS } from '../../src/config/schema.ts';
import { parseYaml } from '../../src/config/yaml-file.ts';
import { configOf, loadYaml, problemsOf } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'canary-token' };
const KEY = 'canary-key-of-hash';

/** What else has to be set for the setting to be valid. */
const PARTNERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'privacy.number_label': { WHATSAPP_PRIVACY_HASH_KEY: KEY },
  'privacy.hash_key': { WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed' },
  'sharding.shard': { WHATSAPP_TOTAL_SHARDS: '3' },
  'sharding.total_shards': { WHATSAPP_SHARD: '0' },
  'accounts.client_id': { WHATSAPP_ACCESS_TOKEN: '', WHATSAPP_CLIENT_SECRET: 'canary-secret' },
};

function loadSetting(key: string, text: string, partners = PARTNERS[key]) {
  const [section = '', name = ''] = key.split('.');
  const values = { [name]: text };
  const file = { [section]: section === 'accounts' ? [values] : values };
  return loadYaml(JSON.stringify(file), { env: { ...TOKEN, ...partners } });
}

const VALUES: [key: string, text: string, config: object][] = [
  ['web.listen_address', ':10972', { web: { listenAddress: [{ host: undefined, port: 10_972 }] } }],
  ['web.listen_address', '[::1]:9000', { web: { listenAddress: [{ host: '::1', port: 9000 }] } }],
  ['web.listen_address', 'a.b:65535', { web: { listenAddress: [{ host: 'a.b', port: 65_535 }] } }],
  [
    'web.listen_address',
    '127.0.0.1:0, unix:/run/a.sock',
    { web: { listenAddress: [{ host: '127.0.0.1', port: 0 }, { path: '/run/a.sock' }] } },
  ],
  ['web.systemd_socket', 'true', { web: { systemdSocket: true } }],
  ['web.telemetry_path', '/a/b-c_d.e~f', { web: { telemetryPath: '/a/b-c_d.e~f' } }],
  ['web.telemetry_path', '/..metrics', { web: { telemetryPath: '/..metrics' } }],
  ['web.telemetry_path', '/sd/metrics', { web: { telemetryPath: '/sd/metrics' } }],
  [
    'web.grafana_url',
    'https://grafana.example/sub/',
    { web: { grafanaUrl: 'https://grafana.example/sub' } },
  ],
  ['web.max_requests', '0', { web: { maxRequests: 0 } }],
  [
    'web.allowed_hosts',
    'LocalHost, 127.0.0.1,::1,[FE80::1],a_b.c',
    { web: { allowedHosts: ['localhost', '127.0.0.1', '[::1]', '[fe80::1]', 'a_b.c'] } },
  ],
  ['web.enable_lifecycle', '1', { web: { enableLifecycle: true } }],
  ['privacy.number_label', 'hashed', { privacy: { numberLabel: 'hashed' } }],
  ['privacy.no_names', 'true', { privacy: { noNames: true } }],
  ['poll.schedule', '*/5 * * * *', { poll: { schedule: '*/5 * * * *' } }],
  ['poll.timeout', '1h30m', { poll: { timeoutMs: 5_400_000 } }],
  ['poll.stale_after', '7m', { poll: { staleAfterMs: 420_000 } }],
  ['collectors.online_accounts', '1m', { accounts: [{ collectors: { online_accounts: 60_000 } }] }],
  [
    'collectors.registered_numbers',
    '6h',
    { accounts: [{ collectors: { registered_numbers: 21_600_000 } }] },
  ],
  ['collectors.onboardings', '6h', { accounts: [{ collectors: { onboardings: 21_600_000 } }] }],
  [
    'collectors.monthly_statistics',
    '6h',
    { accounts: [{ collectors: { monthly_statistics: 21_600_000 } }] },
  ],
  ['collectors.online_accounts', 'off', { accounts: [{ collectors: {} }] }],
  ['month.timezone', 'America/Argentina/Buenos_Aires', {}],
  ['month.starts_at', '04:05', { month: { startsAtMs: 14_700_000 } }],
  ['month.starts_at', '23:59', { month: { startsAtMs: 86_340_000 } }],
  ['limits.numbers', '1', { limits: { numbers: 1 } }],
  [
    'metrics.exclude',
    'whatsapp_number_info,whatsapp_account_numbers',
    { metrics: { exclude: ['whatsapp_number_info', 'whatsapp_account_numbers'] } },
  ],
  ['numbers.include', '+972 50, 1', { numbers: { include: ['97250', '1'], exclude: [] } }],
  ['numbers.exclude', '972501234567', { numbers: { exclude: ['972501234567'] } }],
  ['sharding.shard', '2', { sharding: { shard: 2, totalShards: 3 } }],
  ['sharding.total_shards', '999', { sharding: { shard: 0, totalShards: 999 } }],
  ['log.level', 'Warn', { log: { level: 'warn' } }],
  ['log.format', 'pretty', { log: { format: 'pretty' } }],
  ['log.format', 'logfmt', { log: { format: 'logfmt' } }],
  ['accounts.name', 'A-z_0.9', { accounts: [{ name: 'A-z_0.9' }] }],
  ['accounts.name', 'x'.repeat(64), { accounts: [{ name: 'x'.repeat(64) }] }],
  ['accounts.api_url', 'https://a.example//', { accounts: [{ apiUrl: 'https://a.example' }] }],
  [
    'accounts.api_url',
    'HTTPS://A.example:8443/api/',
    { accounts: [{ apiUrl: 'https://a.example:8443/api' }] },
  ],
  ['accounts.client_id', '!~', { accounts: [{ credentials: { clientId: '!~' } }] }],
  [
    'accounts.budget',
    'marketing=20000, total=0',
    { accounts: [{ budget: { marketing: 20_000, total: 0 } }] },
  ],
  ['accounts.allow_insecure_http', '0', { accounts: [{ allowInsecureHttp: false }] }],
];

test.each(VALUES)('%s reads %j', (key, text, config) => {
  expect(configOf(loadSetting(key, text))).toMatchObject(config);
});

test.each([
  ['web.listen_address', ['', '9000', ':', ':65536', ':-1', 'a b:1', '::1:9000', '[::g]:1']],
  [
    'web.listen_address',
    [':1,', ',:1', ':1,:1', ':1,x', 'unix:', 'unix:a', 'unix:/a\0', 'UNIX:/a'],
  ],
  ['web.listen_address', [`unix:/${'x'.repeat(103)}`, `unix:/${'é'.repeat(52)}`, '999.0.0.1:80']],
  ['web.listen_address', ['1.2.3:80', 'http://localhost:80', ':80/', ':1e3', ':٣', '[]:1']],
  ['web.telemetry_path', ['', '/', 'metrics', '/-/', '/-/metrics', '/a?b', '/a#b', '/a b', '/a/']],
  ['web.telemetry_path', ['//a', '/api/x', '/sd', '/:id', '/*', '/a/../b', '/..', '/%20', '/a\n']],
  ['web.max_requests', ['', '-1', '1.5', '1e3', 'x', '1234567']],
  ['web.allowed_hosts', ['', 'localhost:10972', '[::1]:1', 'http://a', 'a,', '*', '*.a', 'a b']],
  ['web.enable_lifecycle', ['', 'TRUE', 'yes', 'on', '2', ' true', 'null']],
  ['privacy.hash_key', ['', 'x'.repeat(15), `${'x'.repeat(16)}\n\n`, 'é'.repeat(16)]],
  ['poll.timeout', ['', '0s', '-1s', '1.5s', '20', '20 s', '1s1m', '1d', '600h', 'Infinity']],
  [
    'collectors.online_accounts',
    ['', '59s', '1s', '0s', '10', 'OFF', 'true', '600h', '*/5 * * * *'],
  ],
  ['month.timezone', ['', 'Jerusalem', '+02:00', '-01', 'Asia/Jerusalem ', '../etc']],
  ['month.starts_at', ['', '4', '4:00', '24:00', '04:60', '04:00:00', '0400', '4am', '04:00\n']],
  ['limits.numbers', ['', '0', '12345678', '1e3']],
  ['metrics.exclude', ['', 'whatsapp_up', 'whatsapp_number_*', 'whatsapp_number_info,']],
  ['numbers.include', ['', '97250*', 'x', '1,', '9'.repeat(21)]],
  ['sharding.shard', ['', '-1', '3', '1000', 'exporter-0']],
  ['sharding.total_shards', ['', '0', '1000']],
  ['log.level', ['', 'warning', 'verbose', 'info ']],
  ['accounts.name', ['', 'a b', 'שלום', 'x'.repeat(65), 'a\n', 'a"b']],
  ['web.grafana_url', ['', 'grafana.example', 'javascript:alert(1)', 'https://u:p@a.example']],
  ['accounts.api_url', ['', 'example.com', '/api', 'ftp://a.example', 'https://', 'https://u@a']],
  ['accounts.api_url', ['https://:p@a.example', 'https://a.example/?a=b', 'https://a.example/#a']],
  ['accounts.client_id', ['', ' ', 'a b', 'a\n', 'a\u0000', 'é', '\u200b', '\ufeffabc']],
  [
    'accounts.budget',
    ['', '5', 'marketing', 'marketing=', 'marketing=1=2', 'other=5', 'total=1e3'],
  ],
  ['accounts.allow_insecure_http', ['', 'True', 'no']],
])('%s refuses %j', (key, texts) => {
  for (const text of texts) {
    const name = `${key.replace('accounts.', 'accounts[0].')} (test.yml:1:`;
    expect(problemsOf(loadSetting(key, text)), JSON.stringify(text)).toContain(name);
  }
});

test('the configuration contains every setting', () => {
  const tested = new Set(VALUES.map(([key]) => key));
  const isTestedElsewhere = (key: string) => /^(accounts\.|privacy\.hash_key|.*_file$)/.test(key);
  const missing = SETTINGS.map(({ key }) => key).filter(
    (key) => !tested.has(key) && !isTestedElsewhere(key),
  );
  expect(missing).toEqual([]);
});

test.each([...SETTINGS, ...ACCOUNT_SETTINGS])(
  'default and example of $key are valid',
  ({ key, example, value, default: text }) => {
    if (value === 'path' || example.startsWith('<')) return;
    expect(problemsOf(loadSetting(key, example))).toBe('no problems');
    if (text !== undefined) expect(problemsOf(loadSetting(key, text, {}))).toBe('no problems');
  },
);

test.each(SETTINGS)('$key: the flag wins over the variable, over the file', ({ key, env }) => {
  const [section = '', name = ''] = key.split('.');
  for (const layers of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const texts = {
      flag: layers & 4 && 'flag',
      env: layers & 2 && 'env',
      file: layers & 1 && 'file',
    };
    const file = parseYaml(stringify(texts.file ? { [section]: { [name]: 'file' } } : {}), 'a.yml');
    if (!('tree' in file)) throw new Error('not YAML');
    const flags: Record<string, string> = texts.flag ? { [key]: texts.flag } : {};
    const { tree, givenAt } = mergeLayers(file, { flags, env: { [env]: texts.env || '' } });
    const winner = texts.flag || texts.env || texts.file || undefined;
    expect(tree).toMatchObject({ [section]: winner === undefined ? {} : { [name]: winner } });
    const from = { flag: 'flag', env: 'environment', file: 'file' }[winner ?? 'env'];
    expect(givenAt([section, name]).from).toBe(from);
  }
});

test('of a list in one text, the wrong item is quoted', () => {
  const loaded = loadSetting('metrics.exclude', 'whatsapp_number_info, whatsapp_number_onlin');
  expect(problemsOf(loaded)).toContain(
    ': "whatsapp_number_onlin" is no metric of the exporter; did you mean whatsapp_number_online?',
  );
});
