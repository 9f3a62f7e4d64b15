import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { ageMs, instantOf, sleep } from '../../src/core/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test('age is the longer of the ages by the two clocks', async () => {
  const clock = createFakeClock();
  await clock.advance(5_000);
  const then = instantOf(clock);
  await clock.advance(60_000);
  expect(ageMs(then, clock)).toBe(60_000);
  clock.jump(-3_600_000);
  expect(ageMs(then, clock), 'a clock set back').toBe(60_000);
  clock.jump(2 * 3_600_000);
  expect(ageMs(then, clock), 'a machine that slept').toBe(60_000 + 3_600_000);
});

test('sleep resolves after the delay', async () => {
  const clock = createFakeClock();
  const { signal } = new AbortController();
  let done = false;
  const sleeping = sleep(clock, 1_000, signal).then(() => (done = true));
  await clock.advance(999);
  expect(done).toBe(false);
  await clock.advance(1);
  await sleeping;
  expect(getEventListeners(signal, 'abort'), 'left behind').toEqual([]);
});

test('sleep rejects with the reason when its signal aborts, and leaves no timer', async () => {
  const clock = createFakeClock();
  const abort = new AbortController();
  const sleeping = sleep(clock, 1_000, abort.signal);
  abort.abort(new Error('enough'));
  await expect(sleeping).rejects.toThrow('enough');
  expect(clock.timers).toBe(0);
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  await expect(sleep(clock, 1_000, abort.signal)).rejects.toThrow('enough');
});
