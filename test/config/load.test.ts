import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { ACCOUNT_SETTINGS } from '../../src/config/account-settings.ts';
import type { Config } from '../../src/config/config.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { SETTINGS, type Setting } from '../../src/config/settings.ts';
import { formatDuration } from '../../src/core/duration.ts';
import { configOf, load, loadYaml, problemsOf, readFrom } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'canary-token' };

/** Three right texts for each setting, and where its value stands in the Config. */
const SAMPLES: [Setting, [string, string, string], (config: Config) => unknown][] = [
  [SETTINGS.listenAddresses, [':1', ':2,:4', ':3'], ({ web }) => web.listenAddresses],
  [SETTINGS.telemetryPath, ['/a', '/b', '/c'], ({ web }) => web.telemetryPath],
  [SETTINGS.webConfigFile, ['web/a.yml', 'web/b.yml', 'web/c.yml'], ({ web }) => web.configFile],
  [SETTINGS.maxRequests, ['1', '2', '3'], ({ web }) => web.maxRequests],
  [SETTINGS.enableLifecycle, ['1', 'false', 'true'], ({ web }) => web.enableLifecycle],
  [SETTINGS.schedule, ['1m', '2m', '3m'], ({ poll }) => poll.schedule],
  [SETTINGS.timeout, ['1s', '2s', '3s'], ({ poll }) => poll.timeoutMs],
  [SETTINGS.staleAfter, ['2m', '3m', '4m'], ({ poll }) => poll.staleAfterMs],
  [SETTINGS.timezone, ['UTC', 'Asia/Tokyo', 'Europe/Rome'], ({ month }) => month.timezone],
  [SETTINGS.monthStartsAt, ['00:00', '03:30', '23:59'], ({ month }) => month.startsAtMs],
  [SETTINGS.numbersMax, ['1', '20', '300'], ({ limits }) => limits.numbers],
  [SETTINGS.shard, ['0', '1', '2'], ({ sharding }) => sharding?.shard],
  [SETTINGS.totalShards, ['1', '20', '3'], ({ sharding }) => sharding?.totalShards],
  [SETTINGS.logLevel, ['warn', 'debug', 'trace'], ({ log }) => log.level],
  [SETTINGS.logFormat, ['pretty', 'json', 'pretty'], ({ log }) => log.format],
  [SETTINGS.numberLabel, ['hashed', 'full', 'hashed'], ({ privacy }) => privacy.numberLabel],
  [SETTINGS.noNames, ['1', 'false', 'true'], ({ privacy }) => privacy.noNames],
];

test('every setting has its samples', () => {
  expect(SAMPLES.map(([setting]) => setting)).toStrictEqual(Object.values(SETTINGS));
});

test.each(SAMPLES)('$key: flag over environment over file over default', (setting, texts, get) => {
  const [section = '', key = ''] = setting.key.split('.');
  const [flag, env, file] = texts;
  for (const layers of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const has = { flag: (layers & 4) > 0, env: (layers & 2) > 0, file: (layers & 1) > 0 };
    const yaml = stringify(has.file ? { [section]: { [key]: file } } : {});
    const winner = (has.flag && flag) || (has.env && env) || (has.file && file) || setting.default;
    const hashKey = winner === 'hashed' ? { PRIVACY_HASH_KEY: 'canary-key-of-hash' } : {};
    const partner = {
      ...(setting === SETTINGS.shard && winner && { TOTAL_SHARDS: '9' }),
      ...(setting === SETTINGS.totalShards && winner && { SHARD: '0' }),
    };
    const web = "basic_auth_users: { me: '$2y$04$" + 'x'.repeat(53) + "' }";
    const loaded = load({
      flags: { 'config.file': 'test.yml', ...(has.flag && { [setting.key]: flag }) },
      env: { ...TOKEN, ...hashKey, ...partner, [setting.env]: has.env ? env : '' },
      readFile: (path) => (path === 'test.yml' ? yaml : web),
    });
    const expected = winner === undefined ? undefined : setting.parse(winner);
    expect(get(configOf(loaded)), `${layers}`).toStrictEqual(expected);
  }
});

