import { fail, type Json } from './json.ts';
import type { Fleet } from './fleet.ts';
import { INBOXES, nameOfAccount, nameOfInbox } from './online.ts';

const SERVER = 'online';
const ACCOUNT_WRONG = 33;
const SERVER_WRONG = 34;
const CREATED_S = Date.parse('2025-01-02T10:00:00Z') / 1000;

/** The response of `GET /online/getAccounts`. */
export function onlineAccountsAt({ online }: Fleet, unixMs: number): Json {
  const list = (online?.accounts ?? []).map((account) => ({
    create_time: CREATED_S + account * 86_400,
    account_name: nameOfAccount(account),
    account_id: String(account),
    server: SERVER,
    account_status: online?.isSuspended(account, unixMs) ? 'suspended' : 'active',
    reference: `fake-reference-${account}`,
  }));
  return { status: 'OK', reason: 1, totalOnline: list.length, list };
}

/** The response of `POST /online/getInboxes`. */
export function inboxesOf({ online }: Fleet, { accountID, server }: Json): Json {
  const account = online?.accounts.find((one) => one === accountID);
  if (account === undefined) return fail(ACCOUNT_WRONG);
  if (server !== SERVER) return fail(SERVER_WRONG);
  const list = Array.from({ length: INBOXES }, (_, i) => {
    const id = (account - 1) * INBOXES + i + 1;
    return { id, name: nameOfInbox(id), channel_type: 'Channel::Api', api_type: 'wa_v2' };
  });
  return { status: 'OK', reason: 1, accountID, server, totalInboxes: list.length, list };
}
