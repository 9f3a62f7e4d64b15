import type { OnlineAccount } from '../core/online-accounts.ts';
import { CATEGORIES } from '../core/snapshot.ts';
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
  ofCollected(
    'registered_numbers',
    {
      name: 'whatsapp_account_registered_numbers',
      labels: [],
      help: polled('Registered numbers that wait to be connected; at most 500 may', 'list'),
    },
    (numbers) => [numbers.length],
    (count) => [{}, count],
  ),
  ofCollected(
    'registered_numbers',
    {
      name: 'whatsapp_registered_number_expiry_timestamp_seconds',
      labels: ['number'],
      help: polled('Time when the registration lapses, in Unix seconds', 'expiration'),
    },
    (numbers) => numbers,
    ({ whatsapp: number, expiresS }) => [{ number }, expiresS],
  ),
  ofCollected(
    'registered_numbers',
    {
      name: 'whatsapp_registered_number_onboarding_link',
      labels: ['number'],
      help: polled('Whether an onboarding link exists (1) or not (0)', 'onboarding_link'),
    },
    (numbers) => numbers,
    ({ whatsapp: number, hasLink }) => [{ number }, hasLink],
  ),
  ofCollected(
    'registered_numbers',
    {
      name: 'whatsapp_registered_number_info',
      labels: ['number', 'comment'],
      help: polled('Comment on the registered number; the value is always 1', 'comment'),
    },
    (numbers) => numbers.filter(({ whatsapp }) => whatsapp !== ''),
    ({ whatsapp: number, comment }) => [{ number, comment }, 1],
  ),
  ofCollected(
    'onboardings',
    {
      name: 'whatsapp_account_onboardings',
      labels: ['status', 'coexistence'],
      help: polled(
        'Onboardings by status (finished, unfinished) and coexistence (1, 0)',
        'status, coexistence',
      ),
    },
    ({ counts }) => counts,
    ({ finished, coexistence, count }) => [
      {
        status: finished === 1 ? 'finished' : 'unfinished',
        coexistence: String(coexistence),
      },
      count,
    ],
  ),
  ofCollected(
    'onboardings',
    {
      name: 'whatsapp_onboarding_created_timestamp_seconds',
      labels: ['number'],
      help: polled(
        'Time when the unfinished onboarding of the number began, in Unix seconds; the series without a number is the oldest of those that have a temporary number',
        'create_time',
      ),
    },
    ({ unfinished }) => unfinished,
    // An empty label is an absent one to Prometheus.
    ({ whatsapp: number, createdS }) => [number === '' ? {} : { number }, createdS],
  ),
  ofCollected(
    'onboardings',
    {
      name: 'whatsapp_onboarding_info',
      labels: ['number', 'business_name'],
      help: polled(
        'Business name of the unfinished onboarding; the value is always 1',
        'business_name',
      ),
    },
    ({ unfinished }) => unfinished.filter(({ whatsapp }) => whatsapp !== ''),
    ({ whatsapp: number, businessName: business_name }) => [{ number, business_name }, 1],
  ),
  ofCollected(
    'monthly_statistics',
    {
      name: 'whatsapp_account_month_conversations',
      labels: ['month', 'category'],
      help: polled(
        'Conversations in each of the last 13 complete months, by category',
        'totalMarketing, totalService, totalIncoming',
      ),
    },
    (months) =>
      months.flatMap(({ month, ...counts }) =>
        CATEGORIES.map((category) => ({ month, category, count: counts[category] })),
      ),
    ({ month, category, count }) => [{ month, category }, count],
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
