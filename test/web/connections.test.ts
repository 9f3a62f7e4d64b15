import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';

import { ANSWERED, limitConnections } from '../../src/web/connections.ts';
import { createCertificate } from '../support/certificates.ts';
import { startSite } from './site.ts';

const certificate = await createCertificate('localhost');
const KINDS = [['HTTP'], ['HTTPS']] as const;

/** Answers `/`; of `/slow` it answers nothing, and of `/unread` all but the last byte. */
const handler: RequestListener = ({ url }, response) => {
  if (url === '/') response.end('here');
  if (url !== '/unread') return;
  response.emit(ANSWERED);
  response.writeHead(200, { 'Content-Length': 2 }).write('1');
};

async function start(kind: 'HTTP' | 'HTTPS', max: number) {
  const server: Server =
    kind === 'HTTP' ? createServer(handler) : createTlsServer(certificate, handler);
  limitConnections(server, max);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const socket =
      kind === 'HTTP'
        ? connect(port, '127.0.0.1')
        : connectTls({ port, host: '127.0.0.1', ca: certificate.cert, servername: 'localhost' });
    return ready(socket, kind === 'HTTP' ? 'connect' : 'secureConnect');
  };
  return { server, port, open };
}

async function ready(socket: Socket, event: string): Promise<Socket> {
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, event);
  return socket;
}

/** The start of the response; empty if the connection is closed. */
async function ask(socket: Socket, path: string): Promise<string> {
  const first = Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [bytes] = (await first) as [Buffer | boolean];
  return String(bytes);
}

const isClosed = async (socket: Socket) => socket.destroyed || once(socket.resume(), 'close');

test.each(KINDS)(
  '%s: for a connection past the limit the one that has idled longest is closed',
  async (kind) => {
    const { open } = await start(kind, 2);
    const [first, second] = [await open(), await open()];
    expect(await ask(first, '/')).toContain('here');
    // The first has sent a request since, so the second has waited longer.
    const third = await open();
    await isClosed(second);
    expect(await ask(third, '/')).toContain('here');
    expect(await ask(first, '/')).toContain('here');
  },
);

test.each(KINDS)(
  '%s: a connection that is being answered stays, and new ones go where there are no others',
  async (kind) => {
    const { server, open } = await start(kind, 2);
    const running = [await open(), await open()];
    for (const socket of running) {
      socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(server, 'request');
    }
    await open().then(isClosed, () => {});
    running[0]?.destroy();
    await expect.poll(() => open().then((socket) => ask(socket, '/'), String)).toContain('here');
    expect(running[1]?.destroyed).toBe(false);
  },
);

test.each(KINDS)('%s: a client that does not take its answer counts as idle', async (kind) => {
  const { open } = await start(kind, 1);
  const unread = await open();
  expect(await ask(unread, '/unread')).toContain('200 OK');
  expect(await ask(await open(), '/')).toContain('here');
  await isClosed(unread);
});

test('connections that stall in the TLS handshake do not block other clients', async () => {
  const { port, open } = await start('HTTPS', 2);
  const stalled = [];
  for (let i = 0; i < 10; i += 1) {
    stalled.push(await ready(connect(port, '127.0.0.1'), 'connect'));
  }
  expect(await ask(await open(), '/')).toContain('here');
  await Promise.all(stalled.slice(0, 9).map(isClosed));
});

test('1,000 idle clients do not block other clients, and at most 500 stay connected', async () => {
  const { server, ask: askSite } = await startSite();
  const sockets = await Promise.all(
    Array.from({ length: 1_000 }, () => ready(connect(server.port, '127.0.0.1'), 'connect')),
  );
  expect((await askSite('/metrics')).status).toBe(200);
  for (const socket of sockets) socket.resume();
  const open = () => sockets.filter(({ destroyed }) => !destroyed).length;
  await expect.poll(open).toBeLessThanOrEqual(500);
  expect(open()).toBeGreaterThan(490);
});