test.each([
  ['90s', '5m'],
  ['100s', '5m20s'],
  ['10m', '30m20s'],
])('polled every %s, data lives for %s where nothing else is set', (schedule, expected) => {
  const { poll } = configOf(load({ env: { ...TOKEN, POLL_SCHEDULE: schedule } }));
  expect(formatDuration(poll.staleAfterMs)).toBe(expected);
});

test.each([
  ['10m', '10m1s', undefined],
  ['10m', '10m', 'POLL_STALE_AFTER: 10m is not longer than the 10m between two polls'],
  ['10m', '5m', 'raise it, or omit it for 30m20s'],
  ['never', '30s', 'POLL_SCHEDULE: "never" is not a schedule'],
  ['10m', 'soon', 'POLL_STALE_AFTER: "soon" is not a duration'],
])('polled every %s, data may not live for %s: it would be gone between polls', (...row) => {
  const [schedule, staleAfter, problem] = row;
  const env = { ...TOKEN, POLL_SCHEDULE: schedule, POLL_STALE_AFTER: staleAfter };
  const told = problemsOf(load({ env }));
  expect(told).toContain(problem ?? 'no problems');
  if (problem !== undefined) expect(told).toContain('1 problem in');
});

test.each([
  [
    '5s',
    'https://partner.example/api',
    'POLL_SCHEDULE: "5s" polls every 5s; at least 10s must lie',
  ],
  ['10s', 'https://partner.example/api', 'no problems'],
  ['1s', 'http://127.0.0.1:8080/api', 'no problems'],
  ['1s', undefined, 'POLL_SCHEDULE: "1s" polls every 1s; at least 10s must lie between two polls'],
])('a schedule of %s with the API %s: %s', (schedule, apiUrl, expected) => {
  const env = { ...TOKEN, POLL_SCHEDULE: schedule, WHATSAPP_API_URL: apiUrl };
  expect(problemsOf(load({ env }))).toContain(expected);
});

test('the demo may poll as often as it likes', () => {
  expect(configOf(load({ env: { POLL_SCHEDULE: '1s' }, demo: true })).poll.schedule).toBe('1s');
});

test('a wrong time-out hides nothing of what is wrong with the rest', () => {
  const env = { ...TOKEN, POLL_TIMEOUT: 'soon', POLL_SCHEDULE: '10m', POLL_STALE_AFTER: '5m' };
  const told = problemsOf(load({ env }));
  expect(told).toContain('POLL_TIMEOUT: "soon" is not a duration');
  expect(told).toContain('POLL_STALE_AFTER: 5m is not longer than the 10m between two polls');
});

test('the configuration file may be named by the environment, and the flag wins', () => {
  const readFile = (path: string) => `web: { telemetry_path: /${path} }`;
  const env = { ...TOKEN, WHATSAPP_CONFIG_FILE: 'env' };
  expect(configOf(load({ env, readFile })).web.telemetryPath).toBe('/env');
  const flags = { 'config.file': 'flag' };
  expect(configOf(load({ env, flags, readFile })).web.telemetryPath).toBe('/flag');
});

const { name, apiUrl, clientId, clientSecretFile, accessToken } = ACCOUNT_SETTINGS;

test('the environment alone makes one account', () => {
  const [account] = configOf(load({ env: TOKEN })).accounts;
  expect(account).toMatchObject({
    name: 'default',
    apiUrl: 'https://partners.99digital.co.il/api',
    allowInsecureHttp: false,
    credentials: { kind: 'token', accessToken: { kind: 'value' } },
  });
});

