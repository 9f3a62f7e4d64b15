import { expect, test } from 'vitest';
import { startDemo } from '../../src/simulator/demo.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { askNumbers, askToken, getNumbers, postToken, start, type Body } from './simulator.ts';

const HOUR_MS = 3_600_000;

test('a token has the documented fields and gives access to the list', async () => {
  const { simulator, clock, fleet } = await start();
  const response = await postToken(simulator);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  const token = (await response.json()) as Body;
  expect(token).toEqual({
    access_token: expect.stringMatching(/^fake-access-token-/) as string,
    expiration_time: String((clock.unixMs() + HOUR_MS) / 1000),
    token_type: 'Bearer',
    reason: 1,
  });

  const list = fleet.at(clock.unixMs());
  const answer = await askNumbers(simulator, token['access_token']);
  const total = (field: 'conversationsThisMonth' | 'marketingThisMonth' | 'serviceThisMonth') =>
    list.reduce((sum, number) => sum + number[field], 0);
  expect(answer).toEqual({
    status: 'OK',
    reason: 1,
    totalWhatsApp: list.length,
    totalConversationsThisMonth: total('conversationsThisMonth'),
    totalMarketingThisMonth: total('marketingThisMonth'),
    totalServiceThisMonth: total('serviceThisMonth'),
    totalIncomingThisMonth: list.reduce((sum, number) => sum + number.incomingThisMonth, 0),
    list,
  });
});

test('a token is valid for one hour, and several can be valid at once', async () => {
  const { simulator, clock } = await start();
  const first = await askToken(simulator);
  await clock.advance(HOUR_MS - 1);
  const second = await askToken(simulator);
  expect(second['access_token']).not.toBe(first['access_token']);
  expect(await askNumbers(simulator, first['access_token'])).toMatchObject({ status: 'OK' });
  await clock.advance(1);
  const expired = { status: 'FAIL', reason: 3 };
  expect(await askNumbers(simulator, first['access_token'])).toEqual(expired);
  expect(await askNumbers(simulator, second['access_token'])).toMatchObject({ status: 'OK' });
  simulator.revokeTokens();
  expect(await askNumbers(simulator, second['access_token'])).toEqual(expired);
});

test('the numbers call reports errors with status 200', async () => {
  const { simulator } = await start();
  expect(await askNumbers(simulator, 'made-up')).toEqual({ status: 'FAIL', reason: 3 });
  for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer' }]) {
    const response = await getNumbers(simulator, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'FAIL', reason: 2 });
  }
  const posted = await getNumbers(simulator, { method: 'POST', body: '{}' });
  expect(await posted.json()).toEqual({ status: 'FAIL', reason: 13 });
  const queried = await fetch(`${simulator.url}/whatsapp/getWhatsApp?page=1`);
  expect(await queried.json()).toEqual({ status: 'FAIL', reason: 2 });
  expect((await fetch(`${simulator.url}/whatsapp/getwhatsapp`)).status).toBe(404);
  expect(simulator.requests).toMatchObject({
    token: 0,
    numbers: 6,
    outcomes: { 'numbers FAIL 3': 1, 'numbers FAIL 2': 4, 'numbers FAIL 13': 1 },
  });
});

test.each(['not JSON', '', 'null', '[]', '{"client_id":"test-client"}'])(
  'a token call with the body %j is rejected',
  async (body) => {
    const { simulator } = await start();
    const response = await fetch(`${simulator.url}/settings/accessToken`, { method: 'POST', body });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'FAIL', reason: 2 });
  },
);

test('five failed logins in a row block even the correct secret for an hour', async () => {
  const { simulator, clock } = await start();
  for (let i = 0; i < 5; i++) {
    expect(await askToken(simulator, 'wrong')).toEqual({ status: 'FAIL', reason: 2 });
  }
  expect(await askToken(simulator)).toEqual({ status: 'FAIL', reason: 3 });
  await clock.advance(HOUR_MS - 1);
  expect(await askToken(simulator)).toEqual({ status: 'FAIL', reason: 3 });
  await clock.advance(1);
  expect(await askToken(simulator)).toMatchObject({ reason: 1 });
});

test('failed logins are forgotten after an hour and after a successful login', async () => {
  const { simulator, clock } = await start();
  const tryWrong = async (times: number) => {
    for (let i = 0; i < times; i++) await askToken(simulator, 'wrong');
  };
  await tryWrong(4);
  await clock.advance(HOUR_MS);
  await tryWrong(4);
  expect(await askToken(simulator)).toMatchObject({ reason: 1 });
  await tryWrong(4);
  expect(await askToken(simulator)).toMatchObject({ reason: 1 });
});

test('after a rotation the old secret is rejected, and tokens stay valid', async () => {
  const { simulator } = await start();
  const { access_token: token } = await askToken(simulator);
  simulator.rotateSecret('next-secret-not-real');
  expect(await askToken(simulator)).toEqual({ status: 'FAIL', reason: 2 });
  expect(await askToken(simulator, 'next-secret-not-real')).toMatchObject({ reason: 1 });
  expect(await askNumbers(simulator, token)).toMatchObject({ status: 'OK' });
});

test('time lapse speeds up the fleet but not the token', async () => {
  const { simulator, clock, fleet } = await start({ timeLapse: 1440 });
  const startMs = clock.unixMs();
  const { access_token: token } = await askToken(simulator);
  await clock.advance(50 * 60_000);
  const { list } = await askNumbers(simulator, token);
  expect(list).toEqual(fleet.at(startMs + 50 * 86_400_000));
});

test('a closed simulator frees its port, and a restarted one rejects old tokens', async () => {
  const { simulator, clock } = await start();
  const { access_token: token } = await askToken(simulator);
  await simulator.close();
  await expect(getNumbers(simulator)).rejects.toThrow('fetch failed');
  clock.jump(1000);
  const port = Number(new URL(simulator.url).port);
  const { simulator: restarted } = await start({ port, clock });
  expect(restarted.url).toBe(simulator.url);
  await askToken(restarted);
  expect(await askNumbers(restarted, token)).toEqual({ status: 'FAIL', reason: 3 });
});

test('a port in use is an error', async () => {
  const { simulator } = await start();
  const port = Number(new URL(simulator.url).port);
  await expect(start({ port })).rejects.toThrow('EADDRINUSE');
});

test('the demo serves a small fleet', async () => {
  const simulator = await startDemo(createFakeClock());
  const response = await fetch(`${simulator.url}/settings/accessToken`, {
    method: 'POST',
    body: JSON.stringify({ client_id: 'demo-client', client_secret: 'demo-secret-not-real' }),
  });
  const { access_token: token } = (await response.json()) as Body;
  const { totalWhatsApp } = await askNumbers(simulator, token);
  await simulator.close();
  expect(totalWhatsApp).toBeGreaterThan(20);
});
