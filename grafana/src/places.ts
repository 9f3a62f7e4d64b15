import { account, numberNow } from './promql.ts';

// The Online account and the inbox that a number is in. The numbers name them by id, and the collector
// `online_accounts` exports their names.

const idOf = (metric: string, label: string) =>
  `count_values by (account, number) ("${label}", ${numberNow(metric)})`;
const ONLINE_ACCOUNT = idOf('online_account', 'online_account');
const INBOX =
  idOf('online_inbox', 'inbox') +
  ` * on (account, number) group_left (online_account) ${ONLINE_ACCOUNT}`;

/** Adds the name as this label. During a rename, replicas may report different names. */
const nameOf = (ids: string, keys: string, info: string, label: string) =>
  `max by (account, number, ${label}) (label_join(` +
  `${ids} * on (account, ${keys}) group_left (name)` +
  ` topk by (account, ${keys}) (1, max by (account, ${keys}, name) (${account(info)}))` +
  `, "${label}", "", "name"))`;

export const ONLINE_ACCOUNT_NAME = nameOf(
  ONLINE_ACCOUNT,
  'online_account',
  'online_account_info',
  'online_account_name',
);
export const INBOX_NAME = nameOf(INBOX, 'online_account, inbox', 'inbox_info', 'inbox_name');
