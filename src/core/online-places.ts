import type { CollectorViews } from './collector.ts';
import type { OnlineAccount } from './online-accounts.ts';
import type { NumberEntry } from './snapshot.ts';

/** What is known about the place that a number is connected to; undefined while unknown. */
export interface OnlinePlace {
  readonly account: OnlineAccount | undefined;
  readonly inbox: string | undefined;
}

/**
 * Looks up the Online account and the name of the inbox of a number, in fresh data of the collectors.
 * A number names the id of its account but not the server, so an id on two servers is not resolved.
 */
export function createOnlinePlaces(
  collectors: CollectorViews = {},
): (number: Pick<NumberEntry, 'onlineAccount' | 'onlineInbox'>) => OnlinePlace {
  const accounts = new Map<number, OnlineAccount | undefined>();
  for (const account of collectors.online_accounts?.data ?? []) {
    accounts.set(account.id, accounts.has(account.id) ? undefined : account);
  }
  const inboxes = new Map<string, string>();
  for (const { account, server, inboxes: list } of collectors.inboxes?.data ?? []) {
    if (accounts.get(account)?.server !== server) continue;
    for (const { id, name } of list) inboxes.set(`${account}/${id}`, name);
  }
  return ({ onlineAccount = 0, onlineInbox = 0 }) => ({
    account: accounts.get(onlineAccount),
    inbox: inboxes.get(`${onlineAccount}/${onlineInbox}`),
  });
}
