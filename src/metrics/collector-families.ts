import type { OnlineAccount } from '../core/online-accounts.ts';
import { ofCollected, ofCollector, polled, seconds, type Family } from './family.ts';

const idOf = ({ id, server }: OnlineAccount) => ({ online_account: String(id), server });

/** The metrics of the collectors, which are part of FAMILIES. */
export const COLLECTOR_FAMILIES: readonly Family[] = [
  ofCollected(
    'online_accounts',
    {
      name: 'whatsapp_online_account_info',
      labels: ['online_account', 'server', 'name'],
      help: polled('Name of the Online account; the value is always 1', 'account_name'),
    },
    (accounts) => accounts,
    (account) => [{ ...idOf(account), name: account.name }, 1],
  ),
  ofCollected(
    'online_accounts',
    {
      name: 'whatsapp_online_account_active',
      labels: ['online_account', 'server'],
      help: polled('Whether the Online account is active (1) or suspended (0)', 'account_status'),
    },
    (accounts) => accounts,
    (account) => [idOf(account), account.active],
  ),
  ofCollected(
    'online_accounts',
    {
      name: 'whatsapp_online_account_created_timestamp_seconds',
      labels: ['online_account', 'server'],
      help: polled('Time when the Online account was created, in Unix seconds', 'create_time'),
    },
    (accounts) => accounts,
    (account) => [idOf(account), account.createdS],
  ),
  ofCollected(
    'inboxes',
    {
      name: 'whatsapp_inbox_info',
      labels: ['online_account', 'server', 'inbox', 'name'],
      help: polled(
        'Name of the inbox, in an Online account that numbers refer to; the value is always 1',
        'name',
      ),
    },
    (accounts) =>
      accounts.flatMap(({ account, server, inboxes }) =>
        inboxes.map(({ id, name }) => ({ account, server, id, name })),
      ),
    ({ account, server, id, name }) => [
      { online_account: String(account), server, inbox: String(id), name },
      1,
    ],
  ),
  ofCollector(
    'gauge',
    'up',
    'Whether the last run of the collector succeeded (1) or failed (0); 0 before the first run. Only for enabled collectors.',
    ({ lastRun }) => (lastRun !== undefined && lastRun.failure === undefined ? 1 : 0),
  ),
  ofCollector(
    'gauge',
    'last_success_timestamp_seconds',
    'Time when the last run that returned data ended, in Unix seconds; absent before the first one.',
    ({ lastGood }) => seconds(lastGood?.at.unixMs),
  ),
  ofCollector(
    'gauge',
    'duration_seconds',
    'Duration of the last run of the collector in seconds, including retries; 0 before the first run.',
    ({ lastRun }) => seconds(lastRun?.durationMs ?? 0),
  ),
  {
    name: 'whatsapp_collector_failures_total',
    type: 'counter',
    scope: 'collector',
    labels: ['account', 'collector', 'reason'],
    help: 'Failed runs of the collector by reason; every reason is present from the start.',
    samples: ({ account, collectors }) =>
      Object.entries(collectors).flatMap(([collector, { state }]) =>
        Object.entries(state.failures).map(
          ([reason, count]) => [{ account, collector, reason }, count] as const,
        ),
      ),
  },
];
