import { expect, test } from 'vitest';
import { createAnomalyTally, type AnomalyKind } from '../../src/core/anomalies.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import type { ParsedResponse } from '../../src/core/parse.ts';
import { PollError } from '../../src/core/reasons.ts';
import { createAccountPoller } from '../../src/poller/account.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { numberEntry } from '../support/numbers.ts';

const TIMEOUT_MS = 20_000;

function response(...odd: [AnomalyKind, string][]): ParsedResponse {
  const tally = createAnomalyTally();
  for (const [kind, where] of odd) tally.add(kind, where);
  const totals = { numbers: 1, conversations: 6, marketing: 3, service: 2, incoming: 1 };
  return { snapshot: { totals, numbers: [numberEntry()], excluded: 0 }, anomalies: tally.result() };
}

/** A poller with a provider controlled by the test. */
function start() {
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const provider = {
    calls: 0,
    fetchNumbers: async (_signal: AbortSignal): Promise<ParsedResponse> => response(),
  };
  const poller = createAccountPoller({
    name: 'acme',
    month: PROVIDER_MONTH,
    timeoutMs: TIMEOUT_MS,
    fetchNumbers: (signal) => {
      provider.calls += 1;
      return provider.fetchNumbers(signal);
    },
    tokenExpiresAtMs: () => 1_800_000_000_000,
    clock,
    log,
  });
  return { poller, clock, lines, provider };
}
const fails = (error: unknown) => async () => {
  throw error;
};

test('a successful poll is kept and logged in one line', async () => {
  const { poller, clock, lines, provider } = start();
  provider.fetchNumbers = async () => {
    await clock.advance(250.003409);
    return response();
  };
  await poller.poll();
  expect(poller.state()).toMatchObject({
    polls: 1,
    lastPoll: { durationMs: 250.003409, tokenExpiresAtMs: 1_800_000_000_000 },
    lastGood: { at: { unixMs: clock.unixMs() } },
  });
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'polled',
      fields: { account: 'acme', outcome: 'success', duration_seconds: 0.25, numbers: 1 },
    },
  ]);
});

test('a failure is recorded by reason in the state and in the log', async () => {
  const { poller, lines, provider } = start();
  provider.fetchNumbers = fails(new PollError('tls', 'TLS failed: CERT_HAS_EXPIRED'));
  await poller.poll();
  expect(poller.state().failures.tls).toBe(1);
  expect(lines).toMatchObject([
    {
      level: 'warn',
      fields: {
        account: 'acme',
        outcome: 'failure',
        reason: 'tls',
        detail: 'TLS failed: CERT_HAS_EXPIRED',
      },
    },
  ]);
});

test.each([new TypeError('a defect'), 'a string', undefined])(
  'any other error (%s) is internal, and the next poll runs',
  async (thrown) => {
    const { poller, lines, provider } = start();
    provider.fetchNumbers = fails(thrown);
    await poller.poll();
    expect(poller.state().failures.internal).toBe(1);
    expect(lines).toMatchObject([{ level: 'error', fields: { reason: 'internal', err: thrown } }]);
    provider.fetchNumbers = async () => response();
    await poller.poll();
    expect(poller.state().lastGood).toBeDefined();
  },
);

test('a provider that throws synchronously is internal, too', async () => {
  const { poller, clock, provider } = start();
  provider.fetchNumbers = () => {
    throw new TypeError('a defect');
  };
  await poller.poll();
  expect(poller.state().failures.internal).toBe(1);
  expect(clock.timers).toBe(0);
});

test('two polls never run concurrently: the second waits for the first', async () => {
  const { poller, provider } = start();
  let finish = () => {};
  provider.fetchNumbers = () =>
    new Promise((resolve) => {
      finish = () => resolve(response());
    });
  const both = Promise.all([poller.poll(), poller.poll()]);
  finish();
  await both;
  expect(provider.calls).toBe(1);
  expect(poller.state().polls).toBe(1);
});

test('a poll that never ends is abandoned after its deadline, logged, and followed by the next', async () => {
  const { poller, clock, lines, provider } = start();
  const signals: AbortSignal[] = [];
  provider.fetchNumbers = (signal) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const hung = poller.poll();
  await clock.advance(TIMEOUT_MS + 9_999);
  expect(poller.state().polls).toBe(0);
  await clock.advance(1);
  await hung;
  expect(poller.state().failures.internal).toBe(1);
  expect(signals[0]?.aborted).toBe(true);
  expect(lines).toMatchObject([{ level: 'error', fields: { reason: 'internal' } }]);
  provider.fetchNumbers = async () => response();
  await poller.poll();
  expect(poller.state().lastPoll).toHaveProperty('snapshot');
});

