import { expect, test } from 'vitest';
import {
  afterPoll,
  createAccountState,
  type AccountState,
  type PollOutcome,
} from '../../src/core/account-state.ts';
import { createAnomalyTally, noAnomalies } from '../../src/core/anomalies.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { REASON_NAMES } from '../../src/core/reasons.ts';
import { numberEntry } from '../support/numbers.ts';

const totals = {
  numbers: 1,
  conversations: 6,
  marketing: 3,
  service: 2,
  incoming: 1,
} as const;
/** 04:00 in Israel on the first of November. */
const TURN = Date.parse('2026-11-01T02:00:00Z');

const ended = (unixMs: number) => ({
  endedAt: { unixMs, monotonicMs: 0 },
  durationMs: 120,
  tokenExpiresAtMs: undefined,
});
const good = (unixMs: number, marketing = 3): PollOutcome => ({
  ...ended(unixMs),
  snapshot: { totals, numbers: [numberEntry({ marketing })], excluded: 0 },
  anomalies: { counts: noAnomalies(), examples: [] },
});
const bad = (unixMs: number, reason: 'timeout' | 'blocked' = 'timeout'): PollOutcome => ({
  ...ended(unixMs),
  reason,
  detail: 'why it failed',
});
const run = (...outcomes: PollOutcome[]): AccountState =>
  outcomes.reduce(
    (state, outcome) => afterPoll(state, outcome, PROVIDER_MONTH),
    createAccountState('acme'),
  );

test('before the first poll everything is zero or undefined', () => {
  const state = createAccountState('acme');
  expect(state).toMatchObject({ polls: 0, lastPoll: undefined, lastGood: undefined });
  expect(Object.keys(state.failures)).toEqual(REASON_NAMES);
  expect(Object.values(state.failures).every((count) => count === 0)).toBe(true);
});

test('a failed poll is counted by reason and keeps the last successful data', () => {
  const state = run(good(TURN + 1), bad(TURN + 2), bad(TURN + 3, 'blocked'), bad(TURN + 4));
  expect(state.polls).toBe(4);
  expect(state.failures).toMatchObject({ timeout: 2, blocked: 1, internal: 0 });
  expect(state.lastGood?.at.unixMs).toBe(TURN + 1);
  expect(state.lastPoll).toMatchObject({ reason: 'timeout' });
});

test('counters continue after an outage', () => {
  const state = run(good(TURN + 86_400_000 * 5, 3), bad(1), good(TURN + 86_400_000 * 6, 10));
  expect(state.conversations[0]?.marketing.total).toBe(7);
});

test('the month is that of the data, even while polls fail past its end', () => {
  const state = run(good(TURN - 60_000), bad(TURN + 60_000));
  expect(state.lastGood?.month.endMs).toBe(TURN);
});

test('anomalies add up over polls', () => {
  const tally = createAnomalyTally();
  tally.add('field_missing', '972500000001.coexistence');
  const odd = { ...good(TURN), anomalies: tally.result() };
  expect(run(odd, odd, good(TURN)).anomalies).toMatchObject({ field_missing: 2, text_cut: 0 });
});

test('a state is immutable', () => {
  const before = run(good(TURN));
  const copy = structuredClone({ ...before, conversations: [...before.conversations] });
  afterPoll(before, good(TURN + 60_000, 9), PROVIDER_MONTH);
  expect({ ...before, conversations: [...before.conversations] }).toEqual(copy);
});
