import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { createHold } from '../../src/provider/hold.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const SECRET = new Secret('fake-secret');
const QUARTER_MS = 15 * 60_000;

test('a hold tells the seconds that are left, and is over when none is', async () => {
  const clock = createFakeClock();
  const hold = createHold(clock);
  const check = () => hold.check(() => SECRET);
  await clock.advance(1_000);
  hold.refused('blocked', SECRET);
  expect(check).toThrow(
    expect.objectContaining({
      reason: 'blocked',
      message: 'waiting another 900 s before asking again',
      isRefusal: false,
    }),
  );
  await clock.advance(QUARTER_MS - 1);
  expect(check).toThrow('another 1 s');
  await clock.advance(1);
  expect(check).not.toThrow();
});

test('the secret is read only where another one would end the wait', () => {
  const hold = createHold(createFakeClock());
  const check = () =>
    hold.check(() => {
      throw new Error('the secret was read');
    });
  expect(check).not.toThrow();
  hold.askedToWait('rate_limited', 5_000);
  expect(check).toThrow('another 5 s');
  hold.refused('credentials', SECRET);
  expect(check).toThrow('the secret was read');
});

test('another secret ends the wait and the doubling', () => {
  const hold = createHold(createFakeClock());
  hold.refused('credentials', SECRET);
  hold.refused('credentials', SECRET);
  expect(() => hold.check(() => SECRET)).toThrow('another 1800 s');
  const other = new Secret('fake-other');
  hold.check(() => other);
  hold.refused('credentials', other);
  expect(() => hold.check(() => other)).toThrow('another 900 s');
});

test('the wait doubles with each refusal up to an hour, however many there are', () => {
  const hold = createHold(createFakeClock());
  for (const seconds of [900, 1800, 3600, 3600]) {
    hold.refused('blocked', SECRET);
    expect(() => hold.check(() => SECRET)).toThrow(`another ${seconds} s`);
  }
  for (let refusals = 4; refusals < 2_000; refusals += 1) hold.refused('blocked', SECRET);
  expect(() => hold.check(() => SECRET)).toThrow('another 3600 s');
});
