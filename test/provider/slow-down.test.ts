import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCooldown } from '../../src/provider/cooldown.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { CLIENT_SECRET, secretFile, start } from './provider-on-simulator.ts';

const MINUTE_MS = 60_000;
const html = { 'content-type': 'text/html' };

type Started = Awaited<ReturnType<typeof start>>;

/** The minutes in which polls, one per minute, sent a request of this kind. */
async function minutesOf(
  call: 'token' | 'numbers',
  { clock, simulator, poll }: Started,
  minutes: number,
) {
  const asked: number[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const startedMs = clock.monotonicMs();
    const before = simulator.requests[call];
    await poll();
    if (simulator.requests[call] > before) asked.push(minute);
    await clock.advance(MINUTE_MS - (clock.monotonicMs() - startedMs));
  }
  return asked;
}

test('a new token that one server does not accept yet does not fail the poll', async () => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = { kind: 'fail', reason: 3, times: 1 };
  expect(await poll()).toBe('ok');
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 2 });
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1_000);
  expect(clock.monotonicMs()).toBeLessThanOrEqual(2_000);
});

test('a new token that is rejected twice starts a cool-down of one interval, not 15 minutes', async () => {
  const started = await start();
  const { simulator } = started;
  simulator.faults.numbers = { kind: 'fail', reason: 3, times: 2 };
  expect(await started.poll()).toBe('token');
  expect(await minutesOf('numbers', started, 5)).toEqual([1, 2, 3, 4]);
  expect(simulator.requests.token).toBe(2);
});

test('repeatedly rejected new tokens slow down to one attempt in 15 minutes', async () => {
  const started = await start();
  started.simulator.faults.numbers = { kind: 'fail', reason: 3 };
  expect(await minutesOf('numbers', started, 70)).toEqual([0, 2, 5, 10, 19, 35, 51, 67]);
});

test.each([400, 401, 403, 422])(
  'HTTP %s without JSON on the token call is retried every few minutes',
  async (status) => {
    const started = await start();
    started.simulator.faults.token = { kind: 'reply', status, headers: html, body: '<h1>Check' };
    expect(await started.poll()).toBe('http_status');
    await started.clock.advance(MINUTE_MS);
    expect(await minutesOf('token', started, 10)).toEqual([2, 5, 8]);
    await expect(started.provider.fetchNumbers(new AbortController().signal)).rejects.toMatchObject(
      { message: `HTTP ${status} from the token call` },
    );
  },
);

test('a challenge page at renewal fails no poll while the old token is valid', async () => {
  const { clock, simulator, poll } = await start();
  await poll();
  await clock.advance(50 * MINUTE_MS);
  simulator.faults.token = { kind: 'reply', status: 403, headers: html, body: '<h1>Check' };
  const outcomes = [];
  for (let minute = 50; minute < 60; minute += 1) {
    outcomes.push(await poll());
    await clock.advance(MINUTE_MS);
  }
  expect(new Set(outcomes)).toEqual(new Set(['ok']));
  expect(simulator.requests.token).toBeLessThanOrEqual(5);
});

test.each<[string, Fault]>([
  ['FAIL 2', { kind: 'fail', reason: 2 }],
  ['FAIL 3', { kind: 'fail', reason: 3 }],
  ['429', { kind: 'reply', status: 429 }],
  ['silence', { kind: 'never' }],
])('%s at renewal fails no poll while the old token is valid', async (_name, fault) => {
  const { clock, simulator, poll } = await start({ timeoutMs: 1_000 });
  await poll();
  await clock.advance(50 * MINUTE_MS);
  simulator.faults.token = fault;
  expect(await poll()).toBe('ok');
  await clock.advance(8 * MINUTE_MS);
  expect(await poll()).toBe('ok');
});

test('a token is renewed ten minutes before it expires', async () => {
  const started = await start();
  expect(await minutesOf('token', started, 60)).toEqual([0, 50]);
});

test('429 is not retried within a poll, and then after 1, 2, 4, 8, 15 minutes', async () => {
  const started = await start();
  await started.poll();
  started.simulator.faults.numbers = {
    kind: 'reply',
    status: 429,
    headers: { 'retry-after': '0' },
  };
  const before = started.simulator.requests.numbers;
  const asked = await minutesOf('numbers', started, 40);
  expect(started.simulator.requests.numbers - before).toBe(asked.length);
  expect(asked).toEqual([0, 1, 3, 7, 15, 30]);
});

