import { expect, test } from 'vitest';
import {
  afterPoll,
  createAccountState,
  type AccountState,
  type PollFailure,
} from '../../src/core/account-state.ts';
import { followOnline, onlineSince, type OnlineHistory } from '../../src/core/online-history.ts';
import { parseNumbers, type ParsedResponse } from '../../src/core/parse.ts';
import { PROVIDER_MONTH as MONTH } from '../../src/core/month.ts';
import { sampleResponse } from '../support/sample.ts';

const at = (unixMs: number) => ({ unixMs, monotonicMs: unixMs });
type Result = PollFailure | Pick<ParsedResponse, 'snapshot' | 'anomalies'>;
type States = Readonly<Record<string, number | undefined>>;
const listOf = (states: States) =>
  Object.entries(states).map(([whatsapp, online]) => ({ whatsapp, online }));

/** The history after polls with these states, at 0 s, 1 s, 2 s and so on. */
function follow(...polls: readonly States[]): OnlineHistory {
  let history: OnlineHistory | undefined;
  polls.forEach((states, i) => {
    history = followOnline(history, listOf(polls[i - 1] ?? {}), listOf(states), at(i * 1_000));
  });
  if (history === undefined) throw new Error('no polls');
  return history;
}
const since = (history: OnlineHistory, whatsapp: string) => {
  const { at: when, isExact } = onlineSince(history, whatsapp);
  return [when.unixMs, isExact];
};

test('a number that has not changed is at least as old as the first poll', () => {
  expect(since(follow({ a: 1 }, { a: 1 }, { a: 1 }), 'a')).toEqual([0, false]);
});

test('a change is dated by the poll that first showed it, also to and from unknown', () => {
  expect(since(follow({ a: 1 }, { a: 0 }, { a: 0 }), 'a')).toEqual([1_000, true]);
  expect(since(follow({ a: 1 }, { a: 0 }, { a: undefined }), 'a')).toEqual([2_000, true]);
});

test('a number that appears later is at least as old as its first poll', () => {
  expect(since(follow({ a: 1 }, { a: 1, b: 0 }, { b: 0, a: 1 }), 'b')).toEqual([1_000, false]);
});

test('the order of the list does not matter', () => {
  const history = follow({ a: 1, b: 0, c: 1 }, { c: 1, a: 0, b: 0 });
  expect(['a', 'b', 'c'].map((number) => since(history, number))).toEqual([
    [1_000, true],
    [0, false],
    [0, false],
  ]);
});

test('a removed number is forgotten, so the history never outgrows the list', () => {
  const polls = Array.from({ length: 50 }, (_, i) => ({ [`n${i}`]: 1, stays: i % 2 }));
  const { later } = follow(...polls);
  expect([...later.keys()].toSorted()).toEqual(['n49', 'stays']);
});

test('without a change the history is the same object', () => {
  const history = follow({ a: 1 });
  expect(followOnline(history, listOf({ a: 1 }), listOf({ a: 1 }), at(9))).toBe(history);
});

test('a repeated snapshot is not compared again, and a failed poll changes nothing', () => {
  const poll = (state: AccountState, result: Result) =>
    afterPoll(
      state,
      { endedAt: at(1), durationMs: 1, tokenExpiresAtMs: undefined, ...result },
      MONTH,
    );
  const { anomalies, snapshot } = parseNumbers(sampleResponse());
  let reads = 0;
  const counted = {
    ...snapshot,
    get numbers() {
      reads += 1;
      return snapshot.numbers;
    },
  };
  const first = poll(createAccountState('acme'), { anomalies, snapshot: counted });
  const failed = poll(first, { reason: 'network', detail: 'connection refused' });
  expect(failed.online).toBe(first.online);
  const settled = poll(failed, { anomalies, snapshot: counted });
  reads = 0;
  expect(poll(settled, { anomalies, snapshot: counted }).online).toBe(first.online);
  expect(reads).toBe(0);
});
