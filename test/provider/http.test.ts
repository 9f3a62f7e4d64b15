import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';
import { RESPONSE_BYTES_MAX, createHttpClient } from '../../src/provider/http.ts';

const NO_PROXY = { http: '', https: '', no: '' };

function connectTo(url: string) {
  const http = createHttpClient(url, NO_PROXY, 10_000);
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

test('a request says what it takes and who asks, besides what it was given', async () => {
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

test('what comes with another status than 2xx need not be JSON', async () => {
  const { ask } = connectTo(
    await serve((_request, response) => response.writeHead(300).end('<h1>')),
  );
  expect(await ask()).toMatchObject({ status: 300, body: undefined });
});

test('an empty answer beside an error is empty', async () => {
  const { ask } = connectTo(await serve((_request, response) => response.writeHead(500).end()));
  const { digest: _digest, ...rest } = await ask();
  expect(rest).toEqual({ status: 500, isKnown: false, body: undefined, retryAfter: undefined });
});

test('one connection serves all requests, until the client is closed', async () => {
  const sockets: Socket[] = [];
  const server = createServer((_request, response) => response.end('1'));
  server.on('connection', (socket: Socket) => sockets.push(socket));
  const { http, ask } = connectTo(await listen(server));
  await ask();
  await ask();
  expect(sockets.map(({ closed }) => closed)).toEqual([false]);
  await http.close();
  // Left to themselves, both ends would keep it for 4 s.
  await expect.poll(() => sockets[0]?.closed, { timeout: 2_000 }).toBe(true);
});

test('a client that was never used can be closed', async () => {
  await expect(createHttpClient('http://127.0.0.1', NO_PROXY, 1_000).close()).resolves.toBe(
    undefined,
  );
});

test.each<[string, RequestListener, object]>([
  [
    'a redirect',
    (_request, response) => response.writeHead(302, { location: '/' }).end(),
    { reason: 'redirect', message: 'HTTP 302, not followed', isTransient: false },
  ],
  [
    'no JSON',
    (_request, response) => response.end('<h1>'),
    {
      reason: 'invalid_json',
      message: 'HTTP 200 with a body that is not JSON',
      isTransient: false,
    },
  ],
  [
    'gzip that is none',
    (_request, response) => response.setHeader('content-encoding', 'gzip').end('{}'),
    {
      reason: 'invalid_json',
      message: 'cannot decompress: Z_DATA_ERROR',
      isTransient: false,
    },
  ],
  [
    'a byte too many',
    (_request, response) => response.end(Buffer.alloc(RESPONSE_BYTES_MAX + 1, ' ')),
    {
      reason: 'too_large',
      message: 'the response is larger than 20971520 bytes',
      isTransient: false,
    },
  ],
])('%s is told as it is', async (_what, listener, error) => {
  await expect(connectTo(await serve(listener)).ask()).rejects.toMatchObject(error);
});

test.each(['gzip', 'x-gzip', 'GZIP'])('an answer of coding %s is unpacked', async (coding) => {
  const { ask } = connectTo(
    await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(gzipSync('{"a":1}')),
    ),
  );
  expect(await ask()).toMatchObject({ body: { a: 1 } });
});

test.each(['identity', 'not-gzip', 'gzip-not'])(
  'one of coding %s is read as it is',
  async (coding) => {
    const { ask } = connectTo(
      await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end('{"a":1}'),
      ),
    );
    expect(await ask()).toMatchObject({ body: { a: 1 } });
  },
);

test('a length beyond all memory is not believed', async () => {
  const { ask } = connectTo(
    await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 2 ** 50 });
      response.write('{"a":1}', () => response.destroy());
    }),
  );
  await expect(ask()).rejects.toThrow('no connection: UND_ERR_SOCKET');
});

test('an answer that is not HTTP is a failure of the network that may pass', async () => {
  const url = await listen(createTcpServer((socket) => socket.end('SSH-2.0-none\r\n')));
  await expect(connectTo(url).ask()).rejects.toMatchObject({
    reason: 'network',
    message: 'an answer that is not HTTP',
    isTransient: true,
  });
});

test('a failure of TLS is told by its code, and will not pass', async () => {
  const url = await serve((_request, response) => response.end());
  await expect(connectTo(url.replace('http:', 'https:')).ask()).rejects.toMatchObject({
    reason: 'tls',
    message: 'TLS failed: ERR_SSL_WRONG_VERSION_NUMBER',
    isTransient: false,
  });
});

test.each(['127.0.0.1', 'localhost'])('where nobody listens on %s, that is told', async (host) => {
  const server = createServer();
  const { port } = new URL(await listen(server));
  server.close();
  await once(server, 'close');
  await expect(connectTo(`http://${host}:${port}`).ask()).rejects.toMatchObject({
    reason: 'network',
    message: 'no connection: ECONNREFUSED',
    isTransient: true,
  });
});

test('a defect is no failure of the network, and is passed on as it is', async () => {
  const { ask } = connectTo(await serve((_request, response) => response.end('1')));
  await expect(ask({ 'not a name': 'x' })).rejects.not.toBeInstanceOf(PollError);
});
