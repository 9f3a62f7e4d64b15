import {
  afterPoll,
  createAccountState,
  type AccountState,
  type PollFailure,
  type PollOutcome,
} from '../core/account-state.ts';
import { instantOf, type Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { MonthSettings } from '../core/month.ts';
import type { ParsedResponse } from '../core/parse.ts';
import { PollError } from '../core/reasons.ts';
import { createPollLog } from './poll-log.ts';

export interface AccountPollerOptions {
  readonly name: string;
  readonly month: MonthSettings;
  /** After which fetchNumbers has promised to have ended. */
  readonly timeoutMs: number;
  readonly fetchNumbers: (signal: AbortSignal) => Promise<ParsedResponse>;
  readonly tokenExpiresAtMs: () => number | undefined;
  /** Awaited before `next` is shown, so that what is made of it is ready by then. */
  readonly prepare?: (next: AccountState, before: AccountState) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** What is known already, where an account is taken over at a reload. */
  readonly state?: AccountState;
}

/** Polls one account and keeps what came of it. */
export interface AccountPoller {
  state(): AccountState;
  /** Polls, unless a poll is under way: then waits for that one. Never rejects. */
  poll(): Promise<void>;
  /** Aborts a poll that is under way; its outcome no longer counts. */
  stop(): Promise<void>;
}

/** So long past its deadline a poll is given up for dead, so that the next one can begin. */
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
    const next = afterPoll(state, outcome, options.month);
    await prepare(next);
    if (isStopped(abort)) return;
    pollLog.record(outcome, state, fields);
    state = next;
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

  /** The deadline ends every poll; one that goes on all the same is a defect, but must not stay. */
  async function withWatchdog(abort: AbortController): Promise<ParsedResponse> {
    const aborted = new Promise<never>((_resolve, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
    });
    const cancel = clock.setTimer(() => {
      abort.abort(new PollError('internal', 'the poll did not end at its deadline; given up'));
    }, options.timeoutMs + HUNG_AFTER_MS);
    try {
      return await Promise.race([options.fetchNumbers(abort.signal), aborted]);
    } finally {
      cancel();
    }
  }

  /** What cannot be made ready is tried again when it is needed: that is no reason to stay behind. */
  async function prepare(next: AccountState): Promise<void> {
    try {
      await options.prepare?.(next, state);
    } catch (error) {
      log.error({ account: name, err: error }, 'the metrics could not be prepared');
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

const STOPPED = new Error('the poller is stopping');

function isStopped({ signal }: AbortController): boolean {
  return signal.aborted && signal.reason === STOPPED;
}
