import { instantOf, msBetween, type Clock, type Instant } from '../core/clock.ts';
import {
  afterRun,
  createCollectorState,
  type Collected,
  type CollectorName,
  type CollectorState,
  type CollectorStates,
  type CollectorView,
  type CollectorViews,
} from '../core/collector.ts';
import { PollError } from '../core/reasons.ts';
import type { Log } from '../edge.ts';
import { createChanges } from './changes.ts';
import { isStopped, stop, toFailure, withWatchdog } from './watchdog.ts';

/** One enabled collector of an account. */
export interface CollectorTask {
  readonly name: CollectorName;
  readonly intervalMs: number;
  /** Time between two runs, in milliseconds; undefined while there is nothing to request. */
  gapMs(): number | undefined;
  readonly collect: (signal: AbortSignal) => Promise<Collected<unknown>>;
}

export interface CollectorsOptions {
  /** Name of the account, for the log. */
  readonly account: string;
  readonly tasks: readonly CollectorTask[];
  /** Whether requests are allowed now. */
  readonly mayCollect: () => boolean;
  /** The time limit that `collect` must keep. */
  readonly timeoutMs: number;
  /** Called after every run. */
  readonly onCollected: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** The states that are kept across a reload. */
  readonly states?: CollectorStates;
}

/** Runs the collectors of one account, one at a time, between its polls. */
export interface Collectors {
  states(): CollectorStates;
  /** The collectors as metrics show them; the same object while nothing has changed. */
  views(isStale: (at: Instant, intervalMs: number) => boolean): CollectorViews;
  /** Runs the collectors that are due, the longest waiting first. `polledAt` is when the poll started. Never rejects. */
  run(polledAt: Instant): Promise<void>;
  isRunning(): boolean;
  /** Aborts a running collector, because the numbers are due. */
  interrupt(): Promise<void>;
  /** Aborts a running collector and discards its outcome. */
  stop(): Promise<void>;
}

/** Ticks are not exact to the millisecond: every tenth poll must find `10m` to have passed. */
const SLACK_MS = 5_000;
/** A failed run is repeated sooner than after six hours, if these pass sooner. */
const RETRY_MS = 300_000;

const NO_RUN = createCollectorState();
const lastStartMs = ({ lastStart }: CollectorState) => lastStart?.monotonicMs ?? 0;

export function createCollectors(options: CollectorsOptions): Collectors {
  const { account, tasks, mayCollect, clock, log } = options;
  const stateOf = ({ name }: CollectorTask): CollectorState => states[name] ?? NO_RUN;
  let states: CollectorStates = Object.fromEntries(
    tasks.map(({ name }) => [name, options.states?.[name] ?? NO_RUN]),
  );
  const logs = new Map(
    tasks.map(({ name }) => [name, createChanges({ account, collector: name }, clock, log)]),
  );
  let running: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;

  function isDue(task: CollectorTask, polledAt: Instant): boolean {
    const gapMs = task.gapMs();
    const { lastStart: last, lastRun } = stateOf(task);
    if (gapMs === undefined || last === undefined) return gapMs !== undefined;
    const waitMs = lastRun?.failure === undefined ? gapMs : Math.min(gapMs, RETRY_MS);
    return msBetween(last, polledAt) >= waitMs - SLACK_MS;
  }

  async function runDue(polledAt: Instant, abort: AbortController): Promise<void> {
    // Otherwise collectors that are due at every poll could keep the others waiting.
    const queue = tasks.toSorted((a, b) => lastStartMs(stateOf(a)) - lastStartMs(stateOf(b)));
    for (const task of queue) {
      if (abort.signal.aborted) return;
      if (isDue(task, polledAt) && mayCollect()) await runOne(task, polledAt, abort);
    }
  }

  async function runOne(task: CollectorTask, polledAt: Instant, abort: AbortController) {
    const { name, collect } = task;
    const state = { ...stateOf(task), lastStart: polledAt };
    const startedMs = clock.monotonicMs();
    const watched = { what: 'collector', timeoutMs: options.timeoutMs, clock };
    const { collected, error } = await withWatchdog(collect, abort, watched).then(
      (result) => ({ collected: result, error: result.failure }),
      (thrown: unknown) => ({ collected: undefined, error: thrown }),
    );
    if (isStopped(abort)) return;
    const { failure, fields } = error === undefined ? SUCCESS : toFailure(error);
    const run = { endedAt: instantOf(clock), durationMs: clock.monotonicMs() - startedMs, failure };
    states = withState(states, name, afterRun(state, run, collected));

    const changes = logs.get(name);
    const line = { account, collector: name, duration_seconds: Math.round(run.durationMs) / 1000 };
    if (failure !== undefined) {
      const severity = failure.reason === 'internal' ? 'error' : 'warn';
      const level = changes?.isNews(failure.reason) ? severity : 'debug';
      log[level]({ ...line, outcome: 'failure', ...failure, ...fields }, 'collector failed');
    } else {
      changes?.recover();
      const success = { ...line, outcome: 'success' };
      if (state.lastRun?.failure !== undefined) log.info(success, 'collector recovered');
      else log[state.lastRun === undefined ? 'info' : 'debug'](success, 'collected');
    }
    if (collected !== undefined) changes?.recordAnomalies(collected.anomalies);
    options.onCollected();
  }

  let latest: CollectorViews = {};

  return {
    states: () => states,
    views(isStale) {
      const entries = tasks.map((task): [CollectorName, CollectorView<unknown>] => {
        const { name, intervalMs } = task;
        const state = stateOf(task);
        const good = state.lastGood;
        const isFresh = good !== undefined && !isStale(good.at, intervalMs);
        const data = isFresh ? good.data : undefined;
        const before = latest[name];
        const isSame = before?.state === state && before.data === data;
        return [name, isSame ? before : { state, data }];
      });
      if (entries.some(([name, view]) => latest[name] !== view)) {
        latest = Object.fromEntries(entries);
      }
      return latest;
    },
    run(polledAt) {
      if (tasks.length === 0) return Promise.resolve();
      if (running === undefined) {
        const abort = new AbortController();
        const done = runDue(polledAt, abort).finally(() => (running = undefined));
        running = { done, abort };
      }
      return running.done;
    },
    isRunning: () => running !== undefined,
    async interrupt() {
      running?.abort.abort(new PollError('timeout', 'stopped, because the numbers were due'));
      await running?.done;
    },
    async stop() {
      stop(running?.abort);
      await running?.done;
    },
  };
}

const SUCCESS = { failure: undefined, fields: {} };

/** Only a collector's own code makes its data, so the type of the data follows from the name. */
function withState(states: CollectorStates, name: CollectorName, state: CollectorState) {
  return { ...states, [name]: state } as CollectorStates;
}
