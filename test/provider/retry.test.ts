import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { PollError } from '../../src/core/reasons.ts';
import { startDeadline, withRetries } from '../../src/provider/retry.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const TIMEOUT_MS = 20_000;

/** A deadline that starts 7 s after the clock. */
async function start() {
  const clock = createFakeClock();
  await clock.advance(7_000);
  const stop = new AbortController();
  const deadline = startDeadline(clock, TIMEOUT_MS, stop.signal);
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  return { clock, stop, deadline, listeners };
}

test('a deadline counts down and then aborts', async () => {
  const { clock, deadline } = await start();
  expect(deadline.remainingMs()).toBe(20_000);
  await clock.advance(19_999);
  expect(deadline.remainingMs()).toBe(1);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(deadline.signal.reason).toMatchObject({
    reason: 'timeout',
    message: 'no complete response within 20 s',
  });
});

test('a stop signal aborts a deadline with its reason, even if it aborted before', async () => {
  const { clock, stop, deadline, listeners } = await start();
  stop.abort('enough');
  expect(deadline.signal.reason).toBe('enough');
  expect(listeners()).toBe(0);
  expect(startDeadline(clock, TIMEOUT_MS, stop.signal).signal.reason).toBe('enough');
});

test('an ended deadline leaves no timer and no listener', async () => {
  const { clock, stop, deadline, listeners } = await start();
  expect(listeners()).toBe(1);
  deadline.end();
  expect(clock.timers).toBe(0);
  expect(listeners()).toBe(0);
  stop.abort();
  expect(deadline.signal.aborted).toBe(false);
});

/** Milliseconds since the start of each attempt of a request that fails a number of times and then succeeds. */
async function triesOf(failure: Error, failures: number, random = 0) {
  const { clock, deadline } = await start();
  const tries: number[] = [];
  const request = async () => {
    tries.push(TIMEOUT_MS - deadline.remainingMs());
    if (tries.length <= failures) throw failure;
    return 'good';
  };
  const outcome = withRetries(request, { deadline, clock, random: () => random }).catch(
    (thrown: unknown) => thrown,
  );
  // Let the first failure start its delay before the clock advances.
  await clock.advance(0);
  await clock.advance(TIMEOUT_MS - 1);
  return { tries, outcome: await outcome };
}
const passing = (retryAfterMs?: number) =>
  new PollError('http_status', 'HTTP 503', { isTransient: true, retryAfterMs });

test.each([
  [0, [0, 1_000, 3_000]],
  [0.5, [0, 1_500, 4_500]],
])('with a random value of %s the attempts are made at %j ms', async (random, tries) => {
  expect(await triesOf(passing(), 2, random)).toEqual({ tries, outcome: 'good' });
});

test('after two retries the failure is final', async () => {
  const error = passing();
  const { tries, outcome } = await triesOf(error, 9);
  expect(tries).toHaveLength(3);
  expect(outcome).toBe(error);
});

test.each([new PollError('http_status', 'HTTP 404'), new Error('a defect')])(
  '%s is not retried',
  async (error) => {
    expect(await triesOf(error, 9)).toEqual({ tries: [0], outcome: error });
  },
);

test('a delay up to the deadline is skipped, a shorter one is not', async () => {
  const long = passing(TIMEOUT_MS);
  expect(await triesOf(long, 1)).toEqual({ tries: [0], outcome: long });
  const none = passing(0);
  expect((await triesOf(none, 1)).tries, 'no shorter than the back-off').toEqual([0, 1_000]);
  const short = passing(TIMEOUT_MS - 1);
  expect(await triesOf(short, 1)).toEqual({ tries: [0, TIMEOUT_MS - 1], outcome: 'good' });
});
