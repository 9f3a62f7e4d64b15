import { gunzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { CONTENT_TYPE, METRICS, startSite } from './site.ts';

const PATHS = ['/metrics', '/', '/api/status', '/sd', '/-/healthy', '/-/ready'];

test('the metrics are served completely, with the exact content type', async () => {
  const { ask } = await startSite();
  const { status, headers, body } = await ask('/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe(CONTENT_TYPE);
  expect(headers['content-length']).toBe(String(Buffer.byteLength(METRICS)));
  expect(body).toBe(METRICS);
});

test.each([
  ['gzip', true],
  ['gzip, deflate, br, zstd', true],
  ['br, gzip;q=0.5', true],
  ['GZIP', true],
  ['*', true],
  ['gzip;q=0', false],
  ['gzip;q=0, *', false],
  ['identity', false],
  ['br, zstd', false],
  ['', false],
  [undefined, false],
])('Accept-Encoding %j gets gzip: %s', async (accepted, isGzip) => {
  const { ask } = await startSite();
  const { headers, body } = await ask('/metrics', {
    headers: accepted === undefined ? {} : { 'Accept-Encoding': accepted },
  });
  expect(headers['content-encoding']).toBe(isGzip ? 'gzip' : undefined);
  expect(headers['content-type']).toBe(CONTENT_TYPE);
  expect(headers.vary).toBe('Accept-Encoding');
  const bytes = Buffer.from(body, isGzip ? 'latin1' : 'utf8');
  expect(headers['content-length']).toBe(String(bytes.length));
  expect((isGzip ? gunzipSync(bytes) : bytes).toString()).toBe(METRICS);
});

test.each(PATHS)('HEAD %s says what GET says, without a body', async (path) => {
  const { ask } = await startSite();
  for (const headers of [{}, { 'Accept-Encoding': 'gzip' }]) {
    const get = await ask(path, { headers });
    const head = await ask(path, { headers, method: 'HEAD' });
    const { date: _getDate, 'transfer-encoding': coding, ...expected } = get.headers;
    const { date: _headDate, ...actual } = head.headers;
    expect(head).toMatchObject({ status: get.status, body: '' });
    expect(actual).toEqual(expected);
    if (coding === undefined) expect(Number(actual['content-length'])).toBeGreaterThan(0);
    expect(coding, 'made in chunks').toBe(path === '/api/status' ? 'chunked' : undefined);
  }
});

test.each(PATHS)(
  '%s answers every other method with 405 and says which are allowed',
  async (path) => {
    const { ask } = await startSite();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(path, { method });
      expect(status, method).toBe(405);
      expect(headers.allow).toBe('GET, HEAD');
    }
  },
);

test.each([
  '/metrics/',
  '/METRICS',
  '/metrics/x',
  '/metric',
  '/sd/',
  '/SD',
  '//metrics',
  '/-/healthy/',
  '/-/Ready',
  '/-/',
  '/index.html',
  '/favicon.ico',
  '/%ff',
  '/%2e%2e/metrics',
  '/metrics%00',
  '/metrics;a=1',
])('%s is not found: paths are exact', async (path) => {
  const { ask } = await startSite({ metrics: () => Promise.reject(new Error('called')) });
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
    const { status, headers } = await ask(path, { method });
    expect(status, method).toBe(404);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  }
});

test('an unknown query parameter is ignored', async () => {
  const { ask } = await startSite();
  const { status, body } = await ask('/metrics?target=http://elsewhere/&name[]=%ff');
  expect([status, body]).toEqual([200, METRICS]);
});

test('the metrics are only at the configured path', async () => {
  const { ask } = await startSite({ telemetryPath: '/internal/metrics' });
  expect((await ask('/internal/metrics')).body).toBe(METRICS);
  const elsewhere = await ask('/metrics');
  expect(elsewhere.status).toBe(404);
  expect(elsewhere.body).toBe('Not found. Metrics are at /internal/metrics.\n');
});

test.each([
  ['no URL', 'GET http://[ HTTP/1.1'],
  ['half an escape', 'GET /metrics% HTTP/1.1'],
  ['no UTF-8', 'GET /-/%ff HTTP/1.1'],
  ['a control character', 'GET /\u0001 HTTP/1.1'],
  ['no path at all', 'GET * HTTP/1.1'],
  ['a space in the path', 'GET /a b HTTP/1.1'],
  ['a method that there is not', 'FETCH /metrics HTTP/1.1'],
  ['no HTTP', 'hello'],
])(
  'what is no good request (%s) is refused, and is no failure of the exporter',
  async (_what, line) => {
    const { server, ask, lines } = await startSite();
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(lines).toEqual([]);
    expect((await ask('/metrics')).status).toBe(200);
  },
);

test.each([
  [
    'throws',
    () => {
      throw new Error('CANARY');
    },
  ],
  ['rejects', () => Promise.reject(new Error('CANARY'))],
])(
  'metrics that cannot be had (%s) are a 500 without details, which stand in the log',
  async (_how, metrics) => {
    const { ask, lines } = await startSite({ metrics });
    const { status, headers, body } = await ask('/metrics', {
      headers: { 'Accept-Encoding': 'gzip' },
    });
    expect(status).toBe(500);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['content-encoding']).toBeUndefined();
    expect(body).toBe('Internal error.\n');
    expect(lines).toEqual([
      { level: 'error', fields: { err: new Error('CANARY') }, message: 'request failed' },
    ]);
  },
);

test.each([
  ['/-/healthy', 'isHealthy'],
  ['/-/ready', 'isReady'],
] as const)('%s is 200 or 503 by what it is asked for alone', async (path, question) => {
  const others = { isHealthy: () => false, isReady: () => false };
  const yes = await startSite({ ...others, [question]: () => true });
  expect((await yes.ask(path)).status).toBe(200);
  const no = await startSite({ [question]: () => false });
  const answer = await no.ask(path);
  expect(answer.status).toBe(503);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
});

test('only the metrics path renders metrics', async () => {
  let calls = 0;
  const metrics = () => {
    calls += 1;
    return Promise.resolve(METRICS);
  };
  const { ask } = await startSite({ metrics });
  for (const path of ['/', '/api/status', '/sd', '/-/healthy', '/-/ready', '/nowhere'])
    await ask(path);
  await ask('/metrics', { method: 'POST' });
  expect(calls).toBe(0);
  await ask('/metrics');
  expect(calls).toBe(1);
});

test('every response forbids sniffing and caching, and none names the framework', async () => {
  const { ask } = await startSite({ metrics: () => Promise.reject(new Error('no')) });
  for (const [path, method] of [
    ...PATHS.map((each) => [each, 'GET']),
    ['/x', 'GET'],
    ['/', 'PUT'],
  ]) {
    const { headers } = await ask(path ?? '', { method: method ?? '' });
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['etag']).toBeUndefined();
  }
});
