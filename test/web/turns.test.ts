import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { inTurn } from '../../src/web/turns.ts';

let making = 0;
let most = 0;

async function* pieces(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i += 1) {
    making += 1;
    most = Math.max(most, making);
    await setImmediate();
    making -= 1;
    yield i;
  }
}

async function all(of: AsyncIterable<number>): Promise<number[]> {
  const found: number[] = [];
  for await (const piece of of) found.push(piece);
  return found;
}

test('of a hundred answers four pieces are made at a time, and all arrive in order', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => all(inTurn(pieces(5)))));
  for (const answer of answers) expect(answer).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(4);
});

test('whoever does not take the next piece keeps nobody waiting', async () => {
  const slow = Array.from({ length: 10 }, () => inTurn(pieces(5)));
  for (const one of slow) expect(await one.next()).toEqual({ done: false, value: 0 });
  expect(await all(inTurn(pieces(3)))).toEqual([0, 1, 2]);
});

test('what fails, and what is left early, gives its turn back and is closed', async () => {
  const closed: number[] = [];
  async function* broken(i: number): AsyncGenerator<number> {
    try {
      yield i;
      throw new Error('broken');
    } finally {
      closed.push(i);
    }
  }
  for (let i = 0; i < 10; i += 1) {
    await expect(all(inTurn(broken(i)))).rejects.toThrow('broken');
    const left = inTurn(broken(i));
    await left.next();
    await left.return(undefined);
  }
  expect(closed).toHaveLength(20);
  expect(await all(inTurn(pieces(3)))).toEqual([0, 1, 2]);
});
