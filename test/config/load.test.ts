import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { ACCOUNT_SETTINGS } from '../../src/config/schema.ts';
import { formatDuration } from '../../src/core/duration.ts';
import { configOf, describe, load, loadYaml, problemsOf, readFrom } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'canary-token' };

test.each([
  ['90s', '5m'],
  ['100s', '5m20s'],
  ['10m', '30m20s'],
])('polled every %s, data is stale after %s by default', (schedule, expected) => {
  const { poll } = configOf(load({ env: { ...TOKEN, WHATSAPP_POLL_SCHEDULE: schedule } }));
  expect(formatDuration(poll.staleAfterMs)).toBe(expected);
});

test.each([
  ['10m', '10m1s', undefined],
  ['10m', '10m', 'WHATSAPP_POLL_STALE_AFTER: 10m is not longer than the 10m between two polls'],
  ['10m', '5m', 'write 30m20s, or omit it for the default'],
  ['never', '30s', 'WHATSAPP_POLL_SCHEDULE: "never" is not a schedule'],
  ['10m', 'soon', 'WHATSAPP_POLL_STALE_AFTER: "soon" is not a duration'],
])('a schedule of %s with stale_after %s', (...row) => {
  const [schedule, staleAfter, problem] = row;
  const env = { ...TOKEN, WHATSAPP_POLL_SCHEDULE: schedule, WHATSAPP_POLL_STALE_AFTER: staleAfter };
  const told = problemsOf(load({ env }));
  expect(told).toContain(problem ?? 'no problems');
  if (problem !== undefined) expect(told).toContain('1 problem in');
});

test.each([
  ['5s', 'https://partner.example/api', '"5s" polls every 5s; at least 10s must lie between two'],
  ['10s', 'https://partner.example/api', 'no problems'],
  ['1s', 'http://127.0.0.1:8080/api', 'no problems'],
  ['1s', undefined, 'WHATSAPP_POLL_SCHEDULE: "1s" polls every 1s; at least 10s must lie between'],
])('a schedule of %s with the API %s: %s', (schedule, apiUrl, expected) => {
  const env = { ...TOKEN, WHATSAPP_POLL_SCHEDULE: schedule, WHATSAPP_API_URL: apiUrl };
  expect(problemsOf(load({ env }))).toContain(expected);
});

test('an invalid timeout does not hide other problems', () => {
  const env = {
    ...TOKEN,
    WHATSAPP_POLL_TIMEOUT: 'soon',
    WHATSAPP_POLL_SCHEDULE: '10m',
    WHATSAPP_POLL_STALE_AFTER: '5m',
  };
  const told = problemsOf(load({ env }));
  expect(told).toContain('WHATSAPP_POLL_TIMEOUT: "soon" is not a duration');
  expect(told).toContain(
    'WHATSAPP_POLL_STALE_AFTER: 5m is not longer than the 10m between two polls',
  );
});

test('the configuration file may be named by the environment, and the flag wins', () => {
  const readFile = (path: string) => `web: { telemetry_path: /${path} }`;
  const env = { ...TOKEN, WHATSAPP_CONFIG_FILE: 'env' };
  expect(configOf(load({ env, readFile })).web.telemetryPath).toBe('/env');
  const flags = { 'config.file': 'flag' };
  expect(configOf(load({ env, flags, readFile })).web.telemetryPath).toBe('/flag');
});

test('the environment alone makes one account', () => {
  const [account] = configOf(load({ env: TOKEN })).accounts;
  expect(account).toMatchObject({
    name: 'default',
    apiUrl: 'https://partners.99digital.co.il/api',
    allowInsecureHttp: false,
    credentials: { kind: 'token', accessToken: { kind: 'value' } },
  });
});

test('two invalid names are not called duplicates', () => {
  const accounts = ['a b', 'c d'].map((name) => ({ name, access_token: 'canary-token' }));
  expect(problemsOf(loadYaml(stringify({ accounts })))).not.toContain('another account');
});