test('a response that arrives after its poll was abandoned changes nothing', async () => {
  const { poller, clock, provider } = start();
  let answer = () => {};
  provider.fetchNumbers = () =>
    new Promise((resolve) => {
      answer = () => resolve(response());
    });
  const hung = poller.poll();
  await clock.advance(TIMEOUT_MS + 10_000);
  await hung;
  const { lastPoll } = poller.state();
  answer();
  await clock.advance(0);
  expect(poller.state().lastPoll).toBe(lastPoll);
});

test('stopping aborts the poll, discards its outcome, and leaves no timer', async () => {
  const { poller, clock, lines, provider } = start();
  provider.fetchNumbers = (signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const running = poller.poll();
  await poller.stop();
  await running;
  expect(poller.state().polls).toBe(0);
  expect(lines).toEqual([]);
  expect(clock.timers).toBe(0);
});

test('stopping does not wait for a poll that ignores the signal', async () => {
  const { poller, clock, provider } = start();
  provider.fetchNumbers = () => new Promise(() => {});
  void poller.poll();
  await poller.stop();
  expect(poller.state().polls).toBe(0);
  expect(clock.timers).toBe(0);
});

test('repeated outcomes are logged at debug; a first success, a new count and a recovery at info', async () => {
  const { poller, lines, provider } = start();
  const two = response();
  const bigger = { ...two.snapshot, numbers: [numberEntry(), numberEntry()] };
  const fail = fails(new PollError('timeout', 'no answer'));
  const polls = [
    async () => response(),
    async () => response(),
    async () => ({ ...two, snapshot: bigger }),
    fail,
    fail,
    async () => ({ ...two, snapshot: bigger }),
    async () => ({ ...two, snapshot: bigger }),
  ];
  for (const poll of polls) {
    provider.fetchNumbers = poll;
    await poller.poll();
  }
  expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'info: polled',
    'debug: polled',
    'info: count of numbers changed',
    'warn: poll failed',
    'debug: poll failed',
    'info: account recovered',
    'debug: polled',
  ]);
  expect(lines[2]?.fields).toMatchObject({ numbers_before: 1, numbers: 2 });
});

test('a failure is logged when it starts, when its reason changes, and every hour', async () => {
  const { poller, clock, lines, provider } = start();
  const seen: number[] = [];
  for (let minute = 0; minute < 180; minute += 1) {
    provider.fetchNumbers = fails(new PollError(minute < 90 ? 'timeout' : 'network', 'fake'));
    const before = lines.length;
    await poller.poll();
    if (lines.slice(before).some(({ level }) => level === 'warn')) seen.push(minute);
    await clock.advance(60_000);
  }
  expect(seen).toEqual([0, 60, 90, 150]);
});

test('an account that fails all day is logged 24 times, not 1,440: 40 of them 960 times, not 57,600', async () => {
  const { poller, clock, lines, provider } = start();
  provider.fetchNumbers = fails(new PollError('timeout', 'fake'));
  for (let minute = 0; minute < 1_440; minute += 1) {
    await poller.poll();
    await clock.advance(60_000);
  }
  expect(lines).toHaveLength(1_440);
  expect(lines.filter(({ level }) => level !== 'debug')).toHaveLength(24);
});

test('anomalies are logged once per change, and once when they end', async () => {
  const { poller, lines, provider } = start();
  const odd: [AnomalyKind, string] = ['field_invalid', '972500000001.marketingThisMonth'];
  const other: [AnomalyKind, string] = ['field_missing', '972500000001.coexistence'];
  for (const found of [[odd], [odd], [odd, other], [], []]) {
    provider.fetchNumbers = async () => response(...found);
    await poller.poll();
  }
  const said = lines.filter(({ message }) => message.includes('anomalies'));
  expect(said.map(({ level, fields }) => [level, fields['anomalies']])).toEqual([
    ['warn', { field_invalid: 1 }],
    ['warn', { field_invalid: 1, field_missing: 1 }],
    ['info', undefined],
  ]);
  expect(said[0]?.fields['examples']).toEqual([`${odd[0]}: ${odd[1]}`]);
  expect(poller.state().anomalies).toMatchObject({ field_invalid: 3, field_missing: 1 });
});
