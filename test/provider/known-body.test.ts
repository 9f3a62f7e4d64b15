import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createLookup } from '../../src/provider/lookup.ts';
import { systemClock } from '../../src/system.ts';
import { createHttpClient } from '../../src/provider/http.ts';

/** A server that sends the body it has at the time, in pieces, in one of three ways. */
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
  return (next: string, known?: string) => {
    body = Buffer.from(next);
    const { signal } = new AbortController();
    return http.requestJson({ url, method: 'GET', headers: {}, known, signal });
  };
}

/** JSON of about so many bytes that differs in one place. */
function textOf(size: number, at: number, word = 'same'): string {
  return JSON.stringify(['x'.repeat(at), word, 'y'.repeat(size - at)]);
}

test.each<Way>(['content-length', 'chunked', 'gzip'])(
  'of a body that is nearly the one before nothing is taken for the same (%s)',
  async (way) => {
    const ask = await startServer(way);
    const { digest: known } = await ask(textOf(500_000, 250_000));
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
      const { isKnown, body } = await ask(text, known);
      expect(isKnown).toBe(false);
      expect(body).toEqual(JSON.parse(text));
    }
    const again = await ask(textOf(500_000, 250_000), known);
    expect(again.isKnown).toBe(true);
    expect(again.body).toBeUndefined();
  },
);