test('variables override single values of the only account in the file', () => {
  const yaml = stringify({
    accounts: [{ name: 'acme', client_id: 'file-id', client_secret_file: 'good.secret' }],
  });
  const readFile = (path: string) => (path === 'test.yml' ? yaml : 'canary-secret\n');
  const flags = { 'config.file': 'test.yml' };
  const env = {
    WHATSAPP_ACCOUNT: 'env',
    WHATSAPP_API_URL: 'http://localhost:1/',
    WHATSAPP_CLIENT_ID: 'env-id',
  };
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

test('account variables are refused if the file has several accounts', () => {
  const accounts = ['one', 'two'].map((text) => ({ name: text, access_token: 'canary-token' }));
  const env = { ...TOKEN, WHATSAPP_API_URL: 'https://example.com' };
  expect(problemsOf(loadYaml(stringify({ accounts }), { env }))).toMatch(
    /^1 problem [^]*WHATSAPP_API_URL, WHATSAPP_ACCESS_TOKEN: set while [^]* has 2 accounts/,
  );
});

test('without credentials the message names both kinds', () => {
  const message = problemsOf(load({}));
  for (const name of ['CLIENT_ID', 'CLIENT_SECRET_FILE', 'ACCESS_TOKEN']) {
    expect(message).toContain(`WHATSAPP_${name}`);
  }
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
  const env = { ...TOKEN, WHATSAPP_API_URL: url, WHATSAPP_ALLOW_INSECURE_HTTP: allow };
  expect('config' in load({ env })).toBe(isAccepted);
});

test.each([
  'WHATSAPP_PRIVACY_NO_NAME',
  'WHATSAPP_POLL_INTERVAL',
  'WHATSAPP_LOG_LEVL',
  'WHATSAPP_WEB_PORT',
  'WHATSAPP_LIMITS_NUMBER',
  'WHATSAPP_MONTH_TIMEZON',
])('%s, an unknown variable of a section, is refused', (variable) => {
  const message = problemsOf(load({ env: { ...TOKEN, [variable]: 'canary' } }));
  expect(message).toContain(`${variable}: unknown variable`);
  expect(message).toMatch(/Meaning: The variables of this section are WHATSAPP_/);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test.each(['SHARD', 'LOG_LEVEL', 'LOG_FORMAT', 'POLL_TIMEOUT', 'WHATSAPP_NUMBER', 'WHATSAPP_LOGS'])(
  '%s belongs to another program, and is ignored',
  (variable) => {
    expect(problemsOf(load({ env: { ...TOKEN, [variable]: 'x' } }))).toBe('no problems');
  },
);

test.each([
  ['account: [{ access_token: canary-token }]', 'unknown key "account"; did you mean accounts?'],
  ['accounts: [{ client_id: a, secret_file: b }]', 'did you mean client_secret_file?'],
  ['accounts: [{ token: canary }]', 'unknown key "token"; did you mean access_token?'],
  ['timeout: 5s', 'unknown key "timeout"; it belongs under poll'],
  ['client_id: canary', 'unknown key "client_id"; it belongs under accounts'],
  ['privacy: { number_label: hashed, hash_key_fil: canary }', 'did you mean hash_key_file?'],
  ['sharding: { shard: 0, total: 3 }', 'unknown key "total"; did you mean total_shards?'],
])('a misspelt key is one problem with a hint: %s', (yaml, problem) => {
  const env = yaml.startsWith('account') || yaml.startsWith('client') ? {} : TOKEN;
  const message = problemsOf(loadYaml(yaml, { env }));
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test('a demo needs no account and ignores account variables', () => {
  const env = { WHATSAPP_API_URL: 'nonsense', WHATSAPP_CLIENT_ID: 'alone' };
  const demoAccount = { name: 'demo', access_token: 'fake-token' };
  expect(configOf(load({ env, demoAccount })).accounts).toMatchObject([{ name: 'demo' }]);
});

test('lower-case proxy variables win, and an empty one is ignored', () => {
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
  const text = describe(load({ flags, env }));
  const readFile = (path: string) =>
    path === 'test.yml' ? text.replaceAll('[redacted]', 'canary-again') : readFrom('valid')(path);
  const again = configOf(load({ flags: { 'config.file': 'test.yml' }, readFile }));
  expect(JSON.stringify(again)).toBe(JSON.stringify(config));
});

test('no secret shows in the configuration, however it is printed, nor in its description', () => {
  const env = { WHATSAPP_CLIENT_ID: 'my-id', WHATSAPP_CLIENT_SECRET: 'canary-secret' };
  for (const loaded of [load({ env }), load({ env: TOKEN })]) {
    const config = configOf(loaded);
    const printed = [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })];
    for (const text of [...printed, describe(loaded)]) {
      expect(text).not.toContain('canary');
      expect(text).toContain('[redacted]');
    }
  }
  const proxied = { ...TOKEN, HTTPS_PROXY: 'http://me:canary-p@ss@proxy.example:3128' };
  const text = describe(load({ env: proxied }));
  expect(text).toContain('# HTTPS_PROXY=http://[redacted]@proxy.example:3128\n');
});

test.each([
  [
    { WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed' },
    'WHATSAPP_PRIVACY_HASH_KEY_FILE: required, or WHATSAPP_PRIVACY_HASH_KEY, because WHATSAPP_PRIVACY_NUMBER_LABEL is hashed',
  ],
  [{ WHATSAPP_PRIVACY_HASH_KEY: 'canary-key-of-hash' }, 'is full, so numbers are not hashed'],
  [{ WHATSAPP_PRIVACY_HASH_KEY_FILE: 'hash.key' }, 'is full, so numbers are not hashed'],
  [
    { WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed', WHATSAPP_PRIVACY_HASH_KEY: 'canary' },
    'must have at least 16 characters',
  ],
  [
    { WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed', WHATSAPP_PRIVACY_HASH_KEY_FILE: 'none' },
    'does not exist',
  ],
  [
    {
      WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed',
      WHATSAPP_PRIVACY_HASH_KEY: 'canary-key-of-hash',
      WHATSAPP_PRIVACY_HASH_KEY_FILE: 'hash.key',
    },
    'WHATSAPP_PRIVACY_HASH_KEY_FILE: set together with WHATSAPP_PRIVACY_HASH_KEY',
  ],
])('incomplete privacy settings are refused: %j', (env, problem) => {
  const message = problemsOf(load({ env: { ...TOKEN, ...env } }));
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test('a hash key is read from its file, without the line break at the end', () => {
  const env = {
    ...TOKEN,
    WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed',
    WHATSAPP_PRIVACY_HASH_KEY_FILE: 'key',
  };
  const { privacy } = configOf(load({ env, readFile: () => 'canary-key-of-hash\n' }));
  expect(privacy.hashKey?.reveal()).toBe('canary-key-of-hash');
});

test('problems of the web configuration file are reported with the others', () => {
  const readFile = () => 'basic_auth_user: { me: canary }';
  const env = { ...TOKEN, WHATSAPP_WEB_CONFIG_FILE: 'web.yml' };
  const message = problemsOf(load({ env, readFile }));
  expect(message).toContain('web.yml, line 1: has an unknown key: basic_auth_user');
  expect(message).not.toContain('canary');
  expect(problemsOf(load({ env: { ...env, WHATSAPP_WEB_CONFIG_FILE: 'none.yml' } }))).toContain(
    'WHATSAPP_WEB_CONFIG_FILE: "none.yml" names a file that does not exist',
  );
  expect(problemsOf(load({ env: TOKEN, flags: { 'web.config_file': '' } }))).toContain('1 problem');
});

test('no secret shows in a problem, whatever is wrong with it or beside it', () => {
  const secrets = ['canary secret', 'canary\n', 'canary-é', 'canary'];
  for (const secret of secrets) {
    for (const { env } of ACCOUNT_SETTINGS) {
      if (env === 'WHATSAPP_ACCOUNT' || env === 'WHATSAPP_ALLOW_INSECURE_HTTP') continue;
      const message = problemsOf(load({ env: { [env]: secret, WHATSAPP_WEB_SECRET: secret } }));
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
    privacy: { numberLabel: 'hashed' },
    accounts: [
      { credentials: { clientSecret: { path: '/etc/whatsapp/secrets/acme' } } },
      { credentials: { accessToken: { path: '/run/secrets/beta' } } },
    ],
  });
  const { web } = configOf(load({ flags: { ...flags, 'web.config_file': 'web.yml' }, readFile }));
  expect(web.configFile).toBe('web.yml');
});

test('the result lists the files whose change needs a reload', () => {
  const yaml = 'accounts: [{ access_token_file: windows.secret }]';
  const files: Record<string, string> = { 'test.yml': yaml, 'windows.secret': 'canary-token' };
  const given = {
    flags: { 'config.file': 'test.yml' },
    env: { WHATSAPP_PRIVACY_NUMBER_LABEL: 'hashed', WHATSAPP_PRIVACY_HASH_KEY_FILE: 'hash.key' },
    readFile: (path: string) => files[path] ?? 'canary-key-of-hash',
  };
  expect(load(given).files).toEqual(['test.yml', 'hash.key']);
  files['windows.secret'] = '';
  expect(load(given), 'with problems, every file that was read').toMatchObject({
    problems: [{}],
    files: ['test.yml', 'hash.key', 'windows.secret'],
  });
});
