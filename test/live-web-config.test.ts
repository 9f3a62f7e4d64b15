import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { createLiveWebConfig } from '../src/live-web-config.ts';
import { createCertificate } from './support/certificates.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const HASH = `$2y$10$${'canary'.padEnd(53, '.')}`;
const [first, second] = [await createCertificate('first'), await createCertificate('second')];
const PAIR = 'cert_file: tls/server.crt, key_file: tls/server.key';
const TLS = `tls_server_config: { ${PAIR} }\n`;
const VERIFY = `client_auth_type: RequireAndVerifyClientCert, client_ca_file: tls/server.crt`;
const USERS = `basic_auth_users: { me: '${HASH}' }\n`;
const HEADERS = 'http_server_config: { headers: { X-Frame-Options: deny } }\n';

function start(content = TLS) {
  const folder = mkdtempSync(join(tmpdir(), 'web-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'tls'));
  write('web.yml', content);
  write('tls/server.crt', first.cert);
  write('tls/server.key', first.key);
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const live = createLiveWebConfig(join(folder, 'web.yml'), { clock, log });
  const startLines = lines.splice(0);
  const later = async () => {
    await clock.advance(4_000);
    return live.current();
  };
  return { folder, write, clock, lines, startLines, ...live, later };
}

test('without a file no password is needed', () => {
  const log = createMemoryLog();
  const live = createLiveWebConfig(undefined, { clock: createFakeClock(), log: log.log });
  expect(live.current()).toMatchObject({ tls: undefined, headers: {}, users: new Map() });
});

test('without changes the configuration stays the same, and nothing is logged', async () => {
  const { current, later, lines, stop, clock } = start(TLS + USERS);
  const before = current();
  for (let i = 0; i < 3; i += 1) expect(await later()).toBe(before);
  expect(lines).toEqual([]);
  stop();
  expect(clock.timers).toBe(0);
});

test('warnings are logged at the start and after a change', async () => {
  const { startLines, lines, write, later } = start(HEADERS);
  expect(startLines).toMatchObject([{ level: 'warn' }]);
  expect(startLines[0]?.message).toContain('restricts nobody');
  write('web.yml', `${USERS}http_server_config: { http2: true }`);
  await later();
  expect(lines.map(({ level }) => level)).toEqual(['info', 'warn']);
});

test('a new certificate and key are used after two checks, but not one without the other', async () => {
  const { write, current, later, lines, clock } = start();
  const before = current();
  write('tls/server.crt', second.cert);
  await clock.advance(2_000);
  expect(lines, 'the first look').toEqual([]);
  expect(await later()).toBe(before);
  expect(await later()).toBe(before);
  expect(
    lines.map(({ level, fields }) => [level, fields['problem']]),
    'logged once',
  ).toEqual([['error', expect.stringContaining('does not match the certificate')]]);
  write('tls/server.key', second.key);
  expect((await later()).tls?.cert).toBe(second.cert);
});

test('files replaced by a link, as in Kubernetes, are noticed', async () => {
  const { folder, later, write } = start();
  for (const [name, pair] of [
    ['..1', first],
    ['..2', second],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'server.crt'), pair.cert);
    writeFileSync(join(folder, name, 'server.key'), pair.key);
  }
  symlinkSync('..1', join(folder, '..data'));
  write('web.yml', TLS.replaceAll('tls/', '..data/'));
  expect((await later()).tls?.cert).toBe(first.cert);
  for (const [target, pair] of [
    ['..2', second],
    ['..1', first],
    ['..2', second],
  ] as const) {
    symlinkSync(target, join(folder, 'new'));
    renameSync(join(folder, 'new'), join(folder, '..data'));
    expect((await later()).tls?.cert).toBe(pair.cert);
  }
});

test.each<[string, (at: ReturnType<typeof start>) => void, string]>([
  ['that is gone', ({ folder }) => rmSync(join(folder, 'web.yml')), 'ENOENT'],
  [
    'whose certificate is gone',
    ({ folder }) => rmSync(join(folder, 'tls/server.crt')),
    'cannot be read (ENOENT)',
  ],
  [
    'whose key is a device',
    ({ write }) => write('web.yml', TLS.replace('tls/server.key', '/dev/null') + USERS),
    'names a key_file that cannot be read (EFTYPE)',
  ],
  [
    'larger than 64 KiB',
    ({ write }) => write('web.yml', `${TLS}${USERS}# ${'x'.repeat(65 * 1024)}`),
    'cannot be read (EFBIG)',
  ],
  ['that is empty', ({ write }) => write('web.yml', ''), 'protects nothing'],
  ['with an empty mapping', ({ write }) => write('web.yml', '{}'), 'protects nothing'],
  [
    'with an empty section',
    ({ write }) => write('web.yml', 'http_server_config: {}'),
    'protects nothing',
  ],
  [
    'with a rate limit that is off',
    ({ write }) => write('web.yml', 'rate_limit: { interval: 0 }'),
    'protects nothing',
  ],
  ['with headers alone', ({ write }) => write('web.yml', HEADERS), 'removing TLS needs a restart'],
  ['with an unknown key', ({ write }) => write('web.yml', `${TLS}x: 1`), 'unknown key'],
  ['without TLS', ({ write }) => write('web.yml', USERS), 'removing TLS needs a restart'],
  [
    'without users',
    ({ write }) => write('web.yml', TLS),
    'removing basic_auth_users needs a restart',
  ],
  [
    'that asks for certificates now',
    ({ write }) =>
      write('web.yml', TLS.replace('}', ', client_auth_type: RequestClientCert }') + USERS),
    'asking clients for certificates needs a restart',
  ],
])('a file %s changes nothing, until it is valid again', async (_what, spoil, problem) => {
  const site = start(TLS + USERS);
  const before = site.current();
  spoil(site);
  for (let i = 0; i < 3; i += 1) expect(await site.later()).toBe(before);
  expect(site.lines).toHaveLength(1);
  expect(site.lines[0]?.level).toBe('error');
  expect(site.lines[0]?.fields['problem']).toContain(problem);
  site.write('tls/server.crt', first.cert);
  site.write('web.yml', `${TLS}${USERS}rate_limit: { interval: 1s, burst: 1 }`);
  expect((await site.later()).rateLimit).toEqual({ intervalMs: 1_000, burst: 1 });
  expect(JSON.stringify(site.lines)).not.toMatch(/canary|PRIVATE/);
});

test.each([
  [
    'VerifyClientCertIfGiven',
    `{ ${PAIR}, client_auth_type: VerifyClientCertIfGiven, client_ca_file: tls/server.crt }`,
  ],
  ['RequireAnyClientCert', `{ ${PAIR}, client_auth_type: RequireAnyClientCert }`],
  ['no names', `{ ${PAIR}, ${VERIFY} }`],
  ['no certificates', `{ ${PAIR} }`],
])(
  'the verification of client certificates is not lowered to %s without a restart',
  async (_what, tls) => {
    const { current, write, later, lines } = start(
      `tls_server_config: { ${PAIR}, ${VERIFY}, client_allowed_sans: [a] }`,
    );
    const before = current();
    write('web.yml', `tls_server_config: ${tls}`);
    expect(await later()).toBe(before);
    expect(lines[0]?.fields['problem']).toMatch(/^removing .* needs a restart$/);
  },
);

test('users and headers change without a restart, and users may be added', async () => {
  const { write, later } = start(HEADERS);
  write('web.yml', USERS);
  expect([...(await later()).users.keys()]).toEqual(['me']);
  write('web.yml', USERS.replace('me', 'you') + HEADERS);
  const { users, headers } = await later();
  expect([[...users.keys()], headers]).toEqual([['you'], { 'X-Frame-Options': 'deny' }]);
});

test('a file that is invalid at the start prevents the start', () => {
  expect(() => start(`${TLS}x: 1`)).toThrow('unknown key');
});
