import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Request, Response } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createSender, slicesOf } from '../../src/web/send.ts';

const SLICE = 128 * 1024;

test('chunks are joined to full slices and a rest', () => {
  const chunks = [10, SLICE + 5, 7, 0, 3].map((length, i) => Buffer.alloc(length, i + 1));
  const slices = [...slicesOf(chunks)];
  expect(slices.map(({ length }) => length)).toEqual([SLICE, 25]);
  expect(Buffer.concat(slices).equals(Buffer.concat(chunks))).toBe(true);
});

test('a full slice of a long chunk is not copied', () => {
  const chunk = Buffer.alloc(3 * SLICE);
  for (const { buffer } of slicesOf([chunk])) expect(buffer).toBe(chunk.buffer);
});

test('chunks that are made on demand leave rounds of the event loop to others in between', async () => {
  const send = createSender();
  let rounds = 0;
  const madeIn: number[] = [];
  function* make() {
    for (const text of ['a', 'b', 'c', 'd']) {
      madeIn.push(rounds);
      yield Buffer.from(text);
    }
  }
  const server = createServer((request, response) => {
    const count = () => {
      rounds += 1;
      if (!response.writableEnded) setImmediate(count);
    };
    setImmediate(count);
    void send(request as Request, response as Response, make());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect(await response.text()).toBe('abcd');
  // Only the second one is made in the round of the first.
  expect(new Set(madeIn).size).toBe(3);
});