test('the environment overrides the values of an only account of the file, one by one', () => {
  const yaml = stringify({
    accounts: [{ name: 'acme', client_id: 'file-id', client_secret_file: 'good.secret' }],
  });
  const readFile = (path: string) => (path === 'test.yml' ? yaml : 'canary-secret\n');
  const flags = { 'config.file': 'test.yml' };
  const env = { [name.env]: 'env', [apiUrl.env]: 'http://localhost:1/', [clientId.env]: 'env-id' };
  expect(configOf(load({ flags, readFile, env })).accounts).toMatchObject([
    {
      name: 'env',
      apiUrl: 'http://localhost:1',
      credentials: { clientId: 'env-id', clientSecret: { kind: 'file', path: 'good.secret' } },
    },
  ]);
  const clash = load({ flags, readFile, env: { WHATSAPP_CLIENT_SECRET: 'canary-secret' } });
  expect(problemsOf(clash)).toContain('set together with WHATSAPP_CLIENT_SECRET');
});

test('account variables beside several accounts are refused, not guessed', () => {
  const accounts = ['one', 'two'].map((text) => ({ name: text, access_token: 'canary-token' }));
  const env = { ...TOKEN, WHATSAPP_API_URL: 'https://example.com' };
  expect(problemsOf(loadYaml(stringify({ accounts }), { env }))).toMatch(
    /^1 problem [^]*WHATSAPP_API_URL, WHATSAPP_ACCESS_TOKEN: set while [^]* has 2 accounts/,
  );
});

test('without any credentials both ways to give them are told', () => {
  const message = problemsOf(load({}));
  for (const { env } of [clientId, clientSecretFile, accessToken]) expect(message).toContain(env);
  expect(message).toContain('1 problem ');
});

test.each([
  ['http://localhost:8080', '', true],
  ['http://127.8.9.1/api', '', true],
  ['http://[::1]', '', true],
  ['http://example.com', 'true', true],
  ['http://example.com', '', false],
  ['http://localhost.example.com', 'false', false],
  ['http://127.0.0.1.example.com', '', false],
  ['http://[::2]', '', false],
  ['http://0.0.0.0', '', false],
])('%s with WHATSAPP_ALLOW_INSECURE_HTTP=%j is accepted: %s', (url, allow, isAccepted) => {
  const env = { ...TOKEN, [apiUrl.env]: url, WHATSAPP_ALLOW_INSECURE_HTTP: allow };
  expect('config' in load({ env })).toBe(isAccepted);
});

test.each(['SHARED', 'SHARE', 'HARD', 'LOGLEVEL', 'BLOG_LEVEL'])(
  '%s, though near to a setting, is the variable of another program',
  (variable) => {
    expect(configOf(load({ env: { ...TOKEN, [variable]: '1' } })).log.level).toBe('info');
  },
);

test.each(['PRIVACY_NO_NAME', 'WHATSAP_ACOUNT', 'POLL_TIME_OUT', 'LOG_LEVL', 'TOTAL_SHARD'])(
  '%s is near to a setting, and is refused',
  (variable) => {
    const message = problemsOf(load({ env: { ...TOKEN, [variable]: '1' } }));
    expect(message).toContain(`${variable}: unknown variable; did you mean `);
  },
);

test('a misspelt SHARD is found by TOTAL_SHARDS, which stands alone then', () => {
  const message = problemsOf(load({ env: { ...TOKEN, SHRAD: '1', TOTAL_SHARDS: '3' } }));
  expect(message).toContain('TOTAL_SHARDS: set without --shard (SHARD)');
});

test('a misspelt variable is refused, a foreign one is left alone', () => {
  const env = { ...TOKEN, WHATSAPP_CLIENT_SECERT: 'canary-secret', WHATSAPP_NUMBER: '972' };
  const message = problemsOf(load({ env }));
  expect(message).toContain(
    'WHATSAPP_CLIENT_SECERT: unknown variable; did you mean WHATSAPP_CLIENT_SECRET?',
  );
  expect(message).toContain('1 problem ');
});

test('a demo needs no account and ignores what is said about accounts', () => {
  const env = { WHATSAPP_API_URL: 'nonsense', WHATSAPP_CLIENT_ID: 'alone' };
  expect(configOf(load({ env, demo: true })).accounts).toStrictEqual([]);
});

