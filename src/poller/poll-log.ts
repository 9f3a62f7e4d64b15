import type { AccountState, PollOutcome } from '../core/account-state.ts';
import type { Anomalies } from '../core/anomalies.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';

/** Logs the outcomes of one account's polls. */
export interface PollLog {
  /** `before` is the state before the poll; `fields` are added to the line. */
  record(outcome: PollOutcome, before: AccountState, fields: Fields): void;
}

type Fields = Readonly<Record<string, unknown>>;

/** A persistent failure is logged again this often, so that every day's log contains it. */
const REPEAT_MS = 3_600_000;

/**
 * Logs every poll at `debug`, and changes at a level that operators see. Otherwise 40 accounts polled
 * every minute would write 57,600 lines a day.
 */
export function createPollLog(name: string, clock: Clock, log: Log): PollLog {
  let logged: { readonly reason: string; readonly atMs: number } | undefined;
  let reported = '';

  function isNews(reason: string): boolean {
    const nowMs = clock.monotonicMs();
    if (logged?.reason === reason && nowMs - logged.atMs < REPEAT_MS) return false;
    logged = { reason, atMs: nowMs };
    return true;
  }

  /** Logs changes only: the same anomalies can recur in every poll for weeks. */
  function recordAnomalies({ counts, examples }: Anomalies): void {
    const kinds = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    const report = examples.length === 0 ? '' : JSON.stringify([kinds, examples]);
    if (report === reported) return;
    reported = report;
    if (report === '') log.info({ account: name }, 'response no longer has anomalies');
    else log.warn({ account: name, anomalies: kinds, examples }, 'response has anomalies');
  }

  return {
    record(outcome, before, fields) {
      const line = { account: name, duration_seconds: Math.round(outcome.durationMs) / 1000 };
      if ('reason' in outcome) {
        const { reason, detail } = outcome;
        const severity = reason === 'internal' ? 'error' : 'warn';
        const failure = { outcome: 'failure', reason, detail, numbers: 0 };
        log[isNews(reason) ? severity : 'debug']({ ...line, ...failure, ...fields }, 'poll failed');
        return;
      }
      logged = undefined;
      const numbers = outcome.snapshot.numbers.length;
      const success = { ...line, outcome: 'success', numbers };
      const numbersBefore = before.lastGood?.snapshot.numbers.length;
      if (before.lastPoll !== undefined && 'reason' in before.lastPoll) {
        log.info(success, 'account recovered');
      } else if (numbersBefore === undefined) log.info(success, 'polled');
      else if (numbersBefore === numbers) log.debug(success, 'polled');
      else log.info({ ...success, numbers_before: numbersBefore }, 'count of numbers changed');
      recordAnomalies(outcome.anomalies);
    },
  };
}
