import { expect, test } from 'vitest';
import { afterPoll, createAccountState, type PollOutcome } from '../src/core/account-state.ts';
import { parseNumbers } from '../src/core/parse.ts';
import { REASONS } from '../src/core/reasons.ts';
import { toLanding } from '../src/status.ts';
import { sampleEntry, sampleResponse } from './support/sample.ts';

const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
const ended = (unixMs: number) => ({
  endedAt: { unixMs, monotonicMs: 0 },
  durationMs: 250,
  tokenExpiresAtMs: undefined,
});
const good = (response: unknown, unixMs = NOW_MS): PollOutcome => ({
  ...ended(unixMs),
  ...parseNumbers(response),
});
/** What the page says of one account after these polls. */
function statusAfter({ isFresh }: { isFresh: boolean }, ...outcomes: readonly PollOutcome[]) {
  const state = outcomes.reduce(
    (before, outcome) => afterPoll(before, outcome, 'Asia/Jerusalem'),
    createAccountState('acme'),
  );
  const snapshot = isFresh ? state.lastGood?.snapshot : undefined;
  return toLanding([{ state, snapshot, pollIntervalS: 60 }], '/metrics', '1.2.3', NOW_MS);
}

test('the page says which exporter this is and links to its own paths', () => {
  const landing = toLanding([], '/internal/metrics', '1.2.3', NOW_MS);
  expect(landing).toMatchObject({ version: '1.2.3', nowMs: NOW_MS, accounts: [] });
  expect(landing.links.map(({ path }) => path)).toEqual([
    '/internal/metrics',
    '/-/healthy',
    '/-/ready',
  ]);
});

test('an account that has not been polled has nothing to tell', () => {
  expect(statusAfter({ isFresh: false }).accounts).toEqual([
    { name: 'acme', lastPoll: undefined, lastSuccessMs: undefined, numbers: undefined },
  ]);
});

test('offline are the numbers of which the provider says so, not those of which it says nothing', () => {
  const list = [0, 1, 'maybe', '0', undefined].map((isOnline, i) =>
    sampleEntry({ whatsapp: `1555010${i}`, isOnline }),
  );
  expect(statusAfter({ isFresh: true }, good(sampleResponse({ list }))).accounts).toEqual([
    {
      name: 'acme',
      lastPoll: { atMs: NOW_MS, failure: undefined },
      lastSuccessMs: NOW_MS,
      numbers: { all: 5, offline: 2 },
    },
  ]);
});

test('a failure has its meaning and remedy, beside the last success', () => {
  const failed: PollOutcome = { ...ended(NOW_MS), reason: 'blocked' };
  const { accounts } = statusAfter(
    { isFresh: false },
    good(sampleResponse(), NOW_MS - 600_000),
    failed,
  );
  expect(accounts).toEqual([
    {
      name: 'acme',
      lastPoll: { atMs: NOW_MS, failure: { reason: 'blocked', ...REASONS.blocked } },
      lastSuccessMs: NOW_MS - 600_000,
      numbers: undefined,
    },
  ]);
});
