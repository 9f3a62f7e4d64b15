import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { expiryInMilliseconds, expiryInPast, noExpiry } from '../../src/simulator/faults.ts';
import { CLIENT_SECRET, clientCredentials, secretFile, start } from './provider-on-simulator.ts';

const MINUTE_MS = 60_000;

test('a day of polls every minute requests 29 tokens, and no poll fails', async () => {
  const { clock, simulator, poll } = await start();
  const outcomes = new Set<string>();
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    outcomes.add(await poll());
    await clock.advance(MINUTE_MS);
  }
  expect([...outcomes]).toEqual(['ok']);
  expect(simulator.requests.numbers).toBe(1440);
  expect(simulator.requests.outcomes['numbers FAIL 3']).toBeUndefined();
  // 1,440 minutes, a token every 50.
  expect(simulator.requests.token).toBe(29);
});

test('a token that is revoked early does not fail a poll', async () => {
  const { simulator, poll } = await start();
  expect(await poll()).toBe('ok');
  simulator.revokeTokens();
  expect(await poll()).toBe('ok');
  expect(simulator.requests).toMatchObject({ token: 2, numbers: 3 });
});

test('HTTP 401 renews the token as reason 3 does', async () => {
  const { simulator, poll } = await start();
  expect(await poll()).toBe('ok');
  simulator.faults.numbers = { kind: 'reply', status: 401, times: 1 };
  expect(await poll()).toBe('ok');
  expect(simulator.requests).toMatchObject({ token: 2, numbers: 3 });
});

test.each([
  ['no expiry', noExpiry],
  ['an expiry in the past', expiryInPast],
  ['an expiry in milliseconds', expiryInMilliseconds],
])('a token with %s gets the documented lifetime of one hour', async (_name, fault) => {
  const { clock, simulator, provider, poll } = await start();
  simulator.faults.token = fault;
  expect(await poll()).toBe('ok');
  expect(provider.tokenExpiresAtMs()).toBe(clock.unixMs() + 3_600_000);
  await clock.advance(49 * MINUTE_MS);
  expect(await poll()).toBe('ok');
  expect(simulator.requests.token).toBe(1);
  await clock.advance(MINUTE_MS);
  expect(await poll()).toBe('ok');
  expect(simulator.requests.token).toBe(2);
});

test('an expiry within the next hour is used', async () => {
  const { clock, simulator, provider, poll } = await start();
  const endsAtS = Math.floor(clock.unixMs() / 1000) + 600;
  simulator.faults.token = {
    kind: 'transform',
    transform: (good) => ({ ...good, expiration_time: String(endsAtS) }),
  };
  await poll();
  expect(provider.tokenExpiresAtMs()).toBe(endsAtS * 1000);
  await clock.advance(9 * MINUTE_MS + 1_000);
  await poll();
  expect(simulator.requests.token).toBe(2);
});

test('a machine that slept renews its token without a failed poll', async () => {
  const { clock, simulator, poll } = await start();
  await poll();
  clock.jump(3_600_000);
  expect(await poll()).toBe('ok');
  expect(simulator.requests.outcomes['numbers FAIL 3']).toBeUndefined();
});

test('wrong credentials make at most 5 token requests in the first hour', async () => {
  const { clock, simulator, poll } = await start({
    credentials: clientCredentials('fake-wrong'),
  });
  const outcomes = new Set<string>();
  for (let minute = 0; minute < 60; minute += 1) {
    outcomes.add(await poll());
    await clock.advance(MINUTE_MS);
  }
  expect([...outcomes]).toEqual(['credentials']);
  expect(simulator.requests).toMatchObject({ token: 3, numbers: 0 });
});

test('after rejected credentials the cool-downs are 15, 30, 60, 60 minutes', async () => {
  const { clock, simulator, poll } = await start();
  simulator.faults.token = { kind: 'fail', reason: 3 };
  const triesAt: number[] = [];
  for (let minute = 0; minute < 240; minute += 1) {
    const before = simulator.requests.token;
    expect(await poll()).toBe('blocked');
    if (simulator.requests.token > before) triesAt.push(minute);
    await clock.advance(MINUTE_MS);
  }
  expect(triesAt).toEqual([0, 15, 45, 105, 165, 225]);
});

