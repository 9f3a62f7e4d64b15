import { REASONS, type Reason } from '../../src/core/reasons.ts';
import type { AccountStatus, Failure, Status } from '../../src/web/page/model.ts';
import { numberEntry } from './numbers.ts';

export const NOW_MS = Date.parse('2026-11-22T10:00:00Z');

/** The status with these accounts. */
export function statusOf(...accounts: readonly AccountStatus[]): Status {
  const reload = { succeeded: true, inForceSinceMs: NOW_MS - 3_600_000 };
  return { version: '1.2.3', nowMs: NOW_MS, reload, accounts };
}

/** One online number, polled successfully 42 seconds ago and next in 18; `fields` replace the defaults. */
export function accountStatus(fields: Partial<AccountStatus> = {}): AccountStatus {
  const polledMs = NOW_MS - 42_000;
  return {
    name: 'acme',
    lastPollMs: polledMs,
    lastSuccessMs: polledMs,
    nextPollMs: NOW_MS + 18_000,
    failure: undefined,
    numbers: [numberEntry()],
    sinceOf: () => ({ unixMs: NOW_MS - 7_200_000, isExact: true }),
    placeOf: () => ({ account: undefined, inbox: undefined }),
    ...fields,
  };
}

export function failureOf(reason: Reason): Failure {
  return { reason, detail: 'HTTP 403 from the token call', ...REASONS[reason] };
}
