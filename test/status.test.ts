import { expect, test } from 'vitest';
import { afterPoll, createAccountState, type PollFailure } from '../src/core/account-state.ts';
import { instantOf } from '../src/core/clock.ts';
import { PROVIDER_MONTH } from '../src/core/month.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { REASONS } from '../src/core/reasons.ts';
import { toStatus } from '../src/status.ts';
import type { AccountView } from '../src/metrics/family.ts';
import { createCollectorState } from '../src/core/collector.ts';
import { numberEntry } from './support/numbers.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { sampleResponse } from './support/sample.ts';

const START_MS = Date.parse('2026-11-22T10:00:00Z');
const NEXT_MS = START_MS + 60_000;
const RELOAD = { succeeded: true, inForceSinceMs: START_MS };

/** An account whose polls end as given, at the current time. */
function start() {
  const clock = createFakeClock(START_MS);
  let state = createAccountState('acme');
  const poll = (outcome: PollFailure | undefined) => {
    const ended = { endedAt: instantOf(clock), durationMs: 250, tokenExpiresAtMs: undefined };
    const result = outcome ?? parseNumbers(sampleResponse());
    state = afterPoll(state, { ...ended, ...result }, PROVIDER_MONTH);
  };
  const status = ({ isFresh }: { isFresh: boolean }) => {
    const snapshot = isFresh ? state.lastGood?.snapshot : undefined;
    const view = { state, snapshot, pollIntervalS: 60, nextPollMs: NEXT_MS };
    return toStatus([view], '1.2.3', RELOAD, clock);
  };
  return { clock, poll, status, snapshot: () => state.lastGood?.snapshot };
}

test('an account that has not been polled has no values', () => {
  expect(start().status({ isFresh: false })).toEqual({
    version: '1.2.3',
    nowMs: START_MS,
    reload: RELOAD,
    accounts: [
      {
        name: 'acme',
        lastPollMs: undefined,
        lastSuccessMs: undefined,
        nextPollMs: NEXT_MS,
        cooldownUntilMs: undefined,
        failure: undefined,
        numbers: undefined,
        sinceOf: expect.any(Function) as unknown,
        placeOf: expect.any(Function) as unknown,
      },
    ],
  });
});

test('the numbers are those in the metrics, and none when they are stale', async () => {
  const { clock, poll, status, snapshot } = start();
  poll(undefined);
  await clock.advance(30_000);
  expect(status({ isFresh: true })).toMatchObject({
    nowMs: START_MS + 30_000,
    accounts: [
      { lastPollMs: START_MS, lastSuccessMs: START_MS, numbers: snapshot()?.numbers ?? [] },
    ],
  });
  expect(snapshot()?.numbers.length).toBeGreaterThan(0);
  expect(status({ isFresh: false }).accounts[0]?.numbers).toBeUndefined();
});

test('a failure has a meaning and a remedy, and the last success is kept', async () => {
  const { clock, poll, status } = start();
  poll(undefined);
  await clock.advance(60_000);
  poll({ reason: 'blocked', detail: 'why' });
  expect(status({ isFresh: false }).accounts).toMatchObject([
    {
      name: 'acme',
      lastPollMs: START_MS + 60_000,
      lastSuccessMs: START_MS,
      nextPollMs: NEXT_MS,
      failure: { reason: 'blocked', detail: 'why', ...REASONS.blocked },
      numbers: undefined,
    },
  ]);
});

test('the state of a number is at least as old as the first poll, by the clock as it is set now', async () => {
  const { clock, poll, status, snapshot } = start();
  poll(undefined);
  await clock.advance(60_000);
  poll(undefined);
  clock.jump(3_600_000);
  const [account] = status({ isFresh: true }).accounts;
  expect(account?.sinceOf(snapshot()?.numbers[0]?.whatsapp ?? '')).toEqual({
    unixMs: START_MS,
    isExact: false,
  });
});

test('the places of numbers are those that collectors know', () => {
  const clock = createFakeClock(START_MS);
  const account = {
    id: 1,
    server: 'online',
    name: 'Shop A',
    active: 1,
    createdS: undefined,
  } as const;
  const view = {
    state: createAccountState('acme'),
    snapshot: undefined,
    pollIntervalS: 60,
    nextPollMs: NEXT_MS,
    collectors: { online_accounts: { state: createCollectorState(), data: [account] } },
  };
  const [status] = toStatus([view as AccountView], '1.2.3', RELOAD, clock).accounts;
  const number = numberEntry({ onlineAccount: 1, onlineInbox: 2 });
  expect(status?.placeOf(number)).toEqual({ account, inbox: undefined });
});

test('a change of the clock does not make a poll look more recent', async () => {
  const { clock, poll, status } = start();
  poll(undefined);
  await clock.advance(30_000);
  clock.jump(-3_600_000);
  const { nowMs, accounts } = status({ isFresh: true });
  expect(nowMs - (accounts[0]?.lastSuccessMs ?? 0)).toBe(30_000);
  clock.jump(7_200_000);
  const later = status({ isFresh: true });
  expect(later.nowMs - (later.accounts[0]?.lastPollMs ?? 0)).toBeGreaterThanOrEqual(3_600_000);
});