test('of the proxy variables lower case wins, and an empty one is none', () => {
  const env = {
    ...TOKEN,
    http_proxy: '',
    HTTP_PROXY: 'http://upper:1',
    https_proxy: 'http://lower:2',
    HTTPS_PROXY: 'http://upper:2',
    NO_PROXY: 'localhost,.example.com',
  };
  expect(configOf(load({ env })).proxy).toStrictEqual({
    http: 'http://upper:1',
    https: 'http://lower:2',
    no: 'localhost,.example.com',
  });
  expect(configOf(load({ env: TOKEN })).proxy).toStrictEqual({ http: '', https: '', no: '' });
});

test.each(['proxy:3128', 'http://', 'socks5://me:canary@proxy', 'http://me:canary@proxy:port'])(
  'the proxy %j is refused without being shown',
  (text) => {
    const message = problemsOf(load({ env: { ...TOKEN, HTTPS_PROXY: text } }));
    expect(message).toContain('HTTPS_PROXY: must be an http:// or https:// URL');
    expect(message).not.toContain('canary');
  },
);

test('the configuration is frozen all the way down', () => {
  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  expect(isFrozen(configOf(load({ env: TOKEN })))).toBe(true);
});

test('what --check-config prints loads to the same configuration', () => {
  const flags = { 'config.file': 'everything.yml' };
  const env = {};
  const config = configOf(load({ flags, env }));
  const text = describeConfig(config);
  const readFile = (path: string) => (path === 'test.yml' ? text : readFrom('valid')(path));
  const again = configOf(load({ flags: { 'config.file': 'test.yml' }, readFile }));
  expect(JSON.stringify(again)).toBe(JSON.stringify(config));
});

test('no secret shows in the configuration, however it is printed, nor in its description', () => {
  const env = { WHATSAPP_CLIENT_ID: 'my-id', WHATSAPP_CLIENT_SECRET: 'canary-secret' };
  for (const config of [configOf(load({ env })), configOf(load({ env: TOKEN }))]) {
    const printed = [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })];
    for (const text of [...printed, describeConfig(config)]) {
      expect(text).not.toContain('canary');
      expect(text).toContain('[redacted]');
    }
  }
  const proxied = { ...TOKEN, HTTPS_PROXY: 'http://me:canary-p@ss@proxy.example:3128' };
  const text = describeConfig(configOf(load({ env: proxied })));
  expect(text).toContain('# HTTPS_PROXY=http://[redacted]@proxy.example:3128\n');
});

