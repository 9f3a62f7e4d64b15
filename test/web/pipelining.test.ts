import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { METRICS, startSite } from './site.ts';

const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Metrics that count how many are being made, and are given out when the test says so. */
function createCountedMetrics() {
  const waiting: ((answer: string) => void)[] = [];
  return {
    metrics: () => new Promise<string>((resolve) => waiting.push(resolve)),
    calls: () => waiting.length,
    begun: async (count: number) => {
      while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
    },
    answer: (call: number) => waiting[call]?.(`${call}`),
  };
}

test('requests of one connection are answered one at a time, in order', async () => {
  const { metrics, calls, begun, answer } = createCountedMetrics();
  const { server } = await startSite({ metrics });
  const socket = await open(server.port);
  socket.write(ask('/metrics') + ask('/metrics') + ask('/metrics', 'Connection: close\r\n'));
  const received = text(socket);
  for (let call = 0; call < 3; call += 1) {
    await begun(call + 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls()).toBe(call + 1);
    answer(call);
  }
  expect((await received).match(/\r\n\r\n\d/g)).toEqual(['\r\n\r\n0', '\r\n\r\n1', '\r\n\r\n2']);
});

test('a connection with more than four requests waiting is closed, and no more are answered', async () => {
  const { metrics, calls, begun, answer } = createCountedMetrics();
  const { server, ask: askSite } = await startSite({ metrics });
  const socket = await open(server.port);
  socket.write(ask('/metrics').repeat(6));
  await once(socket.resume(), 'close');
  expect(calls()).toBe(1);
  answer(0);
  const other = askSite('/metrics');
  await begun(2);
  answer(1);
  expect((await other).status).toBe(200);
  expect(calls()).toBe(2);
});

test('a client that reads nothing has one pending response, however many it requests', async () => {
  let calls = 0;
  const large = 'x'.repeat(32 * 2 ** 20);
  const { server, ask: askSite } = await startSite({
    metrics: () => {
      calls += 1;
      return Promise.resolve(large);
    },
  });
  const socket = await open(server.port);
  socket.pause().write(ask('/metrics').repeat(5));
  while (calls === 0) await new Promise((resolve) => setImmediate(resolve));
  expect((await askSite('/-/ready')).status).toBe(200);
  expect(calls).toBe(1);
});

test('a kept-alive connection with sequential requests stays open', async () => {
  const { server } = await startSite();
  const socket = (await open(server.port)).setEncoding('utf8');
  for (let i = 0; i < 10; i += 1) {
    socket.write(ask('/metrics'));
    expect(String(await once(socket, 'data'))).toContain(METRICS.slice(0, 20));
  }
});
