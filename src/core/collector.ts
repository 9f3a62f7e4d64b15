import type { Anomalies } from './anomalies.ts';
import type { Instant } from './clock.ts';
import type { AccountInboxes } from './inboxes.ts';
import type { MonthStatistics } from './monthly-statistics.ts';
import type { Onboardings } from './onboardings.ts';
import type { OnlineAccount } from './online-accounts.ts';
import { noFailures, type PollError, type Reason } from './reasons.ts';
import type { RegisteredNumber } from './registered-numbers.ts';

/** What each collector returns: optional data besides the numbers. One line per collector. */
export interface CollectorData {
  readonly online_accounts: readonly OnlineAccount[];
  /** Ordered by when they were requested. */
  readonly inboxes: readonly AccountInboxes[];
  readonly registered_numbers: readonly RegisteredNumber[];
  readonly onboardings: Onboardings;
  readonly monthly_statistics: readonly MonthStatistics[];
}

export type CollectorName = keyof CollectorData;

/** The result of one run. */
export interface Collected<T> {
  readonly data: T;
  readonly anomalies: Anomalies;
  /** Why some of the data is missing. The run counts as failed, and its data is used. */
  readonly failure?: PollError;
}

/** Everything recorded about one collector of one account. Immutable: each run creates a new state. */
export interface CollectorState<T = unknown> {
  /** Start of the poll that started the last run. */
  readonly lastStart: Instant | undefined;
  readonly failures: Readonly<Record<Reason, number>>;
  readonly lastRun: CollectorRun | undefined;
  readonly lastGood: { readonly at: Instant; readonly data: T } | undefined;
}

interface CollectorRun {
  readonly endedAt: Instant;
  readonly durationMs: number;
  readonly failure: { readonly reason: Reason; readonly detail: string } | undefined;
}

export function createCollectorState(): CollectorState {
  return {
    lastStart: undefined,
    failures: noFailures(),
    lastRun: undefined,
    lastGood: undefined,
  };
}

/** The state after a run; `collected` is undefined if it returned no data. */
export function afterRun(
  state: CollectorState,
  run: CollectorRun,
  collected: Pick<Collected<unknown>, 'data'> | undefined,
): CollectorState {
  const { failures, lastGood } = state;
  const reason = run.failure?.reason;
  return {
    ...state,
    failures: reason ? { ...failures, [reason]: failures[reason] + 1 } : failures,
    lastRun: run,
    lastGood: collected ? { at: run.endedAt, data: collected.data } : lastGood,
  };
}

/** The states of the enabled collectors of an account. */
export type CollectorStates = {
  readonly [Name in CollectorName]?: CollectorState<CollectorData[Name]>;
};

/** An enabled collector at the time of a scrape. */
export interface CollectorView<T> {
  readonly state: CollectorState<T>;
  /** The last data while it is fresh enough to be shown. */
  readonly data: T | undefined;
}

/** The enabled collectors of an account. */
export type CollectorViews = {
  readonly [Name in CollectorName]?: CollectorView<CollectorData[Name]>;
};
