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
import { PollError } from '../core/reasons.ts';
import { createPollLog } from './poll-log.ts';

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

/** A poll that is this late is abandoned, so that the next one can start. */
const HUNG_AFTER_MS = 10_000;

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
      return { result: await withWatchdog(abort), fields: {} };
    } catch (error) {
      return error instanceof PollError
        ? { result: { reason: error.reason, detail: error.message }, fields: {} }
        : { result: { reason: 'internal', detail: 'unexpected error' }, fields: { err: error } };
    }
  }

  /** Ends a poll that ignores its deadline. That is a bug, but must not block later polls. */
  async function withWatchdog(abort: AbortController): Promise<ParsedResponse> {
    const aborted = new Promise<never>((_resolve, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
    });
    const cancel = clock.setTimer(() => {
      abort.abort(new PollError('internal', 'poll ignored its deadline and was abandoned'));
    }, options.timeoutMs + HUNG_AFTER_MS);
    try {
      return await Promise.race([options.fetchNumbers(abort.signal), aborted]);
    } finally {
      cancel();
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
      running?.abort.abort(STOPPED);
      await running?.done;
    },
  };
}

const STOPPED = new Error('the account was stopped');

function isStopped({ signal }: AbortController): boolean {
  return signal.aborted && signal.reason === STOPPED;
}
