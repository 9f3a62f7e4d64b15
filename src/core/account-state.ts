import { ANOMALY_KINDS, noAnomalies, type Anomalies } from './anomalies.ts';
import type { Instant } from './clock.ts';
import {
  areCountedAlready,
  countConversations,
  type ConversationCounters,
} from './conversations.ts';
import { monthOf, type Month } from './month.ts';
import { REASON_NAMES, type Reason } from './reasons.ts';
import type { Snapshot } from './snapshot.ts';

/** How a poll ended: with data, or with a reason from the closed set. Never an exception. */
export type PollOutcome = {
  readonly endedAt: Instant;
  readonly durationMs: number;
  /** When the access token in use expires; undefined for a fixed token or none. */
  readonly tokenExpiresAtMs: number | undefined;
} & ({ readonly snapshot: Snapshot; readonly anomalies: Anomalies } | PollFailure);

/** Why a poll failed. `detail` is the message of the PollError: one of a small set of sentences. */
export interface PollFailure {
  readonly reason: Reason;
  readonly detail: string;
}

/** The last good poll and what follows from it. */
interface GoodPoll {
  readonly at: Instant;
  readonly snapshot: Snapshot;
  readonly month: Month;
}

/** All that is known of one account. A poll makes a new one; nothing in it is ever changed. */
export interface AccountState {
  readonly name: string;
  readonly polls: number;
  readonly failures: Readonly<Record<Reason, number>>;
  readonly anomalies: Anomalies['counts'];
  readonly conversations: ConversationCounters;
  readonly lastPoll: PollOutcome | undefined;
  readonly lastGood: GoodPoll | undefined;
}

export function createAccountState(name: string): AccountState {
  return {
    name,
    polls: 0,
    failures: Object.fromEntries(REASON_NAMES.map((reason) => [reason, 0])) as Record<
      Reason,
      number
    >,
    anomalies: noAnomalies(),
    conversations: new Map(),
    lastPoll: undefined,
    lastGood: undefined,
  };
}

/** The state after a poll. `timezone` is that of the provider's month. */
export function afterPoll(
  state: AccountState,
  outcome: PollOutcome,
  timezone: string,
): AccountState {
  const polled = { ...state, polls: state.polls + 1, lastPoll: outcome };
  if ('reason' in outcome) {
    return {
      ...polled,
      failures: { ...state.failures, [outcome.reason]: state.failures[outcome.reason] + 1 },
    };
  }
  const atMs = outcome.endedAt.unixMs;
  const { lastGood } = state;
  const isUnchanged =
    lastGood?.snapshot === outcome.snapshot &&
    areCountedAlready(lastGood.at.unixMs, atMs, timezone);
  return {
    ...polled,
    anomalies: addUp(state.anomalies, outcome.anomalies.counts),
    conversations: isUnchanged
      ? state.conversations
      : countConversations(state.conversations, outcome.snapshot.numbers, atMs, timezone),
    lastGood: {
      at: outcome.endedAt,
      snapshot: outcome.snapshot,
      month: monthOf(atMs, timezone),
    },
  };
}

function addUp(a: Anomalies['counts'], b: Anomalies['counts']): Anomalies['counts'] {
  const sum = noAnomalies();
  for (const kind of ANOMALY_KINDS) sum[kind] = a[kind] + b[kind];
  return sum;
}
