import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createLookup } from '../../src/provider/lookup.ts';
import { systemClock } from '../../src/system.ts';
import { createHttpClient } from '../../src/provider/http.ts';

/** A server that sends its current body in pieces, in one of three ways. */
type Way = 'content-length' | 'chunked' | 'gzip';

async function startServer(way: Way) {
  let body = Buffer.alloc(0);
  const server = createServer((_request, response) => {
    const bytes = way === 'gzip' ? gzipSync(body) : body;
    if (way === 'gzip') response.setHeader('Content-Encoding', 'gzip');
    if (way !== 'chunked') response.setHeader('Content-Length', bytes.length);
    for (let i = 0; i < bytes.length; i += 100_000) response.write(bytes.subarray(i, i + 100_000));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createHttpClient({
    apiUrl: url,
    proxy: { http: '', https: '', no: '' },
    timeoutMs: 10_000,
    lookup: createLookup(systemClock),
  });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  return (next: string, previousDigest?: string) => {
    body = Buffer.from(next);
    const { signal } = new AbortController();
    return http.requestJson({ url, method: 'GET', headers: {}, previousDigest, signal });
  };
}

/** JSON of about `size` bytes that differs in one place. */
function textOf(size: number, at: number, word = 'same'): string {
  return JSON.stringify(['x'.repeat(at), word, 'y'.repeat(size - at)]);
}

test.each<Way>(['content-length', 'chunked', 'gzip'])(
  'a body that differs slightly from the previous one is decoded again (%s)',
  async (way) => {
    const request = await startServer(way);
    const { digest } = await request(textOf(500_000, 250_000));
    const others = [
      textOf(500_000, 250_000, 'else'),
      textOf(500_000, 0, 'else'),
      textOf(500_000, 500_000, 'else'),
      `${textOf(500_000, 250_000)} `,
      textOf(499_999, 250_000),
      textOf(1_500_000, 250_000),
      '[]',
    ];
    for (const text of others) {
      const { isUnchanged, body } = await request(text, digest);
      expect(isUnchanged).toBe(false);
      expect(body).toEqual(JSON.parse(text));
    }
    const again = await request(textOf(500_000, 250_000), digest);
    expect(again.isUnchanged).toBe(true);
    expect(again.body).toBeUndefined();
  },
);
