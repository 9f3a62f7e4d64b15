import { expect, test } from 'vitest';
import { afterPoll, createAccountState, type AccountState } from '../../src/core/account-state.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { parseNumbers, type ParsedResponse } from '../../src/core/parse.ts';
import { createAccountPoller } from '../../src/poller/account.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';

type Prepare = (next: AccountState, before: AccountState) => Promise<void>;

function start(prepare: Prepare, response: ParsedResponse = parseNumbers(sampleResponse())) {
  const { log, lines } = createMemoryLog();
  const clock = createFakeClock();
  const poller = createAccountPoller({
    name: 'acme',
    month: PROVIDER_MONTH,
    timeoutMs: 20_000,
    fetchNumbers: () => Promise.resolve(response),
    tokenExpiresAtMs: () => undefined,
    prepare,
    clock,
    log,
  });
  return { poller, clock, lines };
}

test('a state is shown only once what is made of it is ready', async () => {
  let finish = () => {};
  const asked: number[][] = [];
  const { poller } = start((next, before) => {
    asked.push([next.polls, before.polls]);
    return new Promise((resolve) => (finish = resolve));
  });
  const polling = poller.poll();
  while (asked.length === 0) await Promise.resolve();
  expect(poller.state().polls).toBe(0);
  finish();
  await polling;
  expect(poller.state().polls).toBe(1);
  expect(asked).toEqual([[1, 0]]);
});

test('what cannot be prepared is said, and the state is shown all the same', async () => {
  const { poller, lines } = start(() => Promise.reject(new Error('a defect')));
  await poller.poll();
  expect(poller.state().polls).toBe(1);
  expect(lines.map(({ level }) => level)).toContain('error');
});

test('a stop while a state is prepared ends with the state from before', async () => {
  let finish = () => {};
  let isAsked = false;
  const { poller } = start(() => {
    isAsked = true;
    return new Promise((resolve) => (finish = resolve));
  });
  const polling = poller.poll();
  while (!isAsked) await Promise.resolve();
  const stopping = poller.stop();
  finish();
  await Promise.all([polling, stopping]);
  expect(poller.state().polls).toBe(0);
});

test('the same response again counts as a poll with its anomalies, and no counter moves', async () => {
  const odd = parseNumbers({ ...sampleResponse(), totalWhatsApp: 99 });
  const { poller, clock } = start(() => Promise.resolve(), odd);
  for (let i = 0; i < 3; i += 1) {
    await clock.advance(60_000);
    await poller.poll();
  }
  const { polls, anomalies, lastGood, conversations } = poller.state();
  expect(polls).toBe(3);
  expect(anomalies.total_mismatch).toBe(3);
  expect(lastGood?.at.unixMs).toBe(clock.unixMs());
  expect([...conversations.values()].map(({ marketing }) => marketing.total)).toEqual([0, 0]);
});

test.each([
  ['in the middle of a month', '2026-10-10T12:00:00Z'],
  ['around its turn', '2026-10-28T12:00:00Z'],
  ['from one month into another', '2026-10-27T12:00:00Z'],
])('%s a response that is known counts as if it had been parsed again', (_when, startsAt) => {
  const hours = [0, 1, 2, 30, 31, 60, 200, 201, 230, 260, 261, 300, 310];
  const totals = (parse: (polls: number) => ParsedResponse) => {
    let state = createAccountState('acme');
    return hours.map((hour, polls) => {
      const endedAt = { unixMs: Date.parse(startsAt) + hour * 3_600_000, monotonicMs: 0 };
      const outcome = { ...parse(polls), endedAt, durationMs: 0, tokenExpiresAtMs: undefined };
      state = afterPoll(state, outcome, PROVIDER_MONTH);
      return [...state.conversations.values()].map(({ service }) => service.total);
    });
  };
  const known = [responseWith(3), responseWith(2), responseWith(7)];
  // Nine polls bring the same, then the count falls, then it rises.
  const turn = (polls: number) => (polls < 9 ? 0 : polls < 11 ? 1 : 2);
  expect(totals((polls) => known[turn(polls)] as ParsedResponse)).toEqual(
    totals((polls) => responseWith([3, 2, 7][turn(polls)] ?? 0)),
  );
});

function responseWith(serviceThisMonth: number): ParsedResponse {
  return parseNumbers(responseOf(sampleEntry({ serviceThisMonth })));
}
