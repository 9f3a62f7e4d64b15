import { hash } from '@node-rs/bcrypt';
import { expect, test } from 'vitest';

import { Secret } from '../../src/core/secret.ts';
import { createAuth, toClient } from '../../src/web/auth.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { startSite } from './site.ts';

const PASSWORD = 'canary: pässword';
const HASH = await hash(PASSWORD, { cost: 4 });
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const GOOD = { Authorization: basic('prometheus', PASSWORD) };
const BAD = { Authorization: basic('prometheus', 'canary-wrong') };
const users = (text = HASH) => new Map([['prometheus', new Secret(text)]]);

const startClosedSite = () => startSite({}, { users: users() });

test('without users everybody may come in', async () => {
  const { ask } = await startSite();
  expect((await ask('/metrics')).status).toBe(200);
});

test('every path asks for a password but those of health', async () => {
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
  ['the hash', basic('prometheus', HASH)],
  ['a name of every object', basic('__proto__', PASSWORD)],
])('%s does not open', async (_what, authorization) => {
  const { ask } = await startClosedSite();
  const { status } = await ask('/metrics', { headers: { Authorization: authorization } });
  expect(status).toBe(401);
});

test('the tenth failed login of an address is the last for a while', async () => {
  const { ask, clock } = await startClosedSite();
  for (let i = 0; i < 10; i += 1) {
    expect((await ask('/metrics', { headers: BAD })).status).toBe(401);
  }
  const refused = await ask('/metrics', { headers: BAD });
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe('6');
  expect((await ask('/metrics', { headers: GOOD })).status, 'nor may it find the right one').toBe(
    429,
  );
  expect((await ask('/metrics')).status, 'without a password none is tried').toBe(401);
  await clock.advance(5_999);
  expect((await ask('/metrics', { headers: BAD })).status).toBe(429);
  await clock.advance(1);
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
});

test('whoever was right before stays welcome, however often the address fails', async () => {
  const { ask } = await startClosedSite();
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
  for (let i = 0; i < 12; i += 1) await ask('/metrics', { headers: BAD });
  expect((await ask('/metrics', { headers: BAD })).status).toBe(429);
  for (let i = 0; i < 20; i += 1) {
    expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
  }
});

test('many at once try no more passwords than one after the other', async () => {
  const { ask } = await startClosedSite();
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      ask('/metrics', { headers: { Authorization: basic('prometheus', `wrong-${i}`) } }),
    ),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
});

test('a password that was changed is forgotten at once, and so is a user', async () => {
  const { ask, web } = await startClosedSite();
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(200);
  web.current = { ...web.current, users: users(await hash('another', { cost: 4 })) };
  expect((await ask('/metrics', { headers: GOOD })).status).toBe(401);
  const another = { Authorization: basic('prometheus', 'another') };
  expect((await ask('/metrics', { headers: another })).status).toBe(200);
  web.current = { ...web.current, users: new Map([['else', new Secret(HASH)]]) };
  expect((await ask('/metrics', { headers: another })).status).toBe(401);
});

test('failed logins are logged with the address alone', async () => {
  const { ask, lines } = await startClosedSite();
  await ask('/metrics', { headers: BAD });
  await ask('/metrics', { headers: GOOD });
  expect(lines).toEqual([
    { level: 'warn', fields: { client: '127.0.0.1' }, message: 'a login failed' },
  ]);
});

test('an unknown user costs the check of a known one, always the same, so that time tells nothing', async () => {
  const known = ['a', 'b', 'c', 'd'].map((name) => [name, new Secret(`hash of ${name}`)] as const);
  const checked: string[] = [];
  const { log } = createMemoryLog();
  const auth = createAuth(
    () => new Map(known),
    createFakeClock(),
    log,
    (_password, text) => {
      checked.push(text);
      return Promise.resolve(true);
    },
  );
  const checksOf = async (name: string, address: string) => {
    checked.length = 0;
    const verdict = await auth.check(basic(name, `fake ${address}`), address);
    return [verdict === 'welcome' ? 'welcome' : 'refused', ...checked];
  };
  expect(await checksOf('b', '192.0.2.1')).toEqual(['welcome', 'hash of b']);
  const decoys = new Set<string>();
  for (let i = 0; i < 50; i += 1) {
    const [verdict, decoy = '', ...more] = await checksOf(`nobody ${i}`, `192.0.2.${i}`);
    expect([verdict, more]).toEqual(['refused', []]);
    expect(await checksOf(`nobody ${i}`, `198.51.100.${i}`)).toEqual(['refused', decoy]);
    decoys.add(decoy);
  }
  expect([...decoys].toSorted()).toEqual(known.map(([, hashed]) => hashed.reveal()));
});

test('the event loop goes on while a password is checked', async () => {
  const slow = users(await hash(PASSWORD, { cost: 11 }));
  const auth = createAuth(() => slow, createFakeClock(), createMemoryLog().log);
  const order: string[] = [];
  const checked = auth.check(GOOD.Authorization, undefined).then(() => order.push('checked'));
  await new Promise((resolve) => setImmediate(resolve));
  order.push('loop');
  await checked;
  expect(order).toEqual(['loop', 'checked']);
});

test('more than a hundred logins at once are not kept waiting', async () => {
  const auth = createAuth(() => users(), createFakeClock(), createMemoryLog().log);
  const verdicts = await Promise.all(
    Array.from({ length: 103 }, (_, i) => auth.check(BAD.Authorization, `192.0.2.${i}`)),
  );
  expect(verdicts.filter((verdict) => verdict === 'unauthorized')).toHaveLength(100);
  expect(verdicts.slice(100)).toEqual([1, 2, 3].map(() => ({ status: 503, waitMs: 1_000 })));
  expect(await auth.check(GOOD.Authorization, '192.0.2.200')).toBe('welcome');
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:0DB8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unix socket'],
])('the address %s counts as the client %s', (address, client) => {
  expect(toClient(address)).toBe(client);
});
