import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';

import { formatProblems } from '../../src/config/problems.ts';
import { readWebFile } from '../../src/config/web-file.ts';
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
  return readWebFile(path, (file) => (file === path ? text : readFileSync(file, 'utf8')));
}
function webOf(content: unknown) {
  const result = read(content);
  if ('problems' in result) throw new Error(formatProblems(result.problems));
  return result.web;
}
const tlsOf = (tls: object) => webOf({ tls_server_config: { ...PAIR, ...tls } }).tls;

test('everything that the format knows and this program can do is read', () => {
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

test('what is not said has the defaults of the format', () => {
  expect(tlsOf({})).toMatchObject({
    clientAuthType: 'NoClientCert',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    preferServerCiphers: true,
    ciphers: undefined,
    curves: undefined,
  });
  const { tls, headers, users, rateLimit } = webOf({ rate_limit: { interval: 0 } });
  expect([tls, headers, users.size, rateLimit]).toEqual([undefined, {}, 0, undefined]);
});

test('a certificate may stand in the file itself, and an old name of a type still counts', () => {
  const inline = { cert: server?.cert, key: server?.key, client_auth_type: 'RequireClientCert' };
  const { tls } = webOf({ tls_server_config: inline });
  expect(tls).toMatchObject({ cert: server?.cert, clientAuthType: 'RequireAnyClientCert' });
});

const tls = (changes: object) => ({ tls_server_config: { ...PAIR, ...changes } });

test.each<[string, unknown]>([
  ['is empty and protects nothing', ''],
  ['is empty and protects nothing', '# nothing but a comment'],
  ['must be a mapping', '[]'],
  ['not valid YAML', 'basic_auth_users: {'],
  ['not valid YAML (duplicate key)', 'rate_limit: {}\nrate_limit: {}'],
  ['unknown key "tls_config"', { tls_config: PAIR }],
  ['did you mean tls_server_config?', { tls_server_confg: PAIR }],
  ['unknown key "cert_fil"; did you mean cert_file?', tls({ cert_fil: 'x' })],
  ['tls_server_config in', { tls_server_config: null }],
  ['has neither cert_file nor cert', { tls_server_config: {} }],
  ['has neither cert_file nor cert', { tls_server_config: { key_file: 'server.key' } }],
  ['has neither key_file nor key', { tls_server_config: { cert_file: 'server.crt' } }],
  ['has neither cert_file nor cert', { tls_server_config: { min_version: 'TLS13' } }],
  ['set together with cert; keep one', tls({ cert: server?.cert })],
  ['has a key that is not of its certificate', tls({ key_file: 'other.key' })],
  ['names a file that does not exist', tls({ cert_file: 'nowhere.crt' })],
  ['names a directory', tls({ cert_file: '.' })],
  ['holds no PEM certificate', tls({ cert_file: 'server.key' })],
  ['holds no PEM private key', tls({ key_file: 'server.crt' })],
  ['holds no PEM certificate', tls({ cert_file: 'empty.pem' })],
  ['holds no PEM private key', { tls_server_config: { cert_file: 'server.crt', key: 'canary' } }],
  ['must be one of NoClientCert', tls({ client_auth_type: 'require' })],
  ['has a client CA without a client_auth_type', tls({ client_ca_file: 'ca.crt' })],
  [
    'has a client CA without a client_auth_type',
    tls({ client_ca_file: 'ca.crt', client_auth_type: 'NoClientCert' }),
  ],
  [
    'has RequireAndVerifyClientCert without a client_ca_file',
    tls({ client_auth_type: 'RequireAndVerifyClientCert' }),
  ],
  [
    'has VerifyClientCertIfGiven without a client_ca_file',
    tls({ client_auth_type: 'VerifyClientCertIfGiven' }),
  ],
  [
    'holds no PEM certificate',
    tls({ client_auth_type: 'VerifyClientCertIfGiven', client_ca_file: 'empty.pem' }),
  ],
  [
    'has client_allowed_sans, but with VerifyClientCertIfGiven no certificate is required',
    tls({
      client_auth_type: 'VerifyClientCertIfGiven',
      client_ca_file: 'ca.crt',
      client_allowed_sans: ['a'],
    }),
  ],
  ['must be a list', tls({ client_allowed_sans: [] })],
  ['must be a list', tls({ client_allowed_sans: 'a' })],
  ['must be TLS12 or TLS13: older ones', tls({ min_version: 'TLS10' })],
  ['must be TLS12 or TLS13', tls({ max_version: '1.3' })],
  ['has a min_version above its max_version', tls({ min_version: 'TLS13', max_version: 'TLS12' })],
  ['holds a name other than', tls({ cipher_suites: ['TLS_RSA_WITH_RC4_128_SHA'] })],
  ['holds a name other than', tls({ curve_preferences: ['P-256'] })],
  ['must be true, false', tls({ prefer_server_cipher_suites: 'yes' })],
  ['only HTTP/1.1 is spoken', { http_server_config: { http2: true } }],
  ['unknown key', { http_server_config: { headers: { 'X-Powered-By': 'x' } } }],
  ['must be deny or sameorigin', { http_server_config: { headers: { 'X-Frame-Options': 'x' } } }],
  [
    'holds a character that a header cannot',
    { http_server_config: { headers: { 'Content-Security-Policy': 'a\nb' } } },
  ],
  ['holds no user', { basic_auth_users: {} }],
  ['has no value', { basic_auth_users: null }],
  ['has no value', { basic_auth_users: { me: null } }],
  ['is no bcrypt hash', { basic_auth_users: { me: 'canary' } }],
  ['is no bcrypt hash', { basic_auth_users: { me: `${HASH}.` } }],
  ['is no bcrypt hash', { basic_auth_users: { me: HASH.replace('$2y', '$2x') } }],
  ['is no bcrypt hash', { basic_auth_users: { [HASH]: 'canary' } }],
  ['a cost above 14', { basic_auth_users: { me: HASH.replace('$10$', '$15$') } }],
  ['a cost below 4', { basic_auth_users: { me: HASH.replace('$10$', '$03$') } }],
  ['without a usable name', { basic_auth_users: { 'a:b': HASH } }],
  ['without a usable name', { basic_auth_users: { '': HASH } }],
  ['must be a mapping', { basic_auth_users: [HASH] }],
  ['has no interval', { rate_limit: { burst: 5 } }],
  ['has no burst', { rate_limit: { interval: '1s' } }],
  ['has a burst of 0', { rate_limit: { interval: '1s', burst: 0 } }],
  ['must be a whole number', { rate_limit: { interval: '1s', burst: -1 } }],
  ['is not a duration', { rate_limit: { interval: '1', burst: 1 } }],
])('refused because it %s', (problem, content) => {
  const result = read(content);
  const message = 'problems' in result ? formatProblems(result.problems) : 'no problems';
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
  expect(message).not.toContain('canary');
});

test('any text makes a configuration or problems, and nothing throws', () => {
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
