import { request } from 'node:http';
import { expect, test } from 'vitest';
import {
  expiryInMilliseconds,
  expiryInPast,
  noExpiry,
  type Fault,
} from '../../src/simulator/faults.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { askToken, getNumbers, start } from './simulator.ts';

/** The response to a request without Authorization. */
const REFUSED = '{"status":"FAIL","reason":2}';

async function startWith(numbers: Fault): Promise<Simulator> {
  return (await start({ faults: { numbers } })).simulator;
}

interface Received {
  readonly status: number | undefined;
  readonly body: string;
  /** How it ended: `ended`, the code of an error, or `silent` if nothing arrived for a while. */
  readonly end: string;
}

/** The raw response on a plain socket. */
function receive(simulator: Simulator, patienceMs = 5000): Promise<Received> {
  return new Promise((resolve) => {
    let body = '';
    let status: number | undefined;
    const settle = (end: string) => {
      clearTimeout(patience);
      req.destroy();
      resolve({ status, body, end });
    };
    const onError = (error: NodeJS.ErrnoException) => settle(error.code ?? 'error');
    const req = request(`${simulator.url}/whatsapp/getWhatsApp`, (res) => {
      status = res.statusCode;
      patience.refresh();
      res.on('data', (chunk: Buffer) => (body += chunk.toString()));
      res.on('end', () => settle('ended'));
      res.on('error', onError);
    });
    const patience = setTimeout(settle, patienceMs, 'silent');
    req.on('error', onError);
    req.end();
  });
}

test('a reply is any status, headers and bytes', async () => {
  const body = Buffer.from([0xef, 0xbb, 0xbf, 0xff]);
  const headers = { 'Content-Type': 'text/html', 'retry-after': '7' };
  const simulator = await startWith({ kind: 'reply', status: 429, headers, body });
  const response = await getNumbers(simulator);
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('7');
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
});

test('a redirect has the given location', async () => {
  const headers = { location: 'http://127.0.0.1:9/elsewhere' };
  const simulator = await startWith({ kind: 'reply', status: 307, headers });
  const response = await getNumbers(simulator, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([307, headers.location]);
});

test('a fail has the given reason and status', async () => {
  const simulator = await startWith({ kind: 'fail', reason: 99, status: 403 });
  const response = await getNumbers(simulator);
  expect([response.status, await response.json()]).toEqual([403, { status: 'FAIL', reason: 99 }]);
});

test('a limited fault counts down and is counted, without changing the given object', async () => {
  const fault: Fault = { kind: 'reply', status: 503, times: 2 };
  const simulator = await startWith(fault);
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await getNumbers(simulator)).status);
  expect(statuses).toEqual([503, 503, 200]);
  expect(fault.times).toBe(2);
  expect(simulator.faults.numbers).toBeUndefined();
  expect(simulator.requests.outcomes).toEqual({ 'numbers fault reply': 2, 'numbers FAIL 2': 1 });
});

test('faults are switched on and off while the simulator runs, for one call at a time', async () => {
  const { simulator } = await start();
  simulator.faults.token = { kind: 'fail', reason: 3 };
  expect(await askToken(simulator)).toEqual({ status: 'FAIL', reason: 3 });
  expect((await getNumbers(simulator)).status).toBe(200);
  simulator.faults.token = undefined;
  expect(await askToken(simulator)).toMatchObject({ reason: 1 });
});

test('a transform changes only a successful response', async () => {
  const { simulator } = await start();
  const { access_token: token } = await askToken(simulator);
  simulator.faults.numbers = { kind: 'transform', transform: (good) => ({ ...good, list: [] }) };
  const headers = { authorization: `Bearer ${String(token)}` };
  expect(await (await getNumbers(simulator, { headers })).json()).toMatchObject({
    status: 'OK',
    list: [],
  });
  expect(await (await getNumbers(simulator)).text()).toBe(REFUSED);
});

