import {
  afterPoll,
  createAccountState,
  type AccountState,
  type PollFailure,
  type PollOutcome,
} from '../core/account-state.ts';
import { instantOf, type Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';
import type { MonthSettings } from '../core/month.ts';
import type { ParsedResponse } from '../core/parse.ts';
import { createPollLog } from './poll-log.ts';
import { isStopped, stop, toFailure, withWatchdog } from './watchdog.ts';

export interface AccountPollerOptions {
  readonly name: string;
  readonly month: MonthSettings;
  /** The time limit that fetchNumbers must keep. */
  readonly timeoutMs: number;
  readonly fetchNumbers: (signal: AbortSignal) => Promise<ParsedResponse>;
  readonly tokenExpiresAtMs: () => number | undefined;
  /** Called with every new state. */
  readonly onPolled?: (state: AccountState) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** The previous state, if the account is kept across a reload. */
  readonly state?: AccountState;
}

/** Polls one account and keeps its state. */
export interface AccountPoller {
  state(): AccountState;
  /** Starts a poll, or waits for the running one. Never rejects. */
  poll(): Promise<void>;
  /** Aborts a running poll and discards its outcome. */
  stop(): Promise<void>;
}

type Result = Pick<ParsedResponse, 'snapshot' | 'anomalies'> | PollFailure;

export function createAccountPoller(options: AccountPollerOptions): AccountPoller {
  const { name, clock, log } = options;
  let state = options.state ?? createAccountState(name);
  let running: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;
  const pollLog = createPollLog(name, clock, log);

  async function pollOnce(abort: AbortController): Promise<void> {
    const startedMs = clock.monotonicMs();
    const { result, fields } = await fetchResult(abort);
    if (isStopped(abort)) return;
    const outcome: PollOutcome = {
      ...result,
      endedAt: instantOf(clock),
      durationMs: clock.monotonicMs() - startedMs,
      tokenExpiresAtMs: options.tokenExpiresAtMs(),
    };
    const before = state;
    state = afterPoll(before, outcome, options.month);
    pollLog.record(outcome, before, fields);
    options.onPolled?.(state);
  }

  async function fetchResult(
    abort: AbortController,
  ): Promise<{ result: Result; fields: Readonly<Record<string, unknown>> }> {
    try {
      const watched = { what: 'poll', timeoutMs: options.timeoutMs, clock };
      return { result: await withWatchdog(options.fetchNumbers, abort, watched), fields: {} };
    } catch (error) {
      const { failure, fields } = toFailure(error);
      return { result: failure, fields };
    }
  }

  return {
    state: () => state,
    poll() {
      if (running === undefined) {
        const abort = new AbortController();
        const done = pollOnce(abort).finally(() => (running = undefined));
        running = { done, abort };
      }
      return running.done;
    },
    async stop() {
      stop(running?.abort);
      await running?.done;
    },
  };
}
