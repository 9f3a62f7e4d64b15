import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startWebServer } from '../../src/web/server.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { METRICS, startSite } from './site.ts';

/** More than the buffers between a server and a client that does not read. */
const LARGE = 'x'.repeat(32 * 2 ** 20);

const OPEN = { tls: () => undefined, log: createMemoryLog().log };

/** Something that a test waits for, and ends by hand. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
/** A site whose metrics are not ready until the test releases them. */
async function startSlowSite() {
  const [asked, answer] = [createGate(), createGate()];
  const site = await startSite({
    metrics: async () => {
      asked.open();
      await answer.opened;
      return METRICS;
    },
  });
  return { ...site, asked: asked.opened, answer: answer.open };
}

test('a port in use is reported to the caller', async () => {
  const { server } = await startSite();
  await expect(
    startWebServer(() => {}, [{ host: '127.0.0.1', port: server.port }], OPEN),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('without a host the server listens on all addresses', async () => {
  const server = await startWebServer(
    (_request, response) => void response.end('here'),
    [{ host: undefined, port: 0 }],
    OPEN,
  );
  onTestFinished(() => server.close());
  const response = await fetch(`http://127.0.0.1:${server.port}/`);
  expect(await response.text()).toBe('here');
});

test('an error of a listening server, such as in accept(), is logged and does not stop it', async () => {
  const { log, lines } = createMemoryLog();
  const error = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' });
  const server = await startWebServer(
    (request, response) => {
      (request.socket as unknown as { server: Server }).server.emit('error', error);
      response.end('here');
    },
    [{ host: '127.0.0.1', port: 0 }],
    { ...OPEN, log },
  );
  onTestFinished(() => server.close());
  const response = await fetch(`http://127.0.0.1:${server.port}/`);
  expect(await response.text()).toBe('here');
  expect(lines).toEqual([
    { level: 'error', message: 'listening server failed', fields: { err: error } },
  ]);
});

test('a client that half-closes after the request, as nc does, gets the metrics', async () => {
  const server = await startWebServer(
    (request, response) => {
      request.socket.once('end', () => setImmediate(() => response.end(METRICS)));
    },
    [{ host: '127.0.0.1', port: 0 }],
    OPEN,
  );
  onTestFinished(() => server.close());
  const socket = connect({ port: server.port ?? 0, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('GET /metrics HTTP/1.0\r\n\r\n');
  const received = await text(socket);
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(received).toContain(METRICS);
});

test('closing lets a running scrape finish, and accepts no new one', async () => {
  const { server, ask, asked, answer } = await startSlowSite();
  const scrape = ask('/metrics');
  await asked;
  const closed = server.close();
  await expect(ask('/-/healthy')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  answer();
  expect(await scrape).toMatchObject({ status: 200, body: METRICS });
  await closed;
});

test('a kept-alive connection does not delay closing after its scrape', async () => {
  const { server, asked, answer } = await startSlowSite();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const responded = new Promise<IncomingMessage>((resolve) => {
    get({ host: '127.0.0.1', port: server.port, path: '/metrics', agent }, resolve);
  });
  await asked;
  const closed = server.close();
  answer();
  const response = await responded;
  const endedMs = performance.now();
  expect(await text(response)).toBe(METRICS);
  await closed;
  expect(performance.now() - endedMs).toBeLessThan(2_000);
});

test('closing does not interrupt a scrape by a slow reader', async () => {
  const { server } = await startSite({ metrics: () => Promise.resolve(LARGE) });
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ host: '127.0.0.1', port: server.port, path: '/metrics', agent: false }, resolve);
  });
  const closed = server.close();
  expect((await text(response)).length).toBe(LARGE.length);
  await closed;
});

test('idle connections do not delay closing', async () => {
  const { server } = await startSite();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ host: '127.0.0.1', port: server.port, path: '/', agent }, resolve);
  });
  await text(response);
  await server.close();
});

test.each([
  ['never sends the end of its request', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n'],
  ['never reads the answer', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'],
])('a client that %s is disconnected 5 s after closing began', async (_what, request) => {
  const { server } = await startSite({ metrics: () => Promise.resolve(LARGE) });
  const socket = connect({ port: server.port, host: '127.0.0.1' }).pause();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  await new Promise<void>((resolve) => {
    socket.write(request, () => resolve());
  });
  // The server has seen the request once it has answered one that came later.
  await fetch(`http://127.0.0.1:${server.port}/-/healthy`, { headers: { Connection: 'close' } });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let isClosed = false;
  const closed = server.close().then(() => (isClosed = true));
  await vi.advanceTimersByTimeAsync(4_999);
  expect(isClosed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await closed;
});
