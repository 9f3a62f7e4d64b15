import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { RESPONSE_BYTES_MAX } from '../../src/provider/http.ts';
import { VALUES_MAX } from '../../src/provider/json.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { TIMEOUT_MS, outcomeOf, start } from './provider-on-simulator.ts';

const html = { 'content-type': 'text/html' };

test.each<[string, Fault, string, number]>([
  ['500', { kind: 'reply', status: 500 }, 'http_status', 3],
  ['503 with HTML', { kind: 'reply', status: 503, headers: html, body: '<h1>' }, 'http_status', 3],
  ['429', { kind: 'reply', status: 429 }, 'rate_limited', 1],
  ['a reset in the middle of the body', { kind: 'resetMidBody' }, 'network', 3],
  ['404', { kind: 'reply', status: 404 }, 'http_status', 1],
  ['403', { kind: 'reply', status: 403 }, 'http_status', 1],
  ['204', { kind: 'reply', status: 204 }, 'invalid_json', 1],
  ['HTML with 200', { kind: 'reply', headers: html, body: '<h1>' }, 'invalid_json', 1],
  ['an empty body', { kind: 'reply', body: '' }, 'invalid_json', 1],
  ['half of the JSON, ended cleanly', { kind: 'truncate' }, 'invalid_json', 1],
  ['another shape', { kind: 'reply', body: '{"status":"OK","list":{}}' }, 'invalid_response', 1],
  ['FAIL 13', { kind: 'fail', reason: 13 }, 'provider_failed', 1],
  ['20 MiB and a byte', { kind: 'huge', bytes: RESPONSE_BYTES_MAX + 1 }, 'too_large', 1],
  ['a gzip bomb', { kind: 'gzipBomb', bytes: 4 * RESPONSE_BYTES_MAX }, 'too_large', 1],
  ['20 MiB of [', { kind: 'reply', body: '['.repeat(RESPONSE_BYTES_MAX) }, 'too_large', 1],
  ['20 MiB of {},', { kind: 'reply', body: `[${'{},'.repeat(6_990_000)}{}]` }, 'too_large', 1],
  [
    '20 MiB of [ with 404',
    { kind: 'reply', status: 404, body: '['.repeat(RESPONSE_BYTES_MAX) },
    'http_status',
    1,
  ],
  ['304', { kind: 'reply', status: 304 }, 'http_status', 1],
  [
    'invalid gzip',
    { kind: 'reply', headers: { 'content-encoding': 'gzip' }, body: '{}' },
    'invalid_json',
    1,
  ],
  ['301', { kind: 'reply', status: 301, headers: { location: '/api' } }, 'redirect', 1],
])('%s: %3$s after %4$s requests', async (_name, fault, reason, requests) => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = fault;
  expect(await poll()).toBe(reason);
  expect(simulator.requests.numbers).toBe(requests);
  simulator.faults.numbers = undefined;
  await clock.advance(60_000);
  expect(await poll(), 'afterwards').toBe('ok');
});

test.each<[string, Fault]>([
  ['20 MiB exactly', { kind: 'huge', bytes: RESPONSE_BYTES_MAX }],
  ['one failure, then none', { kind: 'reply', status: 502, times: 1 }],
  ['two failures, then none', { kind: 'resetMidBody', times: 2 }],
])('%s is not a failure', async (_name, fault) => {
  const { simulator, poll } = await start();
  simulator.faults.numbers = fault;
  expect(await poll()).toBe('ok');
});

test('a response with as many values as fit is parsed, however deep', async () => {
  const { simulator, poll } = await start();
  const levels = VALUES_MAX - 5;
  const deep = '['.repeat(levels) + ']'.repeat(levels);
  const body = `{"status":"OK","list":[],"more":${deep},"z":0}`;
  simulator.faults.numbers = { kind: 'reply', body };
  expect(await poll()).toBe('ok');
  simulator.faults.numbers = { kind: 'reply', body: body.replace('0', '[0]') };
  expect(await poll()).toBe('too_large');
});

test('a BOM and invalid UTF-8 in a name do not fail the poll', async () => {
  const { simulator, provider } = await start();
  const before = Buffer.from('\uFEFF{"status":"OK","list":[{"whatsapp":"1","display_name":"a');
  const after = Buffer.from('b"}]}');
  const body = Buffer.concat([before, Buffer.from([0xff]), after]);
  simulator.faults.numbers = { kind: 'reply', body };
  const { snapshot } = await provider.fetchNumbers(new AbortController().signal);
  expect(snapshot.numbers[0]?.displayName).toBe('a\uFFFDb');
});

