import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';
import { RESPONSE_BYTES_MAX, createHttpClient } from '../../src/provider/http.ts';
import { createLookup } from '../../src/provider/lookup.ts';
import { systemClock } from '../../src/system.ts';

const NO_PROXY = { http: '', https: '', no: '' };
const lookup = createLookup(systemClock);

function connectTo(url: string) {
  const http = createHttpClient({ apiUrl: url, proxy: NO_PROXY, timeoutMs: 10_000, lookup });
  onTestFinished(() => http.close());
  const { signal } = new AbortController();
  const ask = (headers = {}) => http.requestJson({ url, method: 'GET', headers, signal });
  return { http, ask };
}

async function listen(server: Server): Promise<string> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (listener: RequestListener) => listen(createServer(listener));

test('a request has accept and user-agent headers besides the given ones', async () => {
  const { ask } = connectTo(
    await serve((request, response) => response.end(JSON.stringify(request.headers))),
  );
  const { body } = await ask({ 'x-own': 'kept' });
  expect(body).toMatchObject({
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'whatsapp-numbers-exporter',
    'x-own': 'kept',
  });
});

test('the body of an error response need not be JSON', async () => {
  const { ask } = connectTo(
    await serve((_request, response) => response.writeHead(300).end('<h1>')),
  );
  expect(await ask()).toMatchObject({ status: 300, body: undefined });
});

test('the empty body of an error response is undefined', async () => {
  const { ask } = connectTo(await serve((_request, response) => response.writeHead(500).end()));
  const { digest: _digest, ...rest } = await ask();
  expect(rest).toEqual({ status: 500, isUnchanged: false, body: undefined, retryAfter: undefined });
});

test('one connection is used for all requests until the client is closed', async () => {
  const sockets: Socket[] = [];
  const server = createServer((_request, response) => response.end('1'));
  server.on('connection', (socket: Socket) => sockets.push(socket));
  const { http, ask } = connectTo(await listen(server));
  await ask();
  await ask();
  expect(sockets.map(({ closed }) => closed)).toEqual([false]);
  await http.close();
  // Otherwise both ends would keep it for 4 s.
  await expect.poll(() => sockets[0]?.closed, { timeout: 2_000 }).toBe(true);
});

test('a client that was never used can be closed', async () => {
  const { http } = connectTo('http://127.0.0.1');
  await expect(http.close()).resolves.toBe(null);
});

test.each<[string, RequestListener, object]>([
  [
    'a redirect',
    (_request, response) => response.writeHead(302, { location: '/' }).end(),
    { reason: 'redirect', message: 'HTTP 302, not followed', isTransient: false },
  ],
  [
    'a body that is not JSON',
    (_request, response) => response.end('<h1>'),
    {
      reason: 'invalid_json',
      message: 'HTTP 200 with a body that is not JSON',
      isTransient: false,
    },
  ],
  [
    'invalid gzip',
    (_request, response) => response.setHeader('content-encoding', 'gzip').end('{}'),
    {
      reason: 'invalid_json',
      message: 'cannot decompress: Z_DATA_ERROR',
      isTransient: false,
    },
  ],
  [
    'one byte above the limit',
    (_request, response) => response.end(Buffer.alloc(RESPONSE_BYTES_MAX + 1, ' ')),
    {
      reason: 'too_large',
      message: 'the response is larger than 20971520 bytes',
      isTransient: false,
    },
  ],
])('%s is reported as such', async (_what, listener, error) => {
  await expect(connectTo(await serve(listener)).ask()).rejects.toMatchObject(error);
});

const JSON_BODY = '{"a":1}';
const withoutTrailer = gzipSync(JSON_BODY).subarray(0, -8);

test.each([
  ['gzip', gzipSync(JSON_BODY)],
  ['x-gzip', gzipSync(JSON_BODY)],
  ['GZIP', gzipSync(JSON_BODY)],
  ['gzip', withoutTrailer],
  ['deflate', deflateSync(JSON_BODY)],
  ['br', brotliCompressSync(JSON_BODY)],
  ['identity', JSON_BODY],
  ['unknown', JSON_BODY],
])('a response with content-encoding %s is decoded', async (encoding, body) => {
  const { ask } = connectTo(
    await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    ),
  );
  expect(await ask()).toMatchObject({ body: { a: 1 } });
});

test.each([
  ['zstd', Buffer.from('28b52ffd', 'hex'), 'HTTP 200 with an unsupported content-encoding'],
  ['br', 'no brotli', 'cannot decompress: '],
  ['deflate', 'no deflate', 'cannot decompress: Z_DATA_ERROR'],
  [
    'gzip',
    gzipSync('{"a":[1,2,3,4,5,6,7,8,9]}').subarray(0, 20),
    'HTTP 200 with a body that is not JSON',
  ],
])(
  'a response with content-encoding %s that cannot be decoded is reported as such',
  async (encoding, body, message) => {
    const { ask } = connectTo(
      await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      ),
    );
    await expect(ask()).rejects.toMatchObject({
      reason: 'invalid_json',
      message: expect.stringContaining(message) as string,
    });
  },
);

test.each([
  'Content-Length: 2\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 2',
])('a response with both %j is not valid HTTP', async (headers) => {
  const response = `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
  const url = await listen(createTcpServer((socket) => socket.resume().end(response)));
  await expect(connectTo(url).ask()).rejects.toMatchObject({
    reason: 'network',
    message: 'response is not valid HTTP',
  });
});

test('an idle connection is closed after a few seconds, even if the server allows more', async () => {
  const sockets: Socket[] = [];
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'keep-alive': 'timeout=600' }).end('1'),
  );
  server.keepAliveTimeout = 600_000;
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await connectTo(await listen(server)).ask();
  await expect.poll(() => sockets[0]?.closed, { timeout: 8_000 }).toBe(true);
});

test('a content-length larger than memory is not allocated', async () => {
  const { ask } = connectTo(
    await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 2 ** 50 });
      response.write('{"a":1}', () => response.destroy());
    }),
  );
  await expect(ask()).rejects.toThrow('connection failed: UND_ERR_SOCKET');
});

test('a response that is not HTTP is a transient network failure', async () => {
  const url = await listen(createTcpServer((socket) => socket.end('SSH-2.0-none\r\n')));
  await expect(connectTo(url).ask()).rejects.toMatchObject({
    reason: 'network',
    message: 'response is not valid HTTP',
    isTransient: true,
  });
});

test('a TLS failure is reported by its code and is not transient', async () => {
  const url = await serve((_request, response) => response.end());
  await expect(connectTo(url.replace('http:', 'https:')).ask()).rejects.toMatchObject({
    reason: 'tls',
    message: 'TLS failed: ERR_SSL_WRONG_VERSION_NUMBER',
    isTransient: false,
  });
});

test.each(['127.0.0.1', 'localhost'])(
  'a refused connection to %s is reported as such',
  async (host) => {
    const server = createServer();
    const { port } = new URL(await listen(server));
    server.close();
    await once(server, 'close');
    await expect(connectTo(`http://${host}:${port}`).ask()).rejects.toMatchObject({
      reason: 'network',
      message: 'connection failed: ECONNREFUSED',
      isTransient: true,
    });
  },
);

test('a bug is not reported as a network failure but rethrown', async () => {
  const { ask } = connectTo(await serve((_request, response) => response.end('1')));
  await expect(ask({ 'not a name': 'x' })).rejects.not.toBeInstanceOf(PollError);
});
