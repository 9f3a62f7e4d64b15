import type { CollectContext } from './collectors.ts';
import { addAnomalies, createAnomalyTally } from './core/anomalies.ts';
import type { Collected } from './core/collector.ts';
import { parseInboxes, type AccountInboxes } from './core/inboxes.ts';
import type { OnlineAccount } from './core/online-accounts.ts';
import { PollError } from './core/reasons.ts';

/** Calls of a run. With more accounts, several runs share the interval. */
const CALLS_MAX = 10;

/** Runs that are needed to request the inboxes of every account that numbers refer to. */
export function inboxRuns(context: Pick<CollectContext, 'snapshot' | 'last'>): number {
  return Math.ceil(accountsInUse(context).length / CALLS_MAX);
}

/** Bounds the series of a partner. */
const INBOXES_TOTAL_MAX = 50_000;

/**
 * Requests the inboxes of the accounts that were requested longest ago. One that fails moves to the end
 * of the queue. A failure that concerns all of them ends the run; what was received is kept.
 */
export async function collectInboxes(
  context: Pick<CollectContext, 'request' | 'snapshot' | 'last'>,
): Promise<Collected<readonly AccountInboxes[]>> {
  const inUse = accountsInUse(context);
  // In the order of their requests, so that the first ones are due.
  const known = (context.last('inboxes') ?? []).filter((one) => inUse.some(isOf(one)));
  const rankOf = (account: OnlineAccount) => known.findIndex((one) => isOf(one)(account));
  const due = inUse.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, CALLS_MAX);

  const requested: AccountInboxes[] = [];
  let anomalies = createAnomalyTally().result();
  let failure: PollError | undefined;
  let hasSucceeded = false;
  let isOver = false;
  for (const { id: account, server } of due) {
    let inboxes = known.find((one) => one.account === account && one.server === server)?.inboxes;
    try {
      const body = await context.request('inboxes', { accountID: account, server });
      const parsed = parseInboxes(body);
      inboxes = parsed.data;
      anomalies = addAnomalies(anomalies, parsed.anomalies);
      hasSucceeded = true;
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
      failure ??= error;
      if (concernsAll(error)) break;
      isOver = error.reason === 'timeout';
    }
    requested.push({ account, server, inboxes: inboxes ?? [] });
    if (isOver) break;
  }
  const hasMovedOn = requested.length > 0 && requested.length < inUse.length;
  if (failure !== undefined && !hasSucceeded && !hasMovedOn) throw failure;
  const isRequested = (one: AccountInboxes) =>
    requested.some(({ account, server }) => account === one.account && server === one.server);
  const data = limitInboxes([...known.filter((one) => !isRequested(one)), ...requested]);
  return { data, anomalies, ...(failure && { failure }) };
}

function limitInboxes(accounts: readonly AccountInboxes[]): readonly AccountInboxes[] {
  let left = INBOXES_TOTAL_MAX;
  return accounts.map((account) => {
    const inboxes = account.inboxes.slice(0, left);
    left -= inboxes.length;
    return { ...account, inboxes };
  });
}

function accountsInUse({ snapshot, last }: Pick<CollectContext, 'snapshot' | 'last'>) {
  const ids = new Set(snapshot()?.numbers.map(({ onlineAccount }) => onlineAccount));
  return (last('online_accounts') ?? []).filter(({ id }) => ids.has(id));
}

function isOf({ account, server }: AccountInboxes): (online: OnlineAccount) => boolean {
  return (online) => online.id === account && online.server === server;
}

function concernsAll({ reason, retryAfterMs }: PollError): boolean {
  return ['token', 'credentials', 'rate_limited'].includes(reason) || retryAfterMs !== undefined;
}