test.each<[string, Fault]>([
  ['never answers', { kind: 'never' }],
  ['stops after the headers', { kind: 'headersOnly' }],
  ['sends a byte now and then', { kind: 'drip', intervalMs: 20 }],
])('a provider that %s times out at the deadline, not before', async (_name, fault) => {
  const { clock, simulator, provider } = await start();
  simulator.faults.numbers = fault;
  const outcome = outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
  while (simulator.requests.numbers === 0) await setTimeout(1);
  await clock.advance(TIMEOUT_MS - 1);
  // The timer of the deadline is cleared however the poll ends.
  expect(clock.timers, 'the deadline is still to come').toBe(1);
  await clock.advance(1);
  expect(await outcome).toBe('timeout');
  expect(clock.timers).toBe(0);
});

test('one deadline covers the token, the numbers and the retries', async () => {
  const { clock, simulator, provider } = await start();
  simulator.faults.token = {
    kind: 'reply',
    status: 503,
    headers: { 'retry-after': '15' },
    times: 1,
  };
  simulator.faults.numbers = { kind: 'never' };
  const startedMs = clock.monotonicMs();
  const outcome = outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
  while (simulator.requests.numbers === 0) await setTimeout(1);
  expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(15_000);
  await clock.advance(TIMEOUT_MS - 15_000);
  expect(await outcome).toBe('timeout');
});

test.each([
  ['5', 5_000],
  ['Sun, 22 Nov 2026 10:00:12 GMT', 12_000],
])('the poll waits for Retry-After %s of a 503', async (header, waitMs) => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = {
    kind: 'reply',
    status: 503,
    headers: { 'retry-after': header },
    times: 1,
  };
  const startedMs = clock.monotonicMs();
  expect(await poll()).toBe('ok');
  expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(waitMs);
});

test('after a Retry-After beyond the deadline, later polls send no requests until it ends', async () => {
  const { clock, simulator, poll } = await start();
  simulator.faults.numbers = { kind: 'reply', status: 429, headers: { 'retry-after': '150' } };
  expect(await poll()).toBe('rate_limited');
  simulator.faults.numbers = undefined;
  await clock.advance(149_000);
  expect(await poll()).toBe('rate_limited');
  expect(simulator.requests.numbers).toBe(1);
  await clock.advance(1_000);
  expect(await poll()).toBe('ok');
});

test('a refused connection is a network failure and is retried', async () => {
  const { simulator, poll, clock } = await start();
  await simulator.close();
  const startedMs = clock.monotonicMs();
  expect(await poll()).toBe('network');
  // With minimum jitter: 1 and 2 s between three attempts.
  expect(clock.monotonicMs() - startedMs).toBe(3_000);
});

test('a name that does not resolve is a network failure', async () => {
  const { poll } = await start({ apiUrl: 'https://provider.invalid/api' });
  expect(await poll()).toBe('network');
});

test('a port that fetch does not allow works', async () => {
  const { poll } = await start({ apiUrl: 'http://127.0.0.1:9/api' });
  expect(await poll()).toBe('network');
});

test.each([301, 302, 303, 307, 308])(
  'HTTP %s to another origin is not followed, so it gets neither secret nor token',
  async (status) => {
    const received: string[] = [];
    const other = createServer((request, response) => {
      received.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;

    const { clock, simulator, poll } = await start();
    simulator.faults.token = { kind: 'reply', status, headers: { location }, times: 1 };
    expect(await poll()).toBe('redirect');
    await clock.advance(30_000);
    simulator.faults.numbers = { kind: 'reply', status, headers: { location }, times: 1 };
    expect(await poll()).toBe('redirect');
    expect(received).toEqual([]);
  },
);

test('stopping ends a poll at once, with the given reason', async () => {
  const { clock, simulator, provider } = await start();
  simulator.faults.numbers = { kind: 'never' };
  const abort = new AbortController();
  const poll = provider.fetchNumbers(abort.signal);
  while (simulator.requests.numbers === 0) await setTimeout(1);
  abort.abort(new Error('stopping'));
  await expect(poll).rejects.toThrow('stopping');
  expect(clock.timers).toBe(0);
});
