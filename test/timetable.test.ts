import { expect, test } from 'vitest';
import type { Account } from '../src/accounts.ts';
import { parseSchedule } from '../src/poller/schedule.ts';
import { createTimetable } from '../src/timetable.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const START_MS = Date.parse('2026-11-22T10:00:00Z');
const MINUTE_MS = 60_000;

/** A timetable of accounts that record when they were polled, in seconds since the start. */
function start() {
  const clock = createFakeClock(START_MS);
  const cooldowns: Record<string, number> = {};
  const timetable = createTimetable({ clock, log: createMemoryLog().log });
  const polls: Record<string, number[]> = {};
  const account = (name: string): Account => {
    const poll = () => {
      (polls[name] ??= []).push((clock.unixMs() - START_MS) / 1000);
      // A poll that never ends must not affect the others.
      return new Promise(() => {});
    };
    const provider = { cooldownUntilMs: () => cooldowns[name] };
    return { settings: { name }, provider, poll } as unknown as Account;
  };
  const accounts = (count: number) => Array.from({ length: count }, (_, i) => account(`a${i}`));
  const take = () =>
    Object.fromEntries(Object.keys(polls).map((name) => [name, polls[name]?.splice(0)]));
  return { clock, timetable, cooldowns, account, accounts, take };
}
const MINUTELY = parseSchedule('1m');

test('first polls are staggered, then each account polls at its own offset, even if one hangs', async () => {
  const { clock, timetable, accounts, take } = start();
  timetable.follow(accounts(3), MINUTELY);
  await clock.advance(10_000);
  expect(take()).toEqual({ a0: [0], a1: [0.1], a2: [0.2] });
  await clock.advance(2 * MINUTE_MS);
  expect(take()).toEqual({ a0: [60, 120], a1: [37.082, 97.082], a2: [14.164, 74.164] });
  expect(timetable.nextPollMs('a1')).toBe(START_MS + 157_082);
  expect(timetable.nextPollMs('a2')).toBe(START_MS + 134_164);
  expect(() => timetable.nextPollMs('nobody')).toThrow('nobody is not in the timetable');
});

test('during a cool-down the next poll is the first tick of the account after its end', async () => {
  const { clock, timetable, cooldowns, accounts } = start();
  timetable.follow(accounts(2), MINUTELY);
  await clock.advance(1_000);
  const next = () => (timetable.nextPollMs('a1') - START_MS) / 1000;
  expect(next()).toBe(37.082);
  cooldowns['a1'] = START_MS + 30_000;
  expect(next()).toBe(37.082);
  cooldowns['a1'] = START_MS + 15 * MINUTE_MS;
  expect(next()).toBe(14 * 60 + 37.082 + 60);
  cooldowns['a1'] = START_MS + 97_082;
  expect(next()).toBe(97.082);
});

test('many accounts are polled within one interval, evenly spread', async () => {
  const { clock, timetable, accounts, take } = start();
  timetable.follow(accounts(1_000), MINUTELY);
  await clock.advance(MINUTE_MS);
  const firsts = Object.values(take()).map((polls = []) => polls[0] ?? Infinity);
  expect(firsts).toHaveLength(1_000);
  expect(Math.max(...firsts)).toBeLessThanOrEqual(60);
  const inSecond = (second: number) => firsts.filter((at) => Math.floor(at) === second).length;
  expect(Math.max(...Array.from({ length: 60 }, (_, second) => inSecond(second)))).toBeLessThan(30);
  await clock.advance(MINUTE_MS);
  const seconds = Object.values(take())
    .flat()
    .map((at = 0) => Math.floor(at) - 60);
  expect(seconds).toHaveLength(1_000);
  const counts = Array.from(
    { length: 60 },
    (_, second) => seconds.filter((s) => s === second).length,
  );
  expect(Math.max(...counts)).toBeLessThan(22);
});

test('a reload polls new and changed accounts soon, and keeps the offsets of the others', async () => {
  const { clock, timetable, account, accounts, take } = start();
  const [a0, a1, a2] = accounts(3) as [Account, Account, Account];
  timetable.follow([a0, a1, a2], MINUTELY);
  await clock.advance(15_000);
  take();
  const changed = account('a1');
  timetable.follow([a0, changed, a2, account('new'), account('newer')], MINUTELY);
  await clock.advance(15_000);
  expect(take()).toEqual({ a0: [], a1: [15], a2: [], new: [15.1], newer: [15.2, 28.328] });
  await clock.advance(MINUTE_MS);
  const polls = { a0: [60], a1: [37.082], a2: [74.164], new: [51.246], newer: [88.328] };
  expect(take()).toEqual(polls);
});

test('a removed account is not polled, and those behind it change their offset without an extra poll', async () => {
  const { clock, timetable, accounts, take } = start();
  const all = accounts(3);
  timetable.follow(all, MINUTELY);
  await clock.advance(16_000);
  take();
  timetable.follow(all.slice(1), MINUTELY);
  expect(() => timetable.nextPollMs('a0')).toThrow('a0 is not in the timetable');
  await clock.advance(MINUTE_MS);
  expect(take()).toEqual({ a0: [], a1: [60], a2: [37.082] });
});

test('a changed schedule polls every account again, staggered', async () => {
  const { clock, timetable, accounts, take } = start();
  const all = accounts(2);
  timetable.follow(all, MINUTELY);
  await clock.advance(1_000);
  take();
  timetable.follow(all, parseSchedule('10s'));
  await clock.advance(15_000);
  expect(take()).toEqual({ a0: [1, 10], a1: [1.1, 6.18] });
});

test('without accounts it is alive, and stopping leaves no timer', async () => {
  const { clock, timetable, accounts } = start();
  expect(timetable.isAlive()).toBe(true);
  timetable.follow(accounts(5), MINUTELY);
  await clock.advance(200);
  timetable.stop();
  expect(clock.timers).toBe(0);
});
