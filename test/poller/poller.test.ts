import { expect, test } from 'vitest';
import { createPoller } from '../../src/poller/poller.ts';
import type { Schedule } from '../../src/poller/schedule.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const MINUTE_MS = 60_000;

/** A poller whose schedule ticks when the test says so. */
function start() {
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const running = new Set<() => void>();
  const counts = { polls: 0, starts: 0 };
  const schedule: Schedule = {
    longestGapMs: MINUTE_MS,
    start(onTick) {
      counts.starts += 1;
      running.add(onTick);
      return () => void running.delete(onTick);
    },
  };
  const pollAll = () => (counts.polls += 1);
  const poller = createPoller({ schedule, pollAll, clock, log });
  const tick = () => running.forEach((onTick) => onTick());
  return { poller, clock, lines, counts, running, tick };
}

test('it polls at once, without waiting for the first tick, then at each tick', async () => {
  const { poller, counts, clock, tick } = start();
  poller.start();
  expect(counts.polls).toBe(1);
  await clock.advance(MINUTE_MS);
  tick();
  expect(counts.polls).toBe(2);
});

test('a schedule that goes quiet is noticed, started anew and polled for', async () => {
  const { poller, counts, clock, lines, running } = start();
  poller.start();
  await clock.advance(MINUTE_MS + 14_999);
  expect(lines).toEqual([]);
  await clock.advance(1);
  expect(lines).toMatchObject([{ level: 'error', fields: { quiet_seconds: 75 } }]);
  expect(counts).toEqual({ polls: 2, starts: 2 });
  expect(running.size, 'the old one is stopped').toBe(1);
});

test('ticks that come keep the watchdog silent', async () => {
  const { poller, clock, lines, tick } = start();
  poller.start();
  for (let minute = 0; minute < 60; minute += 1) {
    await clock.advance(MINUTE_MS);
    tick();
  }
  expect(lines).toEqual([]);
  expect(poller.isAlive()).toBe(true);
});

test('it is alive while fresh starts may help, dead when they do not, alive at the next tick', async () => {
  const { poller, clock, tick } = start();
  poller.start();
  await clock.advance(3 * 75_000);
  expect(poller.isAlive()).toBe(true);
  await clock.advance(1);
  expect(poller.isAlive()).toBe(false);
  tick();
  expect(poller.isAlive()).toBe(true);
});

test('a stopped poller has no schedule and no timer', () => {
  const { poller, clock, running } = start();
  poller.start();
  poller.stop();
  expect(running.size).toBe(0);
  expect(clock.timers).toBe(0);
});
