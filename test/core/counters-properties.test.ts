import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { createPolledAccount } from '../support/account.ts';

const HOUR_MS = 3_600_000;
/** 04:00 in Israel on the first of November. */
const TURN = Date.parse('2026-11-01T02:00:00Z');
const POLLS = 160;
/** The poll at which the provider's month starts. */
const TURN_POLL = POLLS / 2;
/** At least one poll in this many is correct: a count that is lower for ten polls counts as corrected. */
const GOOD_EVERY = 8;
const BEHIND_POLLS = 3;

const ofEachPoll = <T>(values: readonly T[]) =>
  array(constantFrom(...values), { minLength: POLLS, maxLength: POLLS });

/** Random counts of an account across the start of a month, as polls may return them. */
const walk = record({
  intervalMs: integer({ min: 1, max: 60 }).map((minutes) => minutes * 60_000),
  /** At midnight, at 04:00, or up to 20 hours late. */
  turnsLateMs: constantFrom(-4, -2, 0, 1, 20).map((hours) => hours * HOUR_MS),
  /** The first counts. */
  counts: array(integer({ min: 2_000, max: 9_000 }), { minLength: 1, maxLength: 4 }),
  growth: ofEachPoll([0, 1, 5]),
  correction: ofEachPoll([...Array<number>(40).fill(0), 7, 50]),
  /** `behind`: another server, some polls behind. */
  view: ofEachPoll(['good', 'good', 'good', 'behind', 'behind', 'zero', 'partial'] as const),
  outage: record({ from: integer({ min: 1, max: POLLS }), length: integer({ min: 0, max: 90 }) }),
});

test('counters match the true count, less at most the corrections', () => {
  assert(
    property(walk, ({ intervalMs, turnsLateMs, outage, ...each }) => {
      const account = createPolledAccount();
      const startMs = TURN + turnsLateMs - TURN_POLL * intervalMs;
      const history = [each.counts];
      let [happened, corrected, unseen] = [0, 0, 0];
      // A start after the calendar month has started must rely on the setting.
      account.poll(TURN - 48 * HOUR_MS, each.counts);
      for (let i = 1; i < POLLS; i += 1) {
        const before = i === TURN_POLL ? each.counts.map(() => 0) : (history[i - 1] ?? []);
        const [grown, taken] = [each.growth[i] ?? 0, each.correction[i] ?? 0];
        const counts = before.map((count) => Math.max(count - taken, 0) + grown);
        history.push(counts);
        happened += grown;
        corrected += taken;
        // Conversations of the old month after its last observation are lost.
        if (i < TURN_POLL) unseen += grown;
        if (i >= outage.from && i < outage.from + outage.length) continue;
        const view = i % GOOD_EVERY === 0 ? 'good' : each.view[i];
        if (view === 'good' && i < TURN_POLL) unseen = 0;
        const shown = {
          good: counts,
          behind: history[Math.max(i - BEHIND_POLLS, 0)] ?? [],
          zero: counts.map(() => 0),
          partial: counts.map((count) => Math.floor(count * 0.9)),
        }[view ?? 'good'];
        account.poll(startMs + i * intervalMs, shown);
        if ((account.total(0) ?? 0) > happened) expect.fail(`too high after poll ${i}`);
      }
      account.poll(startMs + POLLS * intervalMs, history.at(-1) ?? []);
      expect(account.total(0)).toBeGreaterThanOrEqual(happened - corrected - unseen);
    }),
    { numRuns: 100 },
  );
});
