import type { ReloadState } from '../../core/reload-state.ts';
import type { NumberEntry } from '../../core/snapshot.ts';

/** What the page and /api/status tell. Times are Unix milliseconds. */
export interface Status {
  readonly version: string;
  readonly nowMs: number;
  readonly reload: ReloadState;
  /** Undefined where every account of the configuration is here; counted from 0. */
  readonly sharding?: { readonly shard: number; readonly totalShards: number } | undefined;
  readonly accounts: readonly AccountStatus[];
}

export interface AccountStatus {
  readonly name: string;
  readonly lastPollMs: number | undefined;
  readonly lastSuccessMs: number | undefined;
  /** Undefined where the schedule cannot say. */
  readonly nextPollMs: number | undefined;
  /** Until when the provider is not asked; undefined without a cool-down. */
  readonly cooldownUntilMs?: number | undefined;
  /** Of the last poll. */
  readonly failure: Failure | undefined;
  /** Undefined when there are none to be shown: nothing came yet, or it is too old. */
  readonly numbers: readonly NumberEntry[] | undefined;
}

export interface Failure {
  readonly reason: string;
  /** What happened, in one sentence: `HTTP 403 from the token call`. */
  readonly detail: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** From well to worse: `failing` still has data to show, `stale` has none any more (or never had). */
export type Condition = 'ok' | 'failing' | 'waiting' | 'stale';

export function conditionOf({ numbers, failure, lastPollMs }: AccountStatus): Condition {
  if (numbers !== undefined) return failure === undefined ? 'ok' : 'failing';
  return lastPollMs === undefined ? 'waiting' : 'stale';
}

export type NumberState = 'offline' | 'unknown' | 'online';

export function stateOf({ online }: NumberEntry): NumberState {
  if (online === undefined) return 'unknown';
  return online === 0 ? 'offline' : 'online';
}

export type Tally = Readonly<Record<NumberState | 'all', number>>;

/** How many numbers are in which state. */
export function tally(numbers: readonly NumberEntry[]): Tally {
  const counts = { all: numbers.length, offline: 0, unknown: 0, online: 0 };
  for (const number of numbers) counts[stateOf(number)] += 1;
  return counts;
}
