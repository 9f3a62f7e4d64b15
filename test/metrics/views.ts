import type { AccountBudget } from '../../src/core/budget.ts';
import { afterPoll, createAccountState, type PollOutcome } from '../../src/core/account-state.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { parseNumbers } from '../../src/core/parse.ts';
import type { Reason } from '../../src/core/reasons.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { createExposition, type Exposition } from '../../src/metrics/exposition.ts';
import type { AccountView } from '../../src/metrics/family.ts';
import { parseExposition } from '../support/exposition.ts';

/** Sunday noon in Israel, in winter. */
export const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
export const RELOAD = { succeeded: true, inForceSinceMs: NOW_MS - 3_600_000 };
export const BUILD = { version: '1.2.3', revision: 'abc1234', nodeVersion: 'v20.20.2' };

/** Of the account, and of the first number of the sample response. */
const BUDGET: AccountBudget = {
  marketing: 20_000,
  total: 50_000,
  numbers: new Map([['972501234567', { marketing: 500 }]]),
};

/** A poll that brought this response. */
export function good(response: unknown, endedAtMs = NOW_MS): PollOutcome {
  return { ...ended(endedAtMs), ...parseNumbers(response) };
}

export function failed(reason: Reason, endedAtMs = NOW_MS): PollOutcome {
  return { ...ended(endedAtMs), reason, detail: 'HTTP 403 from the token call' };
}

/** An account after these polls, with fresh data. */
export function viewAfter(name: string, ...outcomes: readonly PollOutcome[]): AccountView {
  const state = outcomes.reduce(
    (before, outcome) => afterPoll(before, outcome, PROVIDER_MONTH),
    createAccountState(name),
  );
  const nextPollMs = NOW_MS + 60_000;
  return {
    state,
    snapshot: state.lastGood?.snapshot,
    pollIntervalS: 60,
    nextPollMs,
    budget: BUDGET,
  };
}

/** An account whose snapshot did not come from the parser. */
export function viewOf(name: string, snapshot: Snapshot): AccountView {
  const anomalies = parseNumbers({ list: [] }).anomalies;
  return viewAfter(name, { ...ended(NOW_MS), snapshot, anomalies });
}

/** The served text without compression. */
export async function textOf(
  exposition: Exposition,
  accounts: readonly AccountView[],
): Promise<string> {
  return (await bytesOf(exposition, accounts, 'identity')).toString();
}

export async function bytesOf(
  exposition: Exposition,
  ...request: Parameters<Exposition['encode']>
): Promise<Buffer> {
  const { length, chunks } = await exposition.encode(...request);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes instead of ${length}`);
  return bytes;
}

export const OPTIONS = { reload: () => RELOAD, logLinesDropped: () => 0 };

/** The served text of the accounts, without the metrics of the process. */
export function render(...accounts: readonly AccountView[]): Promise<string> {
  return textOf(createExposition(BUILD, OPTIONS), accounts);
}

/** The same, read back, in the order in which it is served. */
export async function samplesOf(...accounts: readonly AccountView[]) {
  const families = parseExposition(await render(...accounts));
  return [...families.values()].flatMap(({ samples }) => samples);
}

function ended(atMs: number) {
  return {
    endedAt: { unixMs: atMs, monotonicMs: 0 },
    durationMs: 250,
    tokenExpiresAtMs: atMs + 3_600_000,
  };
}