test('a delay precedes the whole response', async () => {
  const simulator = await startWith({ kind: 'delay', delayMs: 80 });
  const startMs = performance.now();
  expect(await receive(simulator)).toEqual({ status: 200, body: REFUSED, end: 'ended' });
  expect(performance.now() - startMs).toBeGreaterThan(75);
});

test('`never` sends nothing', async () => {
  const received = await receive(await startWith({ kind: 'never' }), 100);
  expect(received).toEqual({ status: undefined, body: '', end: 'silent' });
});

test('`headersOnly` sends nothing after the headers', async () => {
  const received = await receive(await startWith({ kind: 'headersOnly' }), 100);
  expect(received).toEqual({ status: 200, body: '', end: 'silent' });
});

test('a reset comes half way', async () => {
  const received = await receive(await startWith({ kind: 'resetMidBody' }));
  expect(received).toEqual({ status: 200, body: REFUSED.slice(0, 14), end: 'ECONNRESET' });
});

test('a truncated response ends cleanly half way', async () => {
  const received = await receive(await startWith({ kind: 'truncate' }));
  expect(received).toEqual({ status: 200, body: REFUSED.slice(0, 14), end: 'ended' });
});

test('a drip takes an interval for every byte', async () => {
  const startMs = performance.now();
  const received = await receive(await startWith({ kind: 'drip', intervalMs: 5 }));
  expect(received).toEqual({ status: 200, body: REFUSED, end: 'ended' });
  expect(performance.now() - startMs).toBeGreaterThan(4 * REFUSED.length);
});

test.each(['huge', 'gzipBomb'] as const)(
  '%s has exactly the given size, and is valid JSON',
  async (kind) => {
    const simulator = await startWith({ kind, bytes: 300_001 });
    const response = await getNumbers(simulator);
    expect(response.headers.get('content-encoding')).toBe(kind === 'huge' ? null : 'gzip');
    const text = await response.text();
    expect(text).toHaveLength(300_001);
    expect(JSON.stringify(JSON.parse(text))).toBe(REFUSED);
  },
);

test('a gzip bomb is small on the wire', async () => {
  const { body } = await receive(await startWith({ kind: 'gzipBomb', bytes: 10_000_000 }));
  expect(body.length).toBeGreaterThan(100);
  expect(body.length).toBeLessThan(50_000);
});

test('the token call can have a missing or invalid expiry', async () => {
  const { simulator, clock } = await start();
  const expiryS = clock.unixMs() / 1000 + 3600;
  const expected = [
    [noExpiry, undefined],
    [expiryInPast, String(expiryS - 86_400)],
    [expiryInMilliseconds, String(expiryS * 1000)],
  ] as const;
  for (const [fault, expiry] of expected) {
    simulator.faults.token = fault;
    const token = await askToken(simulator);
    expect(token['access_token']).toMatch(/^fake-access-token-/);
    expect(token['expiration_time']).toBe(expiry);
  }
});

const countTimers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

const HANGING: readonly Fault[] = [
  { kind: 'never' },
  { kind: 'headersOnly' },
  { kind: 'drip', intervalMs: 60_000 },
  { kind: 'delay', delayMs: 60_000 },
  { kind: 'huge', bytes: 2 ** 30 },
];

test.each(HANGING)('closing ends a hanging $kind at once, without an error', async (fault) => {
  const timersBefore = countTimers();
  const simulator = await startWith(fault);
  const sent = getNumbers(simulator).then((response) => response.text());
  const outcome = expect(sent).rejects.toThrow();
  while (simulator.requests.numbers === 0) await new Promise((resolve) => setImmediate(resolve));
  await simulator.close();
  await outcome;
  expect(countTimers()).toBeLessThanOrEqual(timersBefore);
});

test('a client that disconnects during a response causes no error', async () => {
  const simulator = await startWith({ kind: 'huge', bytes: 2 ** 30, times: 1 });
  const gone = new AbortController();
  const response = await getNumbers(simulator, { signal: gone.signal });
  gone.abort();
  await expect(response.text()).rejects.toThrow('aborted');
  expect(await (await getNumbers(simulator)).text()).toBe(REFUSED);
});
