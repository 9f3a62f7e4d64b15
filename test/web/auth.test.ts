import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hash } from 'bcryptjs';
import { expect, test } from 'vitest';

import { Secret } from '../../src/core/secret.ts';
import { createAuth } from '../../src/web/auth.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { startSite } from './site.ts';

const PASSWORD = 'canary: pässword';
const HASH = await hash(PASSWORD, 4);
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const GOOD = { Authorization: basic('prometheus', PASSWORD) };
const BAD = { Authorization: basic('prometheus', 'canary-wrong') };
const users = (text = HASH) => new Map([['prometheus', new Secret(text)]]);

const startClosedSite = () => startSite({}, { users: users() });

test('without users no password is needed', async () => {
  const { ask } = await startSite();
  expect((await ask('/metrics')).status).toBe(200);
});

test('every path except the health checks requires a password', async () => {
  const { ask } = await startClosedSite();
  for (const path of [
    '/metrics',
    '/',
    '/api/status',
    '/sd',
    '/nowhere',
    '/-/',
    '/-/healthy/',
    '/-/READY',
  ]) {
    const refused = await ask(path);
    expect(refused.status, path).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Basic realm="metrics", charset="UTF-8"');
    expect(refused.body).toBe('Unauthorized.\n');
    expect((await ask(path, { headers: GOOD })).status, path).not.toBe(401);
    expect((await ask(path, { method: 'POST' })).status, path).toBe(401);
  }
  for (const path of ['/-/healthy', '/-/ready']) expect((await ask(path)).status).toBe(200);
});

test.each(['2a', '2b', '2y'])(
  'a hash of $%s$ opens to its password and to no other',
  async (kind) => {
    const { ask } = await startSite({}, { users: users(HASH.replace('$2b', `$${kind}`)) });
    expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
    expect((await ask('/metrics', { headers: BAD })).status).toBe(401);
  },
);

test.each([
  ['no scheme', Buffer.from(`prometheus:${PASSWORD}`).toString('base64')],
  ['another scheme', 'Bearer abc'],
  ['no base64', 'Basic prometheus:password!'],
  ['no colon', `Basic ${Buffer.from('prometheus').toString('base64')}`],
  ['nothing', 'Basic '],
  ['an unknown user', basic('root', PASSWORD)],
  ['no user', basic('', PASSWORD)],
  ['another case', basic('Prometheus', PASSWORD)],
  ['no password', basic('prometheus', '')],
  ['more than the password', basic('prometheus', `${PASSWORD} `)],
  ['the password with NUL', basic('prometheus', `${PASSWORD}\0`)],
  ['the password, NUL and more', basic('prometheus', `${PASSWORD}\0x`)],
  ['the hash', basic('prometheus', HASH)],
  ['a name of every object', basic('__proto__', PASSWORD)],
])('%s is rejected', async (_what, authorization) => {
  const { ask } = await startClosedSite();
  const { status } = await ask('/metrics', { headers: { Authorization: authorization } });
  expect(status).toBe(401);
});

test('a correct password is accepted even after many failed attempts from its address', async () => {
  const { ask } = await startClosedSite();
  for (let i = 0; i < 15; i += 1) {
    expect((await ask('/metrics', { headers: BAD })).status).toBe(401);
  }
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
});

/** Checks that end when the test says so. */
function startSlowAuth() {
  const checks: ((isRight: boolean) => void)[] = [];
  const { log } = createMemoryLog();
  const isPassword = () => new Promise<boolean>((resolve) => checks.push(resolve));
  const auth = createAuth(() => users(), log, isPassword);
  const begun = async (count: number) => {
    while (checks.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const guess = (i: number) => auth.check(basic('prometheus', `guess ${i}`), undefined);
  return { auth, checks, begun, guess };
}

test('a login that was correct before is not checked again, whatever others try', async () => {
  const { auth, checks, begun, guess } = startSlowAuth();
  const first = auth.check(GOOD.Authorization, undefined);
  await begun(1);
  checks[0]?.(true);
  expect(await first).toBe('welcome');
  const guesses = Array.from({ length: 50 }, (_, i) => guess(i));
  expect(await auth.check(GOOD.Authorization, undefined)).toBe('welcome');
  expect(await guesses.at(-1)).toBe('overloaded');
});

test('passwords are checked one at a time, at most 20 wait, and a repeated login is checked once', async () => {
  const { auth, checks, begun, guess } = startSlowAuth();
  const guesses = Array.from({ length: 30 }, (_, i) => guess(i));
  expect(await Promise.all(guesses.slice(20))).toEqual(Array(10).fill('overloaded'));
  await begun(1);
  expect(checks).toHaveLength(1);
  expect(await auth.check(GOOD.Authorization, undefined), 'cannot be told from a guess').toBe(
    'overloaded',
  );
  const again = auth.check(GOOD.Authorization, undefined);
  expect(await guess(100), 'guesses do not come again').toBe('overloaded');
  for (let i = 0; i < 20; i += 1) {
    await begun(i + 1);
    checks[i]?.(false);
  }
  await begun(21);
  checks[20]?.(true);
  expect(await again).toBe('welcome');
  expect(await Promise.all(guesses.slice(0, 20))).toEqual(Array(20).fill('unauthorized'));
});

test('a changed password and a removed user are forgotten at once', async () => {
  const { ask, web } = await startClosedSite();
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
  web.current = { ...web.current, users: users(await hash('another', 4)) };
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(401);
  const another = { Authorization: basic('prometheus', 'another') };
  expect((await ask('/metrics', { headers: another })).status).toBe(200);
  web.current = { ...web.current, users: new Map([['else', new Secret(HASH)]]) };
  expect((await ask('/metrics', { headers: another })).status).toBe(401);
});

test('failed logins are logged with the address only', async () => {
  const { ask, lines } = await startClosedSite();
  await ask('/metrics', { headers: BAD });
  await ask('/metrics', { headers: GOOD });
  expect(lines).toEqual([
    { level: 'warn', fields: { client: '127.0.0.1' }, message: 'login failed' },
  ]);
});

test('an unknown user takes as long as a known one, so that timing reveals no names', async () => {
  const checked: string[] = [];
  const isPassword = (_password: string, text: string) => {
    checked.push(text);
    return Promise.resolve(true);
  };
  const auth = createAuth(() => users('the hash'), createMemoryLog().log, isPassword);
  expect(await auth.check(basic('nobody', 'fake'), undefined)).toBe('unauthorized');
  expect(checked).toEqual(['the hash']);
});

test('the event loop is free while a password is checked', async () => {
  const slow = users(await hash(PASSWORD, 11));
  const auth = createAuth(() => slow, createMemoryLog().log);
  const { max } = await delaysDuring(auth.check(GOOD.Authorization, undefined));
  expect(max).toBeLessThan(60);
});

/** The longest that the event loop was held up, in milliseconds. */
async function delaysDuring(work: Promise<unknown>): Promise<{ max: number }> {
  const monitor = monitorEventLoopDelay({ resolution: 5 });
  monitor.enable();
  await work;
  monitor.disable();
  return { max: monitor.max / 1e6 };
}

test('a check that fails affects only its request', async () => {
  let calls = 0;
  const auth = createAuth(
    () => users(),
    createMemoryLog().log,
    () => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('no')) : Promise.resolve(true);
    },
  );
  await expect(auth.check(BAD.Authorization, undefined)).rejects.toThrow('no');
  expect(await auth.check(GOOD.Authorization, undefined)).toBe('welcome');
});
