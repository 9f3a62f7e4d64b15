import { expect, test } from 'vitest';
import { afterPoll, createAccountState, type AccountState } from '../../src/core/account-state.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { parseNumbers, type ParsedResponse } from '../../src/core/parse.ts';
import { createAccountPoller } from '../../src/poller/account.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';

function start(response: ParsedResponse) {
  const clock = createFakeClock();
  const states: AccountState[] = [];
  const poller = createAccountPoller({
    name: 'acme',
    month: PROVIDER_MONTH,
    timeoutMs: 20_000,
    fetchNumbers: () => Promise.resolve(response),
    tokenExpiresAtMs: () => undefined,
    onPolled: (state) => states.push(state),
    clock,
    log: createMemoryLog().log,
  });
  return { poller, clock, states };
}

test('a new state is reported as soon as it is there', async () => {
  const { poller, states } = start(parseNumbers(sampleResponse()));
  await poller.poll();
  expect(states).toEqual([poller.state()]);
});

test('the same response again counts as a poll with its anomalies, and no counter moves', async () => {
  const odd = parseNumbers({ ...sampleResponse(), totalWhatsApp: 99 });
  const { poller, clock } = start(odd);
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
