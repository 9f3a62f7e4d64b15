import { expect, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';
import { Secret } from '../../src/core/secret.ts';
import { createCooldown, REJECTED } from '../../src/provider/cooldown.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const MINUTE_MS = 60_000;
const SECRET = new Secret('fake-secret');
const failure = new PollError('credentials', 'why', { isAuthFailure: true });
const SPAN = { firstMs: MINUTE_MS, maxMs: 3 * MINUTE_MS };

function start() {
  const clock = createFakeClock();
  const cooldown = createCooldown(clock);
  const minutesLeft = () => ((cooldown.untilMs() ?? clock.unixMs()) - clock.unixMs()) / MINUTE_MS;
  return { clock, cooldown, minutesLeft };
}

test('a cool-down throws the failure that started it, and reports its end', async () => {
  const { clock, cooldown } = start();
  expect(cooldown.untilMs()).toBeUndefined();
  expect(() => cooldown.check()).not.toThrow();
  cooldown.start(failure, SPAN);
  expect(cooldown.untilMs()).toBe(clock.unixMs() + MINUTE_MS);
  await clock.advance(MINUTE_MS - 1);
  expect(() => cooldown.check()).toThrow(failure);
  await clock.advance(1);
  expect(() => cooldown.check()).not.toThrow();
  expect(cooldown.untilMs()).toBeUndefined();
});

test('it doubles up to its maximum while the reason stays the same', async () => {
  const { clock, cooldown, minutesLeft } = start();
  for (const minutes of [1, 2, 3, 3]) {
    cooldown.start(failure, SPAN);
    expect(minutesLeft()).toBe(minutes);
    await clock.advance(3 * MINUTE_MS);
  }
  for (let times = 0; times < 2_000; times += 1) {
    cooldown.start(failure, SPAN);
    await clock.advance(3 * MINUTE_MS);
  }
  cooldown.start(failure, SPAN);
  expect(minutesLeft()).toBe(3);
  await clock.advance(3 * MINUTE_MS);
  cooldown.start(new PollError('rate_limited', 'another'), SPAN);
  expect(minutesLeft()).toBe(1);
});

test('failures of requests in flight at its start do not extend it', () => {
  const { cooldown, minutesLeft } = start();
  for (let account = 0; account < 30; account += 1) cooldown.start(failure, REJECTED);
  expect(minutesLeft()).toBe(15);
});

test('a longer Retry-After is used, a shorter one is not', async () => {
  const { clock, cooldown, minutesLeft } = start();
  const asked = (retryAfterMs: number) => new PollError('rate_limited', '429', { retryAfterMs });
  cooldown.start(asked(10 * MINUTE_MS), SPAN);
  expect(minutesLeft()).toBe(10);
  await clock.advance(10 * MINUTE_MS);
  cooldown.start(asked(0), SPAN);
  expect(minutesLeft()).toBe(2);
});

test('a different secret ends it if the secret was rejected', () => {
  const { cooldown, minutesLeft } = start();
  cooldown.start(failure, SPAN, SECRET);
  expect(() => cooldown.check(new Secret('fake-secret'))).toThrow(failure);
  expect(() => cooldown.check(new Secret('fake-other'))).not.toThrow();
  expect(minutesLeft()).toBe(0);
  cooldown.start(failure, SPAN);
  expect(() => cooldown.check(new Secret('fake-other'))).toThrow(failure);
});

test('a success ends it and resets the doubling', () => {
  const { cooldown, minutesLeft } = start();
  cooldown.start(failure, SPAN);
  cooldown.end();
  expect(() => cooldown.check()).not.toThrow();
  cooldown.start(failure, SPAN);
  expect(minutesLeft()).toBe(1);
});

test('a change of the clock does not change its duration', async () => {
  const { clock, cooldown, minutesLeft } = start();
  cooldown.start(failure, SPAN);
  clock.jump(-3_600_000);
  expect(minutesLeft()).toBe(1);
  clock.jump(7_200_000);
  expect(minutesLeft()).toBe(1);
  await clock.advance(MINUTE_MS);
  expect(minutesLeft()).toBe(0);
});
