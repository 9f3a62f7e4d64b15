import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { createDoors } from '../src/doors.ts';
import { createCertificate } from './support/certificates.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const HASH = `$2y$10$${'canary'.padEnd(53, '.')}`;
const [first, second] = [await createCertificate('first'), await createCertificate('second')];
const TLS = 'tls_server_config: { cert_file: tls/server.crt, key_file: tls/server.key }\n';
const USERS = `basic_auth_users: { me: '${HASH}' }\n`;

function start(content = TLS) {
  const folder = mkdtempSync(join(tmpdir(), 'doors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'tls'));
  write('web.yml', content);
  write('tls/server.crt', first.cert);
  write('tls/server.key', first.key);
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const doors = createDoors(join(folder, 'web.yml'), { clock, log });
  const later = async () => {
    await clock.advance(1_000);
    return doors();
  };
  return { folder, write, clock, lines, doors, later };
}

test('without a file the doors are open', () => {
  const doors = createDoors(undefined, { clock: createFakeClock(), log: createMemoryLog().log });
  expect(doors()).toMatchObject({ tls: undefined, headers: {}, users: new Map() });
});

test('while no file changes the answer is the same, and the log is silent', async () => {
  const { doors, later, lines } = start();
  const before = doors();
  for (let i = 0; i < 3; i += 1) expect(await later()).toBe(before);
  expect(lines).toEqual([]);
});

test('a new pair counts within a second, and the half of it that comes first does not', async () => {
  const { write, doors, later, lines, clock } = start();
  const before = doors();
  write('tls/server.crt', second.cert);
  await clock.advance(999);
  expect(doors()).toBe(before);
  expect(await later()).toBe(before);
  expect(await later()).toBe(before);
  expect(
    lines.map(({ level, fields }) => [level, fields['problem']]),
    'told once',
  ).toEqual([['error', expect.stringContaining('has a key that is not of its certificate')]]);
  write('tls/server.key', second.key);
  expect((await later()).tls?.cert).toBe(second.cert);
  expect(lines.at(-1)).toMatchObject({ level: 'info' });
});

test('the files that Kubernetes swaps by a link are seen', async () => {
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
    'not exist',
  ],
  ['that is empty', ({ write }) => write('web.yml', ''), 'protects nothing'],
  ['with an unknown key', ({ write }) => write('web.yml', `${TLS}x: 1`), 'unknown key'],
  ['without TLS', ({ write }) => write('web.yml', USERS), 'TLS on or off needs a restart'],
  [
    'that asks for certificates now',
    ({ write }) => write('web.yml', TLS.replace('}', ', client_auth_type: RequestClientCert }')),
    'asking clients for certificates needs a restart',
  ],
])('a file %s changes nothing, until it is good again', async (_what, spoil, problem) => {
  const site = start(TLS + USERS);
  const before = site.doors();
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

test('users and headers change without a restart', async () => {
  const { write, later, clock, doors } = start(USERS);
  write('web.yml', USERS.replace('me', 'you'));
  await clock.advance(999);
  expect([...doors().users.keys()], 'files are read once a second at most').toEqual(['me']);
  expect([...(await later()).users.keys()]).toEqual(['you']);
  write('web.yml', 'http_server_config: { headers: { X-Frame-Options: deny } }');
  expect(await later()).toMatchObject({ users: new Map(), headers: { 'X-Frame-Options': 'deny' } });
});

test('a file that is wrong from the start opens nothing', () => {
  expect(() => start(`${TLS}x: 1`)).toThrow('unknown key');
});
