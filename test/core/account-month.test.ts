import { expect, test } from 'vitest';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { createPolledAccount } from '../support/account.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 04:00 in Israel on the first of November. */
const TURN = Date.parse('2026-11-01T02:00:00Z');
const MID_MONTH = TURN + 14 * DAY_MS;
const OCTOBER = ['2026-10-01T01:00', '2026-11-01T02:00'];
const NOVEMBER = ['2026-11-01T02:00', '2026-12-01T02:00'];
const DECEMBER = ['2026-12-01T02:00', '2027-01-01T02:00'];

/** Applies counts of one number, a minute apart; returns its counter and its month after each. */
function minutes(startMs: number, ...counts: number[]) {
  const account = createPolledAccount();
  return counts.map((count, i) => {
    account.poll(startMs + i * MINUTE_MS, [count]);
    return { total: account.total(), month: account.month() };
  });
}
const totalsOf = (steps: ReturnType<typeof minutes>) => steps.map(({ total }) => total);
const monthsOf = (steps: ReturnType<typeof minutes>) => steps.map(({ month }) => month);

// Without marks and account months, these counters would add 4,990, 5,000, 4 and 5,004.
test.each([
  ['a correction on the last day', TURN - 10 * HOUR_MS, [5000, 4990, 4991], [0, 0, 0]],
  ['a glitch in the middle of a month', MID_MONTH, [5000, 0, 5000], [0, 0, 0]],
  ['two servers that disagree', MID_MONTH, [5000, 4998, 5000, 4998, 5000], [0, 0, 0, 0, 0]],
  ['two servers around the turn', TURN - 2 * MINUTE_MS, [5000, 3, 5000, 4], [0, 3, 3, 4]],
])('%s counts what happened', (_what, startMs, counts, expected) => {
  expect(totalsOf(minutes(startMs, ...counts))).toEqual(expected);
});

test.each([
  ['at midnight', -4],
  ['at midnight UTC', -2],
  ['at 04:00', 0],
  ['an hour late', 1],
  ['23 hours late', 23],
])('the month starts when the counts restart: %s', (_when, hours) => {
  const turnMs = TURN + hours * HOUR_MS;
  const account = createPolledAccount();
  account.poll(turnMs - 2 * DAY_MS, [400, 600]);
  for (const [sinceMs, counts, month, total] of [
    [-MINUTE_MS, [401, 600], OCTOBER, 1],
    [MINUTE_MS, [2, 1], NOVEMBER, 3],
    [2 * MINUTE_MS, [2, 1], NOVEMBER, 3],
    [DAY_MS, [52, 1], NOVEMBER, 53],
  ] as const) {
    account.poll(turnMs + sinceMs, counts);
    expect([account.month(), account.total()], `${sinceMs}`).toEqual([month, total]);
  }
});

test('the month follows a lagging server and the polls after it', () => {
  const months = monthsOf(minutes(TURN - MINUTE_MS, 5000, 3, 5000, 4, 5));
  expect(months).toEqual([OCTOBER, NOVEMBER, OCTOBER, NOVEMBER, NOVEMBER]);
});

test('an hour of alternating servers at the start of a month adds the highest count', () => {
  const counts = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 5000 : 3 + i));
  expect(totalsOf(minutes(TURN - MINUTE_MS, ...counts)).at(-1)).toBe(3 + 59);
});

test('counts that disappear on the last day and return within ten polls are not a restart', () => {
  const steps = minutes(TURN - 5 * HOUR_MS, 5000, 0, 0, 0, 5002, 5003);
  expect(totalsOf(steps)).toEqual([0, 0, 0, 0, 2, 3]);
  expect(steps.at(-1)?.month).toEqual(OCTOBER);
});

test('one number alone does not restart the account', () => {
  const account = createPolledAccount();
  account.poll(TURN - DAY_MS, [5000, 9000]);
  account.poll(TURN - MINUTE_MS, [5000, 9000]);
  account.poll(TURN + MINUTE_MS, [3, 9000]);
  expect([account.total(), account.month()]).toEqual([0, OCTOBER]);
});

test('a number that restarts after its account is counted again after ten polls', () => {
  const account = createPolledAccount();
  const polls = [[5000, 1000], [3, 1000], ...Array.from({ length: 10 }, () => [4, 1]), [5, 3]];
  polls.forEach((counts, i) => account.poll(TURN + i * MINUTE_MS, counts));
  expect([account.total(0), account.total(1), account.month()]).toEqual([5, 2, NOVEMBER]);
});

