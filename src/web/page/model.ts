import type { ReloadState } from '../../edge.ts';
import type { OnlinePlace } from '../../core/online-places.ts';
import type { NumberEntry } from '../../core/snapshot.ts';

/** The data of the page and /api/status. Times are Unix milliseconds. */
export interface Status {
  readonly version: string;
  readonly nowMs: number;
  readonly reload: ReloadState;
  /** Undefined without sharding; shards are counted from 0. */
  readonly sharding?: { readonly shard: number; readonly totalShards: number } | undefined;
  readonly accounts: readonly AccountStatus[];
  /** Where numbers have a dashboard, without a slash at the end; undefined without Grafana. */
  readonly grafanaUrl?: string | undefined;
}

export interface AccountStatus {
  readonly name: string;
  readonly lastPollMs: number | undefined;
  readonly lastSuccessMs: number | undefined;
  /** Undefined if it is unknown. */
  readonly nextPollMs: number | undefined;
  /** When the cool-down ends; undefined without a cool-down. */
  readonly cooldownUntilMs?: number | undefined;
  /** Why the last poll failed; undefined if it succeeded. */
  readonly failure: Failure | undefined;
  /** Undefined if there is no current data: none was received yet, or it is too old. */
  readonly numbers: readonly NumberEntry[] | undefined;
  /** Since when a number has been in its state. */
  readonly sinceOf: (whatsapp: string) => Since;
  /** The inbox that a number is connected to, as far as collectors know it. */
  readonly placeOf: (number: NumberEntry) => OnlinePlace;
}

export interface Since {
  readonly unixMs: number;
  /** Whether the exporter saw the change; otherwise the number has been in its state for longer. */
  readonly isExact: boolean;
}

export interface Failure {
  readonly reason: string;
  /** What happened, in one sentence: `HTTP 403 from the token call`. */
  readonly detail: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** `failing` still has data to show; `stale` has none after a failed poll. */
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

/** Counts numbers by state. */
export function tally(numbers: readonly NumberEntry[]): Tally {
  const counts = { all: numbers.length, offline: 0, unknown: 0, online: 0 };
  for (const number of numbers) counts[stateOf(number)] += 1;
  return counts;
}
