import type { AccountState, PollOutcome } from '../core/account-state.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';
import { createChanges, type Fields } from './changes.ts';

/** Logs the outcomes of one account's polls. */
export interface PollLog {
  /** `before` is the state before the poll; `fields` are added to the line. */
  record(outcome: PollOutcome, before: AccountState, fields: Fields): void;
}

/**
 * Logs every poll at `debug`, and changes at a level that operators see. Otherwise 40 accounts polled
 * every minute would write 57,600 lines a day.
 */
export function createPollLog(name: string, clock: Clock, log: Log): PollLog {
  const changes = createChanges({ account: name }, clock, log);

  return {
    record(outcome, before, fields) {
      const line = { account: name, duration_seconds: Math.round(outcome.durationMs) / 1000 };
      if ('reason' in outcome) {
        const { reason, detail } = outcome;
        const severity = reason === 'internal' ? 'error' : 'warn';
        const failure = { outcome: 'failure', reason, detail, numbers: 0 };
        log[changes.isNews(reason) ? severity : 'debug'](
          { ...line, ...failure, ...fields },
          'poll failed',
        );
        return;
      }
      changes.recover();
      const numbers = outcome.snapshot.numbers.length;
      const success = { ...line, outcome: 'success', numbers };
      const numbersBefore = before.lastGood?.snapshot.numbers.length;
      if (before.lastPoll !== undefined && 'reason' in before.lastPoll) {
        log.info(success, 'account recovered');
      } else if (numbersBefore === undefined) log.info(success, 'polled');
      else if (numbersBefore === numbers) log.debug(success, 'polled');
      else log.info({ ...success, numbers_before: numbersBefore }, 'count of numbers changed');
      changes.recordAnomalies(outcome.anomalies);
    },
  };
}