test('without a restart the month keeps its end for a day; then the calendar decides', () => {
  const account = createPolledAccount();
  account.poll(TURN - DAY_MS, [5000]);
  for (let hours = -2; hours < 24; hours += 1) {
    account.poll(TURN + hours * HOUR_MS, [5100 + hours]);
    expect(account.month(), `${hours}`).toEqual(OCTOBER);
  }
  account.poll(TURN + DAY_MS, [5124]);
  expect([account.total(), account.month()]).toEqual([124, NOVEMBER]);
});

test.each([
  ['none', [0]],
  ['few', [4, 5]],
])('with %s counts no collapse is visible and the calendar decides', (_what, counts) => {
  const account = createPolledAccount();
  account.poll(TURN - DAY_MS, counts);
  account.poll(TURN - MINUTE_MS, counts);
  expect(account.month()).toEqual(OCTOBER);
  account.poll(TURN, counts);
  expect(account.month()).toEqual(NOVEMBER);
});

test.each([
  ['hours', -3, 5, [12], 12],
  ['a day and a half, into the first day', -20, 16, [300], 300],
  ['three days', -36, 36, [80], 80],
  ['a month, and has more than before', -240, 480, [650], 650],
  ['a month, and has as many as before', -240, 480, [500], 500],
])(
  'an outage over the start of a month of %s adds the counts of the new month',
  (_what, from, to, counts, added) => {
    const account = createPolledAccount();
    account.poll(TURN - 20 * DAY_MS, [500]);
    account.poll(TURN + from * HOUR_MS, [500]);
    account.poll(TURN + to * HOUR_MS, counts);
    expect([account.total(), account.month()]).toEqual([added, NOVEMBER]);
  },
);

test.each([
  ['before the turn', -HOUR_MS, OCTOBER],
  ['after it', HOUR_MS, NOVEMBER],
])('the first poll uses the setting: %s', (_when, sinceMs, month) => {
  const account = createPolledAccount();
  account.poll(TURN + sinceMs, [5000]);
  expect(account.month()).toEqual(month);
});

test('a start between midnight and 04:00 does not wait for a collapse that may be over', () => {
  const account = createPolledAccount();
  account.poll(TURN - 3 * HOUR_MS, [12]);
  account.poll(TURN, [13]);
  expect([account.total(), account.month()]).toEqual([1, NOVEMBER]);
});

test('a start just before the new month also follows servers that disagree', () => {
  const steps = minutes(TURN - 2 * MINUTE_MS, 5000, 5000, 3, 5000, 5000, 4);
  expect(totalsOf(steps)).toEqual([0, 0, 3, 3, 3, 4]);
});

test('a start shortly before a late restart counts from the restart', () => {
  const account = createPolledAccount();
  account.poll(TURN + HOUR_MS, [5000]);
  account.poll(TURN + 2 * HOUR_MS, [3]);
  account.poll(TURN + 3 * HOUR_MS, [4]);
  expect([account.total(), account.month()]).toEqual([4, NOVEMBER]);
});

test('a month restarts once', () => {
  expect(totalsOf(minutes(TURN - MINUTE_MS, 5000, 40, 3, 40)).at(-1)).toBe(40);
});

test('a clock that jumps and is corrected adds nothing', () => {
  const account = createPolledAccount();
  account.poll(MID_MONTH, [5000], 0);
  account.poll(MID_MONTH + 20 * DAY_MS, [5001], MINUTE_MS);
  expect([account.total(), account.month()]).toEqual([1, DECEMBER]);
  account.poll(MID_MONTH + 2 * MINUTE_MS, [5002], 2 * MINUTE_MS);
  expect([account.total(), account.month()]).toEqual([2, NOVEMBER]);
});

test('a clock that was three days ahead does not hide the restart', () => {
  const account = createPolledAccount();
  account.poll(TURN + 3 * DAY_MS, [500], 0);
  account.poll(TURN - MINUTE_MS, [4], MINUTE_MS);
  expect(account.total()).toBe(4);
});

test('a reload that changes the start of the month moves its bounds', () => {
  const account = createPolledAccount();
  account.poll(MID_MONTH, [5000]);
  account.poll(MID_MONTH + MINUTE_MS, [5000], MID_MONTH, { ...PROVIDER_MONTH, startsAtMs: 0 });
  expect(account.month()).toEqual(['2026-10-31T22:00', '2026-11-30T22:00']);
});