test('a new token that is rejected starts a cool-down of one interval', async () => {
  const { clock, simulator, poll } = await start();
  await poll();
  simulator.faults.numbers = { kind: 'fail', reason: 3 };
  expect(await poll()).toBe('token');
  expect(simulator.requests, 'a fresh token, twice').toMatchObject({ token: 2, numbers: 4 });
  await clock.advance(MINUTE_MS - 1);
  expect(await poll()).toBe('token');
  expect(simulator.requests, 'nothing asked').toMatchObject({ token: 2, numbers: 4 });
  await clock.advance(1);
  simulator.faults.numbers = undefined;
  expect(await poll()).toBe('ok');
});

test('credentials rejected on the numbers call: one new token, tried twice, then a cool-down', async () => {
  const { simulator, poll } = await start();
  await poll();
  simulator.faults.numbers = { kind: 'fail', reason: 2 };
  expect(await poll()).toBe('credentials');
  expect(await poll()).toBe('credentials');
  expect(simulator.requests).toMatchObject({ token: 2, numbers: 4 });
});

test('a changed secret file ends the cool-down at the next poll', async () => {
  const path = secretFile('fake-wrong\n');
  const { clock, simulator, poll } = await start({
    credentials: {
      kind: 'client',
      clientId: 'fake-client',
      clientSecret: { kind: 'file', path },
    },
  });
  expect(await poll()).toBe('credentials');
  await clock.advance(MINUTE_MS);
  expect(await poll()).toBe('credentials');
  expect(simulator.requests.token).toBe(1);
  writeFileSync(path, `${CLIENT_SECRET}\n`);
  expect(await poll()).toBe('ok');
});

test.each([
  ['is gone', (path: string) => rmSync(path)],
  ['is empty', (path: string) => writeFileSync(path, '')],
  ['holds two lines', (path: string) => writeFileSync(path, 'fake-a\nfake-b\n')],
])(
  'a secret file that %s fails the poll and is read again at the next poll',
  async (_name, spoil) => {
    const path = secretFile(CLIENT_SECRET);
    const { simulator, poll } = await start({
      credentials: {
        kind: 'client',
        clientId: 'fake-client',
        clientSecret: { kind: 'file', path },
      },
    });
    spoil(path);
    expect(await poll()).toBe('credentials');
    expect(simulator.requests.token).toBe(0);
    writeFileSync(path, CLIENT_SECRET);
    expect(await poll()).toBe('ok');
  },
);

test('a missing secret file fails no poll while the token is valid', async () => {
  const path = secretFile(CLIENT_SECRET);
  const clientSecret = { kind: 'file', path } as const;
  const { clock, poll } = await start({
    credentials: { kind: 'client', clientId: 'fake-client', clientSecret },
  });
  expect(await poll()).toBe('ok');
  rmSync(path);
  await clock.advance(59 * MINUTE_MS);
  expect(await poll()).toBe('ok');
  await clock.advance(MINUTE_MS);
  expect(await poll(), 'a new token is needed').toBe('credentials');
});

test('a changed secret does not end a cool-down from Retry-After', async () => {
  const path = secretFile('fake-wrong');
  const clientSecret = { kind: 'file', path } as const;
  const { clock, simulator, poll } = await start({
    credentials: { kind: 'client', clientId: 'fake-client', clientSecret },
  });
  expect(await poll()).toBe('credentials');
  await clock.advance(15 * MINUTE_MS);
  simulator.faults.token = { kind: 'reply', status: 429, headers: { 'retry-after': '600' } };
  expect(await poll()).toBe('rate_limited');
  simulator.faults.token = undefined;
  writeFileSync(path, CLIENT_SECRET);
  expect(await poll()).toBe('rate_limited');
  await clock.advance(10 * MINUTE_MS);
  expect(await poll()).toBe('ok');
});

test('every secret is reported before it could be logged', async () => {
  const reported: string[] = [];
  const { poll } = await start({ onSecret: (secret: Secret) => reported.push(secret.reveal()) });
  await poll();
  expect(reported[0]).toBe(CLIENT_SECRET);
  expect(reported[1]).toMatch(/^fake-access-token-/);
});
