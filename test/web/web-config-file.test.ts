import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';

import { formatProblems } from '../../src/config/problems.ts';
import { readWebConfig } from '../../src/web/web-config-file.ts';
import { createCertificate } from '../support/certificates.ts';

const HASH = `$2y$10$${'canary'.padEnd(53, '.')}`;
const [server, other, authority] = await Promise.all(
  ['localhost', 'other', 'authority'].map((name) => createCertificate(name)),
);
const FILES: Readonly<Record<string, string>> = {
  'server.crt': server?.cert ?? '',
  'server.key': server?.key ?? '',
  'other.key': other?.key ?? '',
  'ca.crt': authority?.cert ?? '',
  'empty.pem': '',
};
const PAIR = { cert_file: 'server.crt', key_file: 'server.key' };

const folder = mkdtempSync(join(tmpdir(), 'web-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

/** Reads this as the file web.yml beside the certificates. */
function read(content: unknown) {
  const path = join(folder, 'web.yml');
  const text = typeof content === 'string' ? content : stringify(content);
  return readWebConfig(path, (file) => (file === path ? text : readFileSync(file, 'utf8')));
}
function webOf(content: unknown) {
  const result = read(content);
  if ('problems' in result) throw new Error(formatProblems(result.problems));
  return result.web;
}
const tlsOf = (tls: object) => webOf({ tls_server_config: { ...PAIR, ...tls } }).tls;

test('all supported keys are read', () => {
  const web = webOf({
    tls_server_config: {
      ...PAIR,
      client_auth_type: 'RequireAndVerifyClientCert',
      client_ca_file: 'ca.crt',
      client_allowed_sans: ['prometheus.example', '10.0.0.1'],
      min_version: 'TLS12',
      max_version: 'TLS13',
      cipher_suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
      prefer_server_cipher_suites: false,
      curve_preferences: ['X25519', 'CurveP256'],
    },
    http_server_config: {
      http2: false,
      headers: { 'X-Frame-Options': 'deny', 'Strict-Transport-Security': '' },
    },
    basic_auth_users: { prometheus: HASH, 'a b': HASH.replace('$2y', '$2b') },
    rate_limit: { interval: '500ms', burst: 20 },
  });
  expect(web.tls).toMatchObject({
    cert: server?.cert,
    clientCa: authority?.cert,
    clientAuthType: 'RequireAndVerifyClientCert',
    clientAllowedSans: ['prometheus.example', '10.0.0.1'],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    preferServerCiphers: false,
    curves: ['X25519', 'P-256'],
  });
  expect(web.tls?.key.reveal()).toBe(server?.key);
  expect(web.tls?.ciphers?.at(-1)).toBe('ECDHE-ECDSA-CHACHA20-POLY1305');
  expect(web.headers).toEqual({ 'X-Frame-Options': 'deny' });
  expect([...web.users.keys()]).toEqual(['prometheus', 'a b']);
  expect(web.users.get('prometheus')?.reveal()).toBe(HASH);
  expect(web.rateLimit).toEqual({ intervalMs: 500, burst: 20 });
});

test('missing keys have the defaults of the format', () => {
  expect(tlsOf({})).toMatchObject({
    clientAuthType: 'NoClientCert',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    preferServerCiphers: true,
    ciphers: undefined,
    curves: undefined,
  });
  const { tls, headers, users, rateLimit } = webOf({ rate_limit: { interval: '1s', burst: 2 } });
  expect([tls, headers, users.size, rateLimit]).toEqual([
    undefined,
    {},
    0,
    { intervalMs: 1_000, burst: 2 },
  ]);
});

test('a certificate may be in the file itself, and an old name of a type is still accepted', () => {
  const inline = { cert: server?.cert, key: server?.key, client_auth_type: 'RequireClientCert' };
  const { tls } = webOf({ tls_server_config: inline });
  expect(tls).toMatchObject({ cert: server?.cert, clientAuthType: 'RequireAnyClientCert' });
});

const tls = (changes: object) => ({ tls_server_config: { ...PAIR, ...changes } });
const USERS = { basic_auth_users: { me: HASH } };

test.each<[string, unknown]>([
  ['empty values', tls({ client_ca_file: '', client_auth_type: '', cert: '', key: '' })],
  ['null values', tls({ client_ca_file: null, client_auth_type: null, min_version: null })],
  ['empty lists', tls({ client_allowed_sans: [], cipher_suites: [], curve_preferences: [] })],
  [
    'null sections',
    { ...USERS, tls_server_config: null, http_server_config: null, rate_limit: null },
  ],
  ['empty sections', { ...tls({}), basic_auth_users: {}, http_server_config: {}, rate_limit: {} }],
  ['no users', { ...tls({}), basic_auth_users: null }],
  ['a file beside an inline value', tls({ cert: 'none', key: 'none' })],
  [
    'a header without a value',
    { ...USERS, http_server_config: { headers: { 'X-Frame-Options': '' } } },
  ],
  ['only headers', { http_server_config: { headers: { 'X-Frame-Options': 'deny' } } }],
  ['no limit', { ...USERS, rate_limit: { interval: 0 } }],
])('as in the toolkit, %s are accepted', (_what, content) => {
  expect(webOf(content).warnings.length).toBeLessThan(3);
});

test.each([
  ...['yes', 'on', 'True', 'y'].map((text) => [text, true] as const),
  ...['no', 'off', 'FALSE', 'n'].map((text) => [text, false] as const),
])('%s is the boolean %s', (text, expected) => {
  const yaml = `tls_server_config: { cert_file: server.crt, key_file: server.key, prefer_server_cipher_suites: ${text} }`;
  expect(webOf(yaml).tls?.preferServerCiphers).toBe(expected);
});

test.each([
  ['1s', 1_000],
  ['1.5s', 1_500],
  ['500us', 0.5],
  ['500µs', 0.5],
  ['1m30s', 90_000],
  ['.5h', 1_800_000],
  ['100000000', 100],
])('an interval of %s is %d ms', (interval, intervalMs) => {
  expect(webOf({ rate_limit: { interval, burst: 1 } }).rateLimit?.intervalMs).toBe(intervalMs);
});

test.each<[string, unknown]>([
  ['exporter serves plain HTTP', { ...USERS, tls_server_config: { min_version: 'TLS13' } }],
  ['exporter serves plain HTTP', { ...USERS, tls_server_config: {} }],
  ['speaks HTTP/1.1 only', { ...USERS, http_server_config: { http2: true } }],
  ['restricts nobody', tls({})],
  ['restricts nobody', { http_server_config: { headers: { 'X-Frame-Options': 'deny' } } }],
  ['restricts nobody', { rate_limit: { interval: '1s', burst: 1 } }],
  ['reveal user names', { basic_auth_users: { a: HASH, b: HASH.replace('$10$', '$11$') } }],
])('a valid file gets the warning: %s', (warning, content) => {
  expect(webOf(content).warnings).toEqual([expect.stringContaining(warning)]);
});

test('a file that restricts access has no warnings', () => {
  expect(webOf({ ...tls({}), ...USERS }).warnings).toEqual([]);
});

test('every user name is accepted', () => {
  const yaml = `basic_auth_users: { no: '${HASH}', 012: '${HASH}', __proto__: '${HASH}' }`;
  expect([...webOf(yaml).users.keys()]).toEqual(['no', '012', '__proto__']);
});

test.each<[string, unknown]>([
  ['protects nothing', ''],
  ['protects nothing', '# nothing but a comment'],
  ['protects nothing', '{}'],
  ['protects nothing', 'http_server_config: {}'],
  ['protects nothing', 'http_server_config:'],
  ['protects nothing', 'rate_limit: { interval: 0 }'],
  ['protects nothing', 'rate_limit: {}'],
  ['protects nothing', { tls_server_config: {} }],
  ['protects nothing', { tls_server_config: null }],
  ['protects nothing', { tls_server_config: { min_version: 'TLS13' } }],
  ['protects nothing', { basic_auth_users: {} }],
  ['protects nothing', { http_server_config: { headers: { 'X-Frame-Options': '' } } }],
  ['must be a mapping', '[]'],
  ['not valid YAML', 'basic_auth_users: {'],
  ['not valid YAML (duplicate key in line 2)', 'rate_limit: {}\nrate_limit: {}'],
  ['too many aliases', `rate_limit: &x {}\nbasic_auth_users: [${'*x,'.repeat(20_000)}]`],
  ['too many aliases', `rate_limit: &x 1\nheaders: [${'*x,'.repeat(2_000)}]`],
  ['unknown key: tls_config', { tls_config: PAIR }],
  ['tls_server_config in', tls({ cert_fil: 'x' })],
  ['unknown key: basic_auth_user; did you mean basic_auth_users?', { basic_auth_user: {} }],
  [
    'unknown key: Content-Security; did you mean Content-Security-Policy?',
    { http_server_config: { headers: { 'Content-Security': 'x' } } },
  ],
  [
    'unknown key: x-frame-options; did you mean X-Frame-Options?',
    { http_server_config: { headers: { 'x-frame-options': 'deny' } } },
  ],
  ['unknown key: cert_fil; did you mean cert_file?', tls({ cert_fil: 'x' })],
  ['has neither cert_file nor cert', { tls_server_config: { key_file: 'server.key' } }],
  ['has neither key_file nor key', { tls_server_config: { cert_file: 'server.crt' } }],
  [
    'has neither cert_file nor cert',
    { tls_server_config: { client_auth_type: 'RequireAndVerifyClientCert' } },
  ],
  ['has neither cert_file nor cert', { tls_server_config: { client_allowed_sans: ['a'] } }],
  ['private key that does not match', tls({ key_file: 'other.key' })],
  ['names a cert_file that cannot be read (ENOENT)', tls({ cert_file: 'nowhere.crt' })],
  ['names a cert_file that cannot be read (EISDIR)', tls({ cert_file: '.' })],
  ['certificate that is not valid PEM', tls({ cert_file: 'server.key' })],
  ['private key that is not valid PEM', tls({ key_file: 'server.crt' })],
  ['certificate that is not valid PEM', tls({ cert_file: 'empty.pem' })],
  [
    'private key that is not valid',
    { tls_server_config: { cert_file: 'server.crt', key: 'canary' } },
  ],
  ['must be one of NoClientCert', tls({ client_auth_type: 'require' })],
  ...['NoClientCert', 'RequestClientCert', 'RequireAnyClientCert'].map(
    (type): [string, unknown] => [
      `has a client CA, but ${type} verifies no certificate`,
      tls({ client_ca_file: 'ca.crt', client_auth_type: type }),
    ],
  ),
  ['has a client CA, but NoClientCert', tls({ client_ca_file: 'ca.crt' })],
  ...['VerifyClientCertIfGiven', 'RequireAndVerifyClientCert'].map((type): [string, unknown] => [
    `has ${type} without a client_ca_file`,
    tls({ client_auth_type: type }),
  ]),
  [
    'certificate that is not valid PEM',
    tls({ client_auth_type: 'VerifyClientCertIfGiven', client_ca_file: 'empty.pem' }),
  ],
  [
    'has client_allowed_sans, which needs RequireAndVerifyClientCert, not RequireAnyClientCert',
    tls({ client_auth_type: 'RequireAnyClientCert', client_allowed_sans: ['a'] }),
  ],
  [
    'needs RequireAndVerifyClientCert, not VerifyClientCertIfGiven',
    tls({
      client_auth_type: 'VerifyClientCertIfGiven',
      client_ca_file: 'ca.crt',
      client_allowed_sans: ['a'],
    }),
  ],
  ['must be a list', tls({ client_allowed_sans: 'a' })],
  ['must be one of TLS12, TLS13; older', tls({ min_version: 'TLS10' })],
  ['must be one of TLS12, TLS13', tls({ max_version: '1.3' })],
  ['has a min_version above its max_version', tls({ min_version: 'TLS13', max_version: 'TLS12' })],
  ['must be one of TLS_AES_128', tls({ cipher_suites: ['TLS_RSA_WITH_RC4_128_SHA'] })],
  ['must be one of CurveP256', tls({ curve_preferences: ['P-256'] })],
  ['must be true or false', tls({ prefer_server_cipher_suites: 'maybe' })],
  ['must be true or false', { http_server_config: { http2: 'maybe' } }],
  ['unknown key', { http_server_config: { headers: { 'X-Powered-By': 'x' } } }],
  [
    'must be one of deny, sameorigin',
    { http_server_config: { headers: { 'X-Frame-Options': 'x' } } },
  ],
  [
    'has a character that headers must not have',
    { http_server_config: { headers: { 'Content-Security-Policy': 'a\nb' } } },
  ],
  ['needs a bcrypt hash', { basic_auth_users: { me: null } }],
  ['needs a bcrypt hash', { basic_auth_users: { me: 'canary' } }],
  ['needs a bcrypt hash', { basic_auth_users: { me: `${HASH}.` } }],
  ['needs a bcrypt hash', { basic_auth_users: { me: HASH.replace('$2y', '$2x') } }],
  ['needs a bcrypt hash', { basic_auth_users: { [HASH]: 'canary' } }],
  ['a cost from 4 to 14', { basic_auth_users: { me: HASH.replace('$10$', '$15$') } }],
  ['a cost from 4 to 14', { basic_auth_users: { me: HASH.replace('$10$', '$03$') } }],
  ['empty or has a colon', { basic_auth_users: { 'a:b': HASH } }],
  ['empty or has a colon', { basic_auth_users: { '': HASH } }],
  ['must be a mapping', { basic_auth_users: [HASH] }],
  ['has no interval', { rate_limit: { burst: 5 } }],
  ['has no burst', { rate_limit: { interval: '1s' } }],
  ['has a burst of 0', { rate_limit: { interval: '1s', burst: 0 } }],
  ['must be a whole number', { rate_limit: { interval: '1s', burst: -1 } }],
  ['must be a duration', { rate_limit: { interval: '-1s', burst: 1 } }],
  ['must be a duration', { rate_limit: { interval: '1d', burst: 1 } }],
])('rejected because it %s', (problem, content) => {
  const result = read(content);
  const message = 'problems' in result ? formatProblems(result.problems) : 'no problems';
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test('any text yields a configuration or problems, and nothing throws', () => {
  const value = fc.oneof(fc.string(), fc.constant(HASH), fc.object(), fc.array(fc.string()));
  const sections = ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'];
  const keys = ['cert', 'key_file', 'client_ca', 'cipher_suites', 'headers', 'interval', 'burst'];
  const section = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.constantFrom(...sections), fc.oneof(section, value)).map((o) => stringify(o)),
  );
  fc.assert(
    fc.property(text, (content) => {
      const result = read(content);
      if ('problems' in result) expect(result.problems).not.toHaveLength(0);
    }),
    { numRuns: 200 },
  );
});
