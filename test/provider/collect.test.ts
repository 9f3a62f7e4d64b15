import { expect, test } from 'vitest';
import { createCollect, type Request } from '../../src/provider/collect.ts';
import { Secret } from '../../src/core/secret.ts';
import { outcomeOf, secretFile, start } from './provider-on-simulator.ts';

/** A provider, and how to make one call as a collector. */
async function startCollecting(...given: Parameters<typeof start>) {
  const started = await start(...given);
  const { provider, clock } = started;
  const run = (collect: (request: Request) => Promise<unknown>) =>
    provider.collect(new AbortController().signal, collect);
  const collect = () =>
    outcomeOf(
      run((request) => request('online_accounts')),
      clock,
    );
  return { ...started, run, collect };
}

test('a call uses the token of the poll, and its body is returned', async () => {
  const { simulator, provider, poll, run } = await startCollecting();
  expect(provider.mayCollect()).toBe(false);
  await poll();
  expect(provider.mayCollect()).toBe(true);
  const body = await run((request) => request('online_accounts'));
  expect(body).toMatchObject({ status: 'OK', totalOnline: 1 });
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 1, online_accounts: 1 });
});

test('with a fixed token, calls use the token of the poll', async () => {
  const path = secretFile('fake-wrong-token');
  const accessToken = { kind: 'file', path } as const;
  const { simulator, provider, poll } = await startCollecting({
    credentials: { kind: 'token', accessToken },
  });
  expect(provider.mayCollect()).toBe(false);
  expect(await poll()).toBe('token');
  expect(provider.mayCollect()).toBe(false);
  expect(simulator.requests.online_accounts).toBe(0);
});

test('a rejected token fails the run only, and starts no token call', async () => {
  const { simulator, provider, poll, collect } = await startCollecting();
  await poll();
  for (const reason of [2, 3]) {
    simulator.faults.online_accounts = { kind: 'fail', reason };
    expect(await collect()).toBe(reason === 2 ? 'credentials' : 'token');
  }
  simulator.faults.online_accounts = { kind: 'reply', status: 401 };
  expect(await collect()).toBe('token');
  expect(provider.mayCollect()).toBe(true);
  expect(await poll()).toBe('ok');
  expect(simulator.requests.token).toBe(1);
});

test('an expired token is not used, and not renewed', async () => {
  const { simulator, clock, provider, poll, collect } = await startCollecting();
  await poll();
  await clock.advance(3_600_000);
  expect(provider.mayCollect()).toBe(false);
  expect(await collect()).toBe('token');
  expect(simulator.requests).toMatchObject({ token: 1, online_accounts: 0 });
});

test('429 to a collector pauses collectors only, and survives a reload', async () => {
  const { simulator, clock, provider, poll, collect } = await startCollecting();
  await poll();
  simulator.faults.online_accounts = { kind: 'reply', status: 429 };
  expect(await collect()).toBe('rate_limited');
  expect(provider.mayCollect()).toBe(false);
  expect(provider.cooldownUntilMs()).toBeUndefined();
  expect(await poll()).toBe('ok');
  const { session } = provider;
  const reloaded = createCollect({
    ...session,
    call: () => Promise.reject(new Error('not called')),
    liveToken: () => new Secret('fake-token'),
    timeoutMs: 1_000,
    clock,
  });
  expect(reloaded.mayCollect()).toBe(false);
  await clock.advance(60_000);
  expect(reloaded.mayCollect()).toBe(true);
});

test('429 to the numbers pauses collectors too', async () => {
  const { simulator, clock, provider, poll } = await startCollecting();
  await poll();
  simulator.faults.numbers = { kind: 'reply', status: 429 };
  expect(await poll()).toBe('rate_limited');
  expect(provider.mayCollect()).toBe(false);
  await clock.advance(60_000);
  expect(provider.mayCollect()).toBe(true);
});

test('transient failures are retried, and a run ends at its deadline', async () => {
  const { simulator, clock, poll, collect, run } = await startCollecting();
  await poll();
  simulator.faults.online_accounts = { kind: 'reply', status: 500, times: 2 };
  expect(await collect()).toBe('ok');
  expect(simulator.requests.online_accounts).toBe(3);
  simulator.faults.online_accounts = { kind: 'never' };
  const hung = run((request) => request('online_accounts'));
  const failed = expect(hung).rejects.toMatchObject({ reason: 'timeout' });
  await expect.poll(() => simulator.requests.online_accounts).toBe(4);
  await clock.advance(20_000);
  await failed;
  expect(clock.timers).toBe(0);
});