test.each([
  [{ PRIVACY_NUMBER_LABEL: 'hashed' }, 'PRIVACY_HASH_KEY: not set, nor PRIVACY_HASH_KEY_FILE'],
  [{ PRIVACY_HASH_KEY: 'canary-key-of-hash' }, 'set while privacy.number_label is full'],
  [{ PRIVACY_HASH_KEY_FILE: 'good.secret' }, 'set while privacy.number_label is full'],
  [{ PRIVACY_NUMBER_LABEL: 'hashed', PRIVACY_HASH_KEY: 'canary' }, 'must have 16 characters'],
  [{ PRIVACY_NUMBER_LABEL: 'hashed', PRIVACY_HASH_KEY_FILE: 'none' }, 'does not exist'],
  [
    {
      PRIVACY_NUMBER_LABEL: 'hashed',
      PRIVACY_HASH_KEY: 'canary-key-of-hash',
      PRIVACY_HASH_KEY_FILE: 'windows.secret',
    },
    'PRIVACY_HASH_KEY_FILE: set together with PRIVACY_HASH_KEY',
  ],
])('half a wish for privacy is refused: %j', (env, problem) => {
  const message = problemsOf(load({ env: { ...TOKEN, ...env } }));
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test('a hash key is read from its file, without the line break at the end', () => {
  const env = { ...TOKEN, PRIVACY_NUMBER_LABEL: 'hashed', PRIVACY_HASH_KEY_FILE: 'key' };
  const { privacy } = configOf(load({ env, readFile: () => 'canary-key-of-hash\n' }));
  expect(privacy.hashKey?.reveal()).toBe('canary-key-of-hash');
  expect(privacy.hashKeyFile).toBe('key');
});

test('what is wrong in the web configuration file is a problem like any other', () => {
  const readFile = () => 'basic_auth_user: { me: canary }';
  const env = { ...TOKEN, WEB_CONFIG_FILE: 'web.yml' };
  const message = problemsOf(load({ env, readFile }));
  expect(message).toContain('web.yml, line 1, column 1: unknown key "basic_auth_user"; did you');
  expect(message).not.toContain('canary');
  expect(problemsOf(load({ env: { ...env, WEB_CONFIG_FILE: 'none.yml' } }))).toContain(
    'WEB_CONFIG_FILE: "none.yml" names a file that does not exist',
  );
  expect(problemsOf(load({ env: TOKEN, flags: { 'web.config_file': '' } }))).toContain('1 problem');
});

test('no secret shows in a problem, whatever is wrong with it or beside it', () => {
  const secrets = ['canary secret', 'canary\n', 'canary-é', 'canary'];
  for (const secret of secrets) {
    for (const { env } of Object.values(ACCOUNT_SETTINGS)) {
      if (env === name.env || env === 'WHATSAPP_ALLOW_INSECURE_HTTP') continue;
      const message = problemsOf(load({ env: { [env]: secret, WHATSAPP_CLIENT_IDS: secret } }));
      expect(message).toMatch(/^\d+ problem/);
      expect(message).not.toContain('canary');
    }
  }
});

test('a path in the file is relative to the folder of the file, one elsewhere to the working directory', () => {
  const yaml = stringify({
    web: { config_file: 'web.yml' },
    privacy: { number_label: 'hashed', hash_key_file: '../hash.key' },
    accounts: [
      { name: 'acme', client_id: 'fake-id', client_secret_file: 'secrets/acme' },
      { name: 'beta', access_token_file: '/run/secrets/beta' },
    ],
  });
  const files: Record<string, string> = {
    '/etc/whatsapp/test.yml': yaml,
    '/etc/whatsapp/web.yml': `basic_auth_users: { me: '$2y$04$${'x'.repeat(53)}' }`,
    '/etc/hash.key': 'fake-key-of-the-hash',
    '/etc/whatsapp/secrets/acme': 'fake-secret',
    '/run/secrets/beta': 'fake-token',
    'web.yml': `basic_auth_users: { you: '$2y$04$${'x'.repeat(53)}' }`,
  };
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return text;
  };
  const flags = { 'config.file': '/etc/whatsapp/test.yml' };
  expect(configOf(load({ flags, readFile }))).toMatchObject({
    web: { configFile: '/etc/whatsapp/web.yml' },
    privacy: { hashKeyFile: '/etc/hash.key' },
    accounts: [
      { credentials: { clientSecret: { path: '/etc/whatsapp/secrets/acme' } } },
      { credentials: { accessToken: { path: '/run/secrets/beta' } } },
    ],
  });
  const { web } = configOf(load({ flags: { ...flags, 'web.config_file': 'web.yml' }, readFile }));
  expect(web.configFile).toBe('web.yml');
});

test('of the files that were read it names those that only a reload reads again', () => {
  const yaml = 'accounts: [{ access_token_file: windows.secret }]';
  const files: Record<string, string> = { 'test.yml': yaml, 'windows.secret': 'canary-token' };
  const given = {
    flags: { 'config.file': 'test.yml' },
    env: { PRIVACY_NUMBER_LABEL: 'hashed', PRIVACY_HASH_KEY_FILE: 'hash.key' },
    readFile: (path: string) => files[path] ?? 'canary-key-of-hash',
  };
  expect(load(given).files).toEqual(['test.yml', 'hash.key']);
  files['windows.secret'] = '';
  expect(load(given), 'or whatever may have to be mended').toMatchObject({
    problems: [{}],
    files: ['test.yml', 'windows.secret', 'hash.key'],
  });
});