test('a success resets the doubling', async () => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = { kind: 'reply', status: 429, times: 3 };
  const outcomes = [];
  for (const minutes of [0, 1, 2, 4, 0]) {
    await clock.advance(minutes * MINUTE_MS);
    outcomes.push(await poll());
  }
  expect(outcomes).toEqual(['rate_limited', 'rate_limited', 'rate_limited', 'ok', 'ok']);
  simulator.faults.numbers = { kind: 'reply', status: 429, times: 1 };
  expect(await poll()).toBe('rate_limited');
  await clock.advance(MINUTE_MS);
  expect(await poll()).toBe('ok');
});

test.each<[string, Fault, number]>([
  ['429', { kind: 'reply', status: 429 }, 4],
  ['503', { kind: 'reply', status: 503 }, 18],
  ['an answer without a token', { kind: 'reply', body: '{"reason":1}' }, 6],
])('%s on the token call: at most $2 token requests in ten polls', async (_name, fault, most) => {
  const started = await start();
  started.simulator.faults.token = fault;
  await minutesOf('token', started, 10);
  expect(started.simulator.requests.token).toBeLessThanOrEqual(most);
});

test('5xx is attempted three times in a poll, 1 to 2 s and 2 to 4 s apart', async () => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = { kind: 'reply', status: 503 };
  expect(await poll()).toBe('http_status');
  expect(simulator.requests.numbers).toBe(3);
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(3_000);
  expect(clock.monotonicMs()).toBeLessThanOrEqual(6_000);
});

test('a rejected fixed token is not tried every minute; a changed one is, at once', async () => {
  const path = secretFile('fake-token-of-old');
  const started = await start({
    credentials: { kind: 'token', accessToken: { kind: 'file', path } },
  });
  const { simulator, poll } = started;
  expect(await minutesOf('numbers', started, 30)).toEqual([0, 1, 3, 7, 15]);
  const answer = await fetch(`${simulator.url}/settings/accessToken`, {
    method: 'POST',
    body: JSON.stringify({ client_id: 'fake-client', client_secret: CLIENT_SECRET }),
  });
  writeFileSync(path, ((await answer.json()) as { access_token: string }).access_token);
  expect(await poll()).toBe('ok');
});

test.each(['${WHATSAPP_CLIENT_SECRET}', '"fake-secret"', "'fake-secret'", 'your-client-secret'])(
  'the placeholder %s in a secret file is rejected before any request',
  async (placeholder) => {
    const path = secretFile(placeholder);
    const clientSecret = { kind: 'file', path } as const;
    const { simulator, poll } = await start({
      credentials: { kind: 'client', clientId: 'fake-client', clientSecret },
    });
    expect(await poll()).toBe('credentials');
    expect(simulator.requests.token).toBe(0);
  },
);

test('the end of a cool-down of the token call is only reported without a valid token', async () => {
  const { clock, simulator, provider, poll } = await start();
  await poll();
  expect(provider.cooldownUntilMs()).toBeUndefined();
  await clock.advance(50 * MINUTE_MS);
  simulator.faults.token = { kind: 'fail', reason: 2 };
  expect(await poll()).toBe('ok');
  expect(provider.cooldownUntilMs(), 'the numbers are asked for').toBeUndefined();
  const endsAtMs = clock.unixMs() + 15 * MINUTE_MS;
  await clock.advance(10 * MINUTE_MS);
  expect(await poll()).toBe('credentials');
  expect(provider.cooldownUntilMs()).toBe(endsAtMs);
  simulator.faults.token = undefined;
  await clock.advance(5 * MINUTE_MS);
  simulator.faults.numbers = { kind: 'reply', status: 429 };
  expect(await poll()).toBe('rate_limited');
  expect(provider.cooldownUntilMs()).toBe(clock.unixMs() + MINUTE_MS);
});

test('a block of this IP address pauses every account that shares it, and is counted once', async () => {
  const clock = createFakeClock();
  const block = createCooldown(clock);
  const first = await start({ clock, block });
  const second = await start({ clock, block, apiUrl: first.simulator.url });
  first.simulator.faults.token = { kind: 'fail', reason: 3 };
  expect(await Promise.all([first.poll(), second.poll()])).toEqual(['blocked', 'blocked']);
  const asked = first.simulator.requests.token;
  expect(await second.poll()).toBe('blocked');
  expect(first.simulator.requests.token).toBe(asked);
  first.simulator.faults.token = undefined;
  await clock.advance(15 * MINUTE_MS);
  expect(await first.poll()).toBe('ok');
  expect(await second.poll(), 'the success of another account ends the block').toBe('ok');
});
