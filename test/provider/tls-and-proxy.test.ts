import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createCertificate } from '../support/certificates.ts';
import { outcomeOf, start } from './provider-on-simulator.ts';

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that reads everything and never answers, and its open connections. */
function startSilent() {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).resume();
  });
  return { server, open };
}

/** A proxy that tunnels every CONNECT to `targetPort`; if undefined, it never answers. */
async function startProxy(targetPort: number | undefined) {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const proxy = createHttpServer();
  proxy.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    if (targetPort === undefined) {
      // A tunnel is half-open: only a reader notices that the other end has closed.
      socket.on('end', () => socket.end()).resume();
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  return { url, asked, open };
}

test('an untrusted certificate is a TLS failure and is not retried', async () => {
  let requests = 0;
  const certificate = await createCertificate('localhost');
  const server = createHttpsServer(certificate, (_request, response) => {
    requests += 1;
    response.end('{}');
  });
  const { clock, poll } = await start({ apiUrl: `https://localhost:${await listen(server)}/api` });
  expect(await poll()).toBe('tls');
  expect(clock.monotonicMs(), 'no wait for another try').toBe(0);
  expect(requests, 'neither secret nor token was sent').toBe(0);
});

test('plain HTTP where TLS is expected is a TLS failure', async () => {
  const { simulator } = await start();
  const { poll } = await start({ apiUrl: simulator.url.replace('http:', 'https:') });
  expect(await poll()).toBe('tls');
});

test('a handshake that stalls times out at the deadline and leaves no socket', async () => {
  const { server, open } = startSilent();
  const timeoutMs = 200;
  const apiUrl = `https://127.0.0.1:${await listen(server)}/api`;
  const { clock, provider } = await start({ apiUrl, timeoutMs });
  const outcome = outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
  while (open.size === 0) await setTimeout(1);
  await clock.advance(timeoutMs);
  expect(await outcome).toBe('timeout');
  // Otherwise undici would wait for 10 s.
  await expect.poll(() => open.size, { timeout: 5_000 }).toBe(0);
});

test('a proxy is used for both calls', async () => {
  const { simulator } = await start();
  const proxy = await startProxy(Number(new URL(simulator.url).port));
  const { poll } = await start({
    apiUrl: 'http://provider.invalid/api',
    proxy: { http: proxy.url, https: '', no: '' },
  });
  expect(await poll()).toBe('ok');
  expect(new Set(proxy.asked)).toEqual(new Set(['provider.invalid:80']));
});

test('a host in NO_PROXY is connected directly', async () => {
  const proxy = await startProxy(undefined);
  const { poll } = await start({
    apiUrl: 'http://provider.invalid/api',
    proxy: { http: proxy.url, https: '', no: 'other.example,provider.invalid' },
  });
  expect(await poll()).toBe('network');
  expect(proxy.asked).toEqual([]);
});

test('HTTP_PROXY is not used for an https: provider', async () => {
  const proxy = await startProxy(undefined);
  const { poll } = await start({
    apiUrl: 'https://provider.invalid/api',
    proxy: { http: proxy.url, https: '', no: '' },
  });
  expect(await poll()).toBe('network');
  expect(proxy.asked).toEqual([]);
});

test('a loopback host is never connected through a proxy', async () => {
  const proxy = await startProxy(undefined);
  const { poll } = await start({ proxy: { http: proxy.url, https: proxy.url, no: '' } });
  expect(await poll()).toBe('ok');
  expect(proxy.asked).toEqual([]);
});

test('a proxy that never answers CONNECT times out and leaves no socket', async () => {
  const proxy = await startProxy(undefined);
  const timeoutMs = 200;
  const { clock, provider } = await start({
    apiUrl: 'https://provider.invalid/api',
    proxy: { http: '', https: proxy.url, no: '' },
    timeoutMs,
  });
  for (let poll = 0; poll < 3; poll += 1) {
    const outcome = outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
    while (proxy.asked.length <= poll) await setTimeout(1);
    await clock.advance(timeoutMs);
    expect(await outcome).toBe('timeout');
    await clock.advance(120_000);
  }
  await expect.poll(() => proxy.open.size, { timeout: 10_000 }).toBe(0);
});

test('a proxy that rejects CONNECT is a failure of the network', async () => {
  const proxy = createHttpServer().on('connect', (_request, socket: Socket) => {
    socket.end('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n');
  });
  const https = `http://127.0.0.1:${await listen(proxy)}`;
  const apiUrl = 'https://provider.invalid/api';
  const { poll } = await start({ apiUrl, proxy: { http: '', https, no: '' } });
  expect(await poll()).toBe('network');
});

test('TLS through a proxy that stalls times out at the deadline and leaves no socket', async () => {
  const { server, open } = startSilent();
  const proxy = await startProxy(await listen(server));
  const timeoutMs = 200;
  const { clock, provider } = await start({
    apiUrl: 'https://provider.invalid/api',
    proxy: { http: '', https: proxy.url, no: '' },
    timeoutMs,
  });
  const outcome = outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
  while (open.size === 0) await setTimeout(1);
  const startedMs = performance.now();
  await clock.advance(timeoutMs);
  expect(await outcome).toBe('timeout');
  await expect.poll(() => open.size).toBe(0);
  // Left to itself, undici would wait for 10 s.
  expect(performance.now() - startedMs).toBeLessThan(8_000);
});
