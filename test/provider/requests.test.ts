import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { CLIENT_SECRET, secretFile, start } from './provider-on-simulator.ts';

test('both calls are sent as documented, over one connection until it is closed', async () => {
  const asked: unknown[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { authorization, 'content-type': type } = request.headers;
    asked.push([request.method, request.url, authorization, type, await text(request)]);
    response.end('{"status":"OK","reason":1,"access_token":"fake-token","list":[]}');
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const { provider } = await start({ apiUrl: `http://127.0.0.1:${port}/api` });
  await provider.fetchNumbers(new AbortController().signal);
  const connections = () =>
    new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
  expect(await connections()).toBe(1);
  await provider.close();
  // Otherwise it would stay open for 4 s.
  await expect.poll(connections, { timeout: 2_000 }).toBe(0);
  expect(asked).toEqual([
    [
      'POST',
      '/api/settings/accessToken',
      undefined,
      'application/json',
      `{"client_id":"fake-client","client_secret":"${CLIENT_SECRET}"}`,
    ],
    ['GET', '/api/whatsapp/getWhatsApp', 'Bearer fake-token', undefined, ''],
  ]);
});

test('a poll that is stopped before it starts sends no request and leaves no timer', async () => {
  const { clock, simulator, provider } = await start();
  const stop = AbortSignal.abort(new Error('stopping'));
  await expect(provider.fetchNumbers(stop)).rejects.toThrow('stopping');
  expect(simulator.requests).toMatchObject({ token: 0, numbers: 0 });
  expect(clock.timers).toBe(0);
});

test('a new token that is rejected is not replaced', async () => {
  const { simulator, poll } = await start();
  simulator.faults.numbers = { kind: 'fail', reason: 3 };
  expect(await poll()).toBe('token');
  expect(simulator.requests).toMatchObject({ token: 1, numbers: 2 });
});

test('a token response without a token is invalid, and no numbers are requested', async () => {
  const { simulator, poll } = await start();
  simulator.faults.token = {
    kind: 'transform',
    transform: (good) => ({ ...good, access_token: undefined }),
  };
  expect(await poll()).toBe('invalid_response');
  expect(simulator.requests.numbers).toBe(0);
});

test('an expired token is not used, even if it cannot be renewed', async () => {
  const { clock, simulator, poll } = await start();
  await poll();
  await clock.advance(60 * 60_000);
  simulator.faults.token = { kind: 'reply', status: 503 };
  expect(await poll()).toBe('http_status');
  expect(simulator.requests.numbers).toBe(1);
});

test.each([
  ['that is gone', (path: string) => rmSync(path), ': ENOENT'],
  [
    'that is empty',
    (path: string) => writeFileSync(path, ''),
    ' is empty or contains a space, a line break or a non-ASCII character',
  ],
  ['that is a pipe', replaceByPipe, ': EFTYPE'],
  ['that is a device', (path: string) => replaceByLink(path, '/dev/zero'), ': EFTYPE'],
  ['that is larger than 64 KiB', (path: string) => truncateSync(path, 65_537), ': EFBIG'],
  ['of 10 GB', (path: string) => truncateSync(path, 10_000_000_000), ': EFBIG'],
])('a secret file %s is reported with its path', async (_what, spoil, cause) => {
  const path = secretFile('fake-secret');
  spoil(path);
  const clientSecret = { kind: 'file', path } as const;
  const { provider } = await start({
    credentials: { kind: 'client', clientId: 'fake-client', clientSecret },
  });
  await expect(provider.fetchNumbers(new AbortController().signal)).rejects.toMatchObject({
    reason: 'credentials',
    message: `secret file ${path}${cause}`,
  });
});

function replaceByPipe(path: string): void {
  rmSync(path);
  execFileSync('mkfifo', [path]);
}

function replaceByLink(path: string, target: string): void {
  rmSync(path);
  symlinkSync(target, path);
}
