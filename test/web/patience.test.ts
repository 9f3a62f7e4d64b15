import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

import { PATIENCE } from '../../src/web/server.ts';
import { METRICS, startSite } from './site.ts';

/** Node's own timers run here, so the waits are real; but short ones. */
const SHORT = { requestMs: 200, responseMs: 60_000, keepAliveMs: 60_000, checkMs: 50 };
/** More than the buffers between a server and a client that does not read. */
const LARGE = 'x'.repeat(32 * 2 ** 20);
const GET = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** The response to a client that sends this and then nothing, until the server closes. */
async function patienceWith(port: number, sent: string, isReading = true) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  let received = '';
  if (isReading) socket.on('data', (part: string) => (received += part));
  socket.on('error', () => {});
  await once(socket, 'connect');
  const startMs = performance.now();
  socket.write(sent);
  return { socket, startMs, received: () => received };
}

test.each([
  ['sends nothing', ''],
  ['never ends its headers', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n'],
  [
    'never sends the body that it announced',
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n`,
  ],
])('a client that %s is disconnected', async (_what, sent) => {
  const { server } = await startSite({}, { patience: SHORT });
  const { socket } = await patienceWith(server.port, sent);
  await once(socket, 'close');
});

test('a client that sends an occasional byte is still disconnected', async () => {
  const { server } = await startSite({}, { patience: SHORT });
  const { socket } = await patienceWith(server.port, 'GET /metrics HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('X'), 20);
  onTestFinished(() => clearInterval(drip));
  await once(socket, 'close');
});

test('an idle connection is closed', async () => {
  const { server } = await startSite({}, { patience: { ...SHORT, keepAliveMs: 100 } });
  const { socket, received } = await patienceWith(server.port, GET);
  await once(socket, 'close');
  expect(received()).toContain('whatsapp_up 1');
});

test('a client that does not read its response does not count, and is disconnected', async () => {
  const patience = { ...PATIENCE, responseMs: 300 };
  const metrics = () => Promise.resolve(LARGE);
  const { server, ask } = await startSite({ metrics }, { patience, maxRequests: 1 });
  const { socket } = await patienceWith(server.port, GET, false);
  // The headers are there, so the answer is under way; the rest is not read.
  await once(socket, 'readable');
  expect((await ask('/')).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const received = await text(socket).catch(() => '');
  expect(received.length).toBeLessThan(LARGE.length);
});

test('a client that reads slowly but steadily is disconnected', async () => {
  const patience = { ...PATIENCE, responseMs: 300 };
  const { server } = await startSite({ metrics: () => Promise.resolve(LARGE) }, { patience });
  const { socket, received } = await patienceWith(server.port, GET);
  const drip = setInterval(() => {
    socket.resume();
    setImmediate(() => socket.pause());
  }, 50);
  onTestFinished(() => clearInterval(drip));
  const isCut = new Promise((resolve) => socket.once('close', resolve).once('error', resolve));
  await Promise.race([isCut, once(socket, 'end')]);
  expect(received().length).toBeLessThan(LARGE.length);
});

test('a slow response within the time limit is not interrupted', async () => {
  const metrics = async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return METRICS;
  };
  const { ask } = await startSite({ metrics }, { patience: SHORT });
  expect((await ask('/metrics')).body).toBe(METRICS);
});
