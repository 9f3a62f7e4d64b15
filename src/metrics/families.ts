import { CATEGORIES } from '../core/snapshot.ts';
import { COLLECTOR_FAMILIES } from './collector-families.ts';
import {
  budgetSamples,
  ofAccount,
  ofEach,
  ofNumber,
  ofReload,
  ofTotals,
  polled,
  seconds,
  type Family,
} from './family.ts';

const RESETS = 'Resets every month.';

/**
 * Every metric of the exporter's own, in the order in which they are served. Names, labels, types
 * and units are a public contract; docs/metrics.md is generated from this table.
 */
export const FAMILIES: readonly Family[] = [
  ofNumber('online', 'online', 'Whether the number is connected to an inbox (1) or not (0).'),
  ofNumber(
    'online_inbox',
    'onlineInbox',
    'Id of the inbox that the number is connected to; 0 if none.',
  ),
  ofNumber(
    'online_account',
    'onlineAccount',
    'Id of the inbox account that the number is connected to; 0 if none.',
  ),
  ofNumber(
    'coexistence',
    'coexistence',
    'Whether the number is also used in the WhatsApp Business app on a phone (1) or not (0).',
  ),
  ofNumber(
    'created_timestamp_seconds',
    'createdS',
    'Time when the number was added, in Unix seconds.',
  ),
  ofNumber(
    'conversations_this_month',
    'conversations',
    `Conversations counted in the current month: marketing, service and incoming together. ${RESETS}`,
  ),
  ofNumber(
    'marketing_conversations_this_month',
    'marketing',
    `Marketing templates sent in the current month. ${RESETS}`,
  ),
  ofNumber(
    'service_conversations_this_month',
    'service',
    `Utility templates sent outside an open 24-hour window in the current month. ${RESETS}`,
  ),
  ofNumber(
    'incoming_conversations_this_month',
    'incoming',
    `24-hour windows opened by a customer in the current month. ${RESETS}`,
  ),
  {
    name: 'whatsapp_number_info',
    type: 'gauge',
    scope: 'number',
    labels: ['account', 'number', 'display_name', 'business_name'],
    help: polled(
      'Display and business name of the number; the value is always 1',
      'display_name, business_name',
    ),
    texts: { display_name: (n) => n.displayName, business_name: (n) => n.businessName },
    series: [{ labels: {}, value: () => 1 }],
  },
  {
    name: 'whatsapp_number_conversations_total',
    type: 'counter',
    scope: 'number',
    labels: ['account', 'number', 'category'],
    help: polled(
      'Conversations counted since the exporter first saw the number. Does not restart with the month, and corrections by the provider do not count',
      'marketingThisMonth, serviceThisMonth, incomingThisMonth',
    ),
    texts: {},
    series: CATEGORIES.map((category) => ({
      labels: { category },
      value: (_number, counters) => counters?.[category].total,
    })),
  },
  ofTotals('numbers', 'numbers', 'WhatsApp numbers in the account.'),
  ofAccount(
    'gauge',
    'whatsapp_account_numbers_excluded',
    'Numbers of the account that numbers.include and numbers.exclude leave out; the totals of the account contain them.',
    ({ snapshot }) => snapshot?.excluded,
  ),
  ofTotals(
    'conversations_this_month',
    'conversations',
    `The provider's total of conversations in the current month. ${RESETS}`,
  ),
  ofTotals(
    'marketing_conversations_this_month',
    'marketing',
    `The provider's total of marketing templates sent in the current month. ${RESETS}`,
  ),
  ofTotals(
    'service_conversations_this_month',
    'service',
    `The provider's total of utility templates sent outside an open 24-hour window in the current month. ${RESETS}`,
  ),
  ofTotals(
    'incoming_conversations_this_month',
    'incoming',
    `The provider's total of 24-hour windows opened by a customer in the current month. ${RESETS}`,
  ),
  ofAccount(
    'gauge',
    'whatsapp_account_month_start_timestamp_seconds',
    'Start of the month that the counts belong to, as they show it, in Unix seconds.',
    ({ state }) => seconds(state.lastGood?.month.startMs),
  ),
  ofAccount(
    'gauge',
    'whatsapp_account_month_end_timestamp_seconds',
    'End of the month that the counts belong to, in Unix seconds; in the past while they have not restarted, for a day at most.',
    ({ state }) => seconds(state.lastGood?.month.endMs),
  ),
  {
    name: 'whatsapp_account_budget_conversations',
    type: 'gauge',
    scope: 'account',
    labels: ['account', 'category'],
    help: 'Conversations planned for each month, by category, from the configuration; total is all categories together.',
    samples: ({ state: { name: account }, budget }) => budgetSamples({ account }, budget),
  },
  {
    name: 'whatsapp_number_budget_conversations',
    type: 'gauge',
    scope: 'account',
    labels: ['account', 'number', 'category'],
    help: 'Conversations planned for each month for a number with a budget of its own, by category, from the configuration; absent while the number is not reported.',
    samples: ({ state: { name: account }, snapshot, budget }) =>
      (budget?.numbers.size ? (snapshot?.numbers ?? []) : []).flatMap(({ whatsapp: number }) => {
        const own = budget?.numbers.get(number);
        return own === undefined ? [] : budgetSamples({ account, number }, own);
      }),
  },
  ofAccount(
    'gauge',
    'whatsapp_up',
    'Whether the last poll of the provider succeeded (1) or failed (0); 0 before the first poll.',
    ({ state }) => (state.lastPoll !== undefined && 'snapshot' in state.lastPoll ? 1 : 0),
  ),
  ofAccount(
    'gauge',
    'whatsapp_last_success_timestamp_seconds',
    'Time when the last successful poll ended, in Unix seconds; absent before the first one.',
    ({ state }) => seconds(state.lastGood?.at.unixMs),
  ),
  ofAccount(
    'gauge',
    'whatsapp_last_poll_timestamp_seconds',
    'Time when the last poll ended, in Unix seconds; absent before the first one.',
    ({ state }) => seconds(state.lastPoll?.endedAt.unixMs),
  ),
  ofAccount(
    'gauge',
    'whatsapp_poll_duration_seconds',
    'Duration of the last poll in seconds, including retries; 0 before the first poll.',
    ({ state }) => seconds(state.lastPoll?.durationMs ?? 0),
  ),
  ofAccount(
    'gauge',
    'whatsapp_poll_interval_seconds',
    'Longest interval between two scheduled polls, in seconds.',
    (view) => view.pollIntervalS,
  ),
  ofAccount(
    'gauge',
    'whatsapp_next_poll_timestamp_seconds',
    'Time of the next poll, in Unix seconds; during a cool-down, the first scheduled poll after it.',
    ({ nextPollMs }) => seconds(nextPollMs),
  ),
  ofAccount(
    'counter',
    'whatsapp_polls_total',
    'Completed polls, successful or failed.',
    ({ state }) => state.polls,
  ),
  ofEach(
    'reason',
    'whatsapp_poll_failures_total',
    'Failed polls by reason; every reason is present from the start.',
    ({ failures }) => failures,
  ),
  {
    name: 'whatsapp_poll_failure_info',
    type: 'gauge',
    scope: 'account',
    labels: ['account', 'reason', 'detail'],
    help: 'Why the last poll failed; the value is always 1. Absent while the last poll has succeeded.',
    samples: ({ state: { name: account, lastPoll } }) =>
      lastPoll !== undefined && 'reason' in lastPoll
        ? [[{ account, reason: lastPoll.reason, detail: lastPoll.detail }, 1]]
        : [],
  },
  ofEach(
    'kind',
    'whatsapp_response_anomalies_total',
    'Anomalies in otherwise valid responses, by kind, counted on every poll.',
    ({ anomalies }) => anomalies,
  ),
  ofAccount(
    'gauge',
    'whatsapp_access_token_expiry_timestamp_seconds',
    'Expiry time of the access token, in Unix seconds; absent for a fixed token and before the first token.',
    ({ state }) => seconds(state.lastPoll?.tokenExpiresAtMs),
  ),
  ...COLLECTOR_FAMILIES,
  {
    name: 'whatsapp_exporter_build_info',
    type: 'gauge',
    scope: 'exporter',
    labels: ['version', 'revision', 'node_version'],
    help: 'Version, revision and Node.js version of the exporter; the value is always 1.',
    samples: ({ build }) => [
      [{ version: build.version, revision: build.revision, node_version: build.nodeVersion }, 1],
    ],
  },
  ofReload(
    'successful',
    'Whether the last configuration reload succeeded (1) or failed (0); a failed reload keeps the previous configuration.',
    (reload) => (reload.succeeded ? 1 : 0),
  ),
  ofReload(
    'success_timestamp_seconds',
    'Time when the current configuration was loaded, in Unix seconds.',
    (reload) => reload.inForceSinceMs / 1000,
  ),
  {
    name: 'whatsapp_exporter_log_lines_dropped_total',
    type: 'counter',
    scope: 'exporter',
    labels: [],
    help: 'Log lines dropped because nothing read them.',
    samples: ({ logLinesDropped }) => [[{}, logLinesDropped]],
  },
];
