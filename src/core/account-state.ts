import { followMonth, type AccountMonth, type Levels } from './account-month.ts';
import { addCounts, noAnomalies, type Anomalies } from './anomalies.ts';
import type { Instant } from './clock.ts';
import { countConversations, levelsOf, type ConversationCounters } from './conversations.ts';
import type { MonthSettings } from './month.ts';
import { followOnline, type OnlineHistory } from './online-history.ts';
import { noFailures, type Reason } from './reasons.ts';
import type { Snapshot } from './snapshot.ts';

/** The result of a poll: data, or a reason from a fixed set. */
export type PollOutcome = {
  readonly endedAt: Instant;
  readonly durationMs: number;
  /** When the current access token expires; undefined for a configured token or none. */
  readonly tokenExpiresAtMs: number | undefined;
} & ({ readonly snapshot: Snapshot; readonly anomalies: Anomalies } | PollFailure);

/** Why a poll failed. `detail` is the message of the PollError, one of a small set of sentences. */
export interface PollFailure {
  readonly reason: Reason;
  readonly detail: string;
}

/** The last successful poll. */
interface GoodPoll {
  readonly at: Instant;
  readonly snapshot: Snapshot;
  readonly month: AccountMonth;
  /** The levels, if counting this snapshot again would change nothing. Most responses are repeated. */
  readonly settled: Levels | undefined;
}

/** Everything recorded about one account. Immutable: each poll creates a new state. */
export interface AccountState {
  readonly name: string;
  readonly polls: number;
  readonly failures: Readonly<Record<Reason, number>>;
  readonly anomalies: Anomalies['counts'];
  readonly conversations: ConversationCounters;
  /** Undefined before the first successful poll. */
  readonly online: OnlineHistory | undefined;
  readonly lastPoll: PollOutcome | undefined;
  readonly lastGood: GoodPoll | undefined;
}

export function createAccountState(name: string): AccountState {
  return {
    name,
    polls: 0,
    failures: noFailures(),
    anomalies: noAnomalies(),
    conversations: [],
    online: undefined,
    lastPoll: undefined,
    lastGood: undefined,
  };
}

/** The state after a poll. */
export function afterPoll(
  state: AccountState,
  outcome: PollOutcome,
  settings: MonthSettings,
): AccountState {
  const polled = { ...state, polls: state.polls + 1, lastPoll: outcome };
  if ('reason' in outcome) {
    return {
      ...polled,
      failures: { ...state.failures, [outcome.reason]: state.failures[outcome.reason] + 1 },
    };
  }
  const { endedAt: at, snapshot, anomalies } = outcome;
  const { lastGood, conversations: before } = state;
  const isRepeated = lastGood?.snapshot === snapshot;
  const settled = isRepeated ? lastGood.settled : undefined;
  const levels = settled ?? levelsOf(before, snapshot.numbers);
  const { month, turn } = followMonth(lastGood?.month, lastGood?.at, at, levels, settings);
  const isSettled = settled !== undefined && turn === 'none';
  const conversations = isSettled ? before : countConversations(before, snapshot.numbers, turn);
  const settles = turn === 'none' && conversations === before;
  const online = isRepeated
    ? state.online
    : followOnline(state.online, lastGood?.snapshot.numbers ?? [], snapshot.numbers, at);
  return {
    ...polled,
    anomalies: addCounts(state.anomalies, anomalies.counts),
    conversations,
    online,
    lastGood: { at, snapshot, month, settled: settles ? levels : undefined },
  };
}
