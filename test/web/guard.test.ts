import { hash } from 'bcryptjs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { METRICS, startSite } from './site.ts';

/** Metrics that are given out when the test says so. */
function createSlowMetrics() {
  const waiting: (() => void)[] = [];
  const metrics = () =>
    new Promise<string>((resolve) => {
      waiting.push(() => resolve(METRICS));
    });
  const asked = async (count: number) => {
    while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { metrics, asked, answer: () => waiting.splice(0).forEach((give) => give()) };
}

test('requests above the limit of concurrent requests get 503 with Retry-After', async () => {
  const { metrics, asked, answer } = createSlowMetrics();
  const { ask } = await startSite({ metrics }, { maxRequests: 2 });
  const running = [ask('/metrics'), ask('/metrics')];
  await asked(2);
  for (const path of ['/metrics', '/']) {
    const refused = await ask(path);
    expect(refused.status).toBe(503);
    expect(refused.body).toBe('Limit of concurrent requests reached (2), try again later.\n');
    expect(refused.headers['retry-after']).toBe('1');
  }
  expect((await ask('/-/healthy')).status, 'health has no limit').toBe(200);
  answer();
  for (const one of running) expect((await one).status).toBe(200);
  expect((await ask('/')).status).toBe(200);
});

test('0 means no limit', async () => {
  const { metrics, asked, answer } = createSlowMetrics();
  const { ask } = await startSite({ metrics }, { maxRequests: 0 });
  const running = Array.from({ length: 60 }, () => ask('/metrics'));
  await asked(60);
  answer();
  for (const one of running) expect((await one).status).toBe(200);
});

test('a disconnected client does not count', async () => {
  const { metrics, asked, answer } = createSlowMetrics();
  const { ask, server } = await startSite({ metrics }, { maxRequests: 1 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await asked(1);
  expect((await ask('/')).status).toBe(503);
  socket.destroy();
  await once(socket, 'close');
  while ((await ask('/')).status !== 200) await new Promise((resolve) => setImmediate(resolve));
  answer();
});

test.each([
  ['localhost', 200],
  ['LOCALHOST:10972', 200],
  ['127.0.0.1:10972', 200],
  ['[::1]:10972', 200],
  ['rebound.example:10972', 421],
  ['127.0.0.1.rebound.example', 421],
  ['localhost.', 421],
  ['localhost:10972:80', 421],
])('with a list of hosts, %j gets %i', async (host, expected) => {
  const allowedHosts = ['localhost', '127.0.0.1', '[::1]'];
  const users = new Map([['prometheus', new Secret(await hash('fake-password', 4))]]);
  const authorization = `Basic ${Buffer.from('prometheus:fake-password').toString('base64')}`;
  const { ask } = await startSite({ mayReload: () => true }, { allowedHosts, users });
  for (const path of ['/metrics', '/', '/api/status', '/sd']) {
    const { status, body } = await ask(path, { headers: { host, authorization } });
    expect(status, path).toBe(expected);
    if (status === 421) expect(body).toContain('web.allowed_hosts');
  }
  const reload = await ask('/-/reload', { method: 'POST', headers: { host, authorization } });
  expect(reload.status, 'a reload').toBe(expected);
  const noLogin = await ask('/metrics', { headers: { host } });
  expect(noLogin.status, 'without a password').toBe(expected === 200 ? 401 : 421);
  expect((await ask('/-/healthy', { headers: { host } })).status, 'a probe').toBe(200);
});

test('without a list of hosts, any gets an answer', async () => {
  const { ask } = await startSite();
  expect((await ask('/metrics', { headers: { host: 'rebound.example' } })).status).toBe(200);
});

test('the rate limit applies to all clients together, except health checks', async () => {
  const { ask, clock, web } = await startSite({}, { rateLimit: { burst: 2, intervalMs: 1_500 } });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await ask('/metrics')).status);
  expect(statuses).toEqual([200, 200, 429]);
  const refused = await ask('/');
  expect(refused.headers['retry-after']).toBe('2');
  expect((await ask('/-/healthy')).status).toBe(200);
  await clock.advance(1_500);
  expect((await ask('/metrics')).status).toBe(200);
  expect((await ask('/metrics')).status).toBe(429);
  web.current = { ...web.current, rateLimit: undefined };
  for (let i = 0; i < 5; i += 1) expect((await ask('/metrics')).status).toBe(200);
});

test('requests without the password do not use up the rate limit', async () => {
  const users = new Map([['me', new Secret(await hash('fake-password', 4))]]);
  const limits = { users, rateLimit: { burst: 2, intervalMs: 1_000 } };
  const { ask } = await startSite({}, limits);
  for (let i = 0; i < 20; i += 1) expect((await ask('/metrics')).status).toBe(401);
  const headers = { Authorization: `Basic ${Buffer.from('me:fake-password').toString('base64')}` };
  expect((await ask('/metrics', { headers })).status).toBe(200);
});

test('configured headers are sent with every response', async () => {
  const headers = {
    'Strict-Transport-Security': 'max-age=60',
    'Content-Security-Policy': "default-src 'self'",
  };
  const { ask, web } = await startSite({}, { headers });
  for (const path of ['/metrics', '/', '/nowhere', '/-/healthy']) {
    const answer = await ask(path);
    expect(answer.headers['strict-transport-security'], path).toBe('max-age=60');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  }
  const page = await ask('/');
  expect(page.headers['content-security-policy'], 'both hold').toContain("default-src 'none'");
  web.current = { ...web.current, headers: {} };
  expect((await ask('/metrics')).headers['strict-transport-security']).toBeUndefined();
});

test('a reused socket is counted again with each request', async () => {
  const { server } = await startSite({}, { maxRequests: 1 });
  const socket = connect(server.port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (text: string) => (received += text));
  for (let i = 1; i <= 3; i += 1) {
    socket.write('GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
    while (received.split('HTTP/1.1 200').length <= i) await once(socket, 'data');
  }
  expect(received).not.toContain('503');
});
