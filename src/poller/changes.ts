import type { Anomalies } from '../core/anomalies.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Decides what a log contains of recurring outcomes. */
interface Changes {
  /** Whether a failure with this reason must be logged at a level that operators see. */
  isNews(reason: string): boolean;
  /** Call after a success, so that the next failure is news. */
  recover(): void;
  /** Logs changes only: the same anomalies can recur for weeks. */
  recordAnomalies(anomalies: Anomalies): void;
}

/** A persistent failure is logged again this often, so that every day's log contains it. */
const REPEAT_MS = 3_600_000;

/** `owner` is part of every line. */
export function createChanges(owner: Fields, clock: Clock, log: Log): Changes {
  let logged: { readonly reason: string; readonly atMs: number } | undefined;
  let reported = '';
  return {
    isNews(reason) {
      const nowMs = clock.monotonicMs();
      if (logged?.reason === reason && nowMs - logged.atMs < REPEAT_MS) return false;
      logged = { reason, atMs: nowMs };
      return true;
    },
    recover() {
      logged = undefined;
    },
    recordAnomalies({ counts, examples }) {
      const kinds = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      const report = examples.length === 0 ? '' : JSON.stringify([kinds, examples]);
      if (report === reported) return;
      reported = report;
      if (report === '') log.info(owner, 'response no longer has anomalies');
      else log.warn({ ...owner, anomalies: kinds, examples }, 'response has anomalies');
    },
  };
}
