import { createDashboard } from './dashboard.ts';
import { bars, lines, ranking, stat, timeline } from './panels.ts';
import { counted, forecast, growth, lastMonth, MONTH, numberNow, ONLINE } from './promql.ts';
import { INBOX_NAME, ONLINE_ACCOUNT_NAME } from './places.ts';
import { NAMES, SEEN, TIME_IN_STATE, uptime } from './states.ts';
import { table } from './table.ts';
import { STATE, texts } from './values.ts';

/** Details of one number. */
export const oneNumber = () =>
  createDashboard({
    uid: 'whatsapp-number',
    title: 'WhatsApp / Number',
    description: 'Details of one number: its names, its state, and its conversations.',
    from: 'now-7d',
    numbers: 'one',
    alerts: { names: 'Number.+|MarketingSpike', areOn: true },
    bands: [
      { height: 3, panels: [state(), since(), uptimes()] },
      { height: 4, panels: [states()] },
      { height: 3, panels: [thisMonth(), lastOne(), monthEnd()] },
      { height: 4, panels: [details()] },
      { height: 9, panels: [curve(), daily()] },
      { height: 9, panels: [hourly(), categories()] },
    ],
  });

const state = () =>
  stat({
    title: 'State',
    description:
      'Online: connected to an inbox. Offline: nobody receives messages to this number; reconnect it to its inbox. Unknown: polls fail, the exporter is down, or the number was removed.',
    width: 6,
    unit: 'none',
    none: 'Unknown',
    ...STATE,
    queries: { '': ONLINE },
  });

const since = () =>
  stat({
    title: 'Unchanged',
    description:
      'How long the number has been in this state: since the last change in the selected time range, or since it was first seen in it. If this equals the time range, select a longer one.',
    width: 6,
    unit: 's',
    decimals: 1,
    none: 'Unknown',
    interval: '1m',
    // A step of one minute for a week; the default for this small panel is an hour.
    maxDataPoints: 10_000,
    queries: { '': TIME_IN_STATE },
  });

const uptimes = () =>
  stat({
    title: 'Uptime',
    description:
      'Share of time in which the number was online, up to now. Time without data does not count. Below 99 %, look at the states below: many short outages have a different cause than one long outage.',
    width: 12,
    unit: 'percentunit',
    decimals: 2,
    none: 'No data',
    thresholds: [
      [0, 'red'],
      [0.95, 'orange'],
      [0.99, 'green'],
    ],
    queries: {
      '24 hours': uptime('24h', '1m'),
      '7 days': uptime('7d', '5m'),
      '30 days': uptime('30d', '5m'),
    },
  });

const thisMonth = () =>
  stat({
    title: 'This month',
    description:
      'Conversations since the first of the month, in the time zone configured in the exporter. Resets every month; see the curve below.',
    width: 8,
    unit: 'locale',
    none: 'No data',
    queries: { '': numberNow(MONTH.all) },
  });

const lastOne = () =>
  stat({
    title: 'Last month',
    description:
      "The last count of the previous month. Compare it with the provider's bill. Only complete if Prometheus was scraping at the end of that month.",
    width: 8,
    unit: 'locale',
    none: 'No data',
    queries: { '': lastMonth(MONTH.all) },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast',
    description:
      'Estimate: the current count, plus the average per hour of the last 7 days for each remaining hour. Needs an hour of data. A campaign in those days makes it too high.',
    width: 8,
    unit: 'locale',
    decimals: 0,
    none: 'No data',
    queries: { '': forecast(MONTH.all) },
  });

const details = () =>
  table({
    title: 'Details',
    description:
      'Current data from the provider; if there is none, only the last names. Inbox and Online account are ids, 0 for none, with names from the collector online_accounts. When you contact the provider about an outage, include the inbox id.',
    width: 24,
    none: 'No data',
    sortBy: [],
    labelsFrom: [ONLINE_ACCOUNT_NAME, INBOX_NAME, NAMES],
    columns: [
      { name: 'Number', label: 'number' },
      { name: 'Name', label: 'display_name' },
      { name: 'Business', label: 'business_name' },
      { name: 'Account', label: 'account' },
      { name: 'Inbox', expr: numberNow('online_inbox'), unit: 'none' },
      { name: 'Inbox name', label: 'inbox_name' },
      { name: 'Online account', expr: numberNow('online_account'), unit: 'none' },
      { name: 'Online account name', label: 'online_account_name' },
      {
        name: 'Also on a phone',
        expr: numberNow('coexistence'),
        mappings: texts({ 0: ['No', 'transparent'], 1: ['Yes', 'transparent'] }),
      },
      {
        name: 'Added',
        expr: `${numberNow('created_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
    ],
  });

const states = () =>
  timeline({
    title: 'State',
    description:
      'Red is offline, green is online. A gap is time without data: the exporter or the provider was down. Compare outages with the marked alerts and exporter starts.',
    width: 24,
    unit: 'none',
    none: 'No data',
    evidence: SEEN,
    ...STATE,
    queries: { '{{number}}': ONLINE },
  });

const curve = () =>
  lines({
    title: 'Month to date',
    description:
      'Counts since the start of the month, which is marked. A drop at any other time is a correction by the provider. A flat line on a working day may mean that the number is unreachable.',
    width: 12,
    unit: 'locale',
    none: 'No data for this number in this time range',
    queries: {
      Conversations: numberNow(MONTH.all),
      Marketing: numberNow(MONTH.marketing),
      Service: numberNow(MONTH.service),
      Incoming: numberNow(MONTH.incoming),
    },
  });

const daily = () =>
  bars({
    title: 'Conversations per day',
    description:
      "Each bar is a day from midnight in the dashboard's time zone; the last bar is today so far. A correction by the provider lowers the bar of the day on which it was made. Select a longer time range to compare weeks.",
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'No data for this number in this time range',
    queries: {
      Marketing: growth(MONTH.marketing),
      Service: growth(MONTH.service),
      Incoming: growth(MONTH.incoming),
    },
  });

const hourly = () =>
  bars({
    title: 'Conversations per hour',
    description:
      'When this number is used. If incoming conversations stop while it is online, send it a test message and check that it arrives.',
    width: 16,
    unit: 'locale',
    decimals: 0,
    interval: '1h',
    none: 'No data for this number in this time range',
    queries: {
      Marketing: counted('marketing'),
      Service: counted('service'),
      Incoming: counted('incoming'),
    },
  });

const categories = () =>
  ranking({
    title: 'This month by category',
    description:
      "This month's conversations by category. Marketing and service conversations are opened by templates, incoming ones by customers. If marketing dominates, check that its campaign is supposed to run.",
    width: 8,
    unit: 'locale',
    none: 'No data',
    queries: {
      Marketing: numberNow(MONTH.marketing),
      Service: numberNow(MONTH.service),
      Incoming: numberNow(MONTH.incoming),
    },
  });
