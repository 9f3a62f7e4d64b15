import { createDashboard } from './dashboard.ts';
import { bars, flag, lines, ranking, stat, STATE, timeline } from './panels.ts';
import {
  counted,
  forecast,
  growth,
  lastMonth,
  MONTH,
  NAMES,
  numberNow,
  ONLINE,
  TIME_IN_STATE,
  uptime,
} from './promql.ts';
import { table } from './table.ts';

/** One number's story. */
export const oneNumber = () =>
  createDashboard({
    uid: 'whatsapp-number',
    title: 'WhatsApp / Number',
    description: "One number's story: who it is, whether it is up, and what it is used for.",
    from: 'now-7d',
    numbers: 'one',
    bands: [
      { height: 4, panels: [state(), since(), uptimes(), thisMonth(), lastOne(), monthEnd()] },
      { height: 4, panels: [who()] },
      { height: 4, panels: [states()] },
      { height: 9, panels: [curve(), daily()] },
      { height: 9, panels: [hourly(), categories()] },
    ],
  });

const state = () =>
  stat({
    title: 'State',
    description:
      'Online: connected to an inbox. Offline: messages to this number reach nobody; connect it to its inbox again. No data: the number was removed, or the exporter is away.',
    width: 3,
    unit: 'none',
    none: 'Unknown',
    ...STATE,
    queries: { '': ONLINE },
  });

const since = () =>
  stat({
    title: 'In this state for',
    description:
      'Since the last change within the chosen time, or since the number was first seen in it. If this is as long as the chosen time, choose a longer one.',
    width: 3,
    unit: 's',
    decimals: 1,
    none: 'Unknown',
    interval: '1m',
    // A minute in a week; by default this small panel would ask for an hour.
    maxDataPoints: 10_000,
    queries: { '': TIME_IN_STATE },
  });

const uptimes = () =>
  stat({
    title: 'Uptime',
    description:
      'The share of the time in which the number was online, up to now; time without data does not count. Below 99 % look at the states below: many short breaks have another cause than one long one.',
    width: 6,
    unit: 'percentunit',
    decimals: 2,
    none: 'No data',
    thresholds: ['red', [0.95, 'orange'], [0.99, 'green']],
    queries: {
      '24 hours': uptime('24h', '1m'),
      '7 days': uptime('7d', '5m'),
      '30 days': uptime('30d', '5m'),
    },
  });

const thisMonth = () =>
  stat({
    title: 'Conversations this month',
    description:
      'From the first of the month in the zone that the exporter is configured for until now. It starts again with the next month; see the curve below.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': numberNow(MONTH.all) },
  });

const lastOne = () =>
  stat({
    title: 'Last month',
    description:
      "The last count that was seen in the month before. Compare it with the provider's bill; Prometheus must have been scraping at that month's end.",
    width: 4,
    unit: 'locale',
    none: 'No data from then',
    queries: { '': lastMonth(MONTH.all) },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast for the month',
    description:
      'An estimate: what stands now, and for each hour that is left the average hour of the last 7 days. A single campaign in those days makes it too high.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'Needs an hour of data',
    queries: { '': forecast(MONTH.all) },
  });

const who = () =>
  table({
    title: 'Who it is',
    description:
      'What the provider says of the number now. Inbox and inbox account are ids, 0 for none. Take the inbox id to the provider when you ask about an outage.',
    width: 24,
    none: 'The number is not known now: it was removed, or the exporter is away',
    sortBy: [],
    labelsFrom: NAMES,
    columns: [
      { name: 'Number', label: 'number' },
      { name: 'Name', label: 'display_name' },
      { name: 'Business', label: 'business_name' },
      { name: 'Account', label: 'account' },
      { name: 'Inbox', expr: numberNow('online_inbox'), unit: 'none' },
      { name: 'Inbox account', expr: numberNow('online_account'), unit: 'none' },
      {
        name: 'Also on a phone',
        expr: numberNow('coexistence'),
        mappings: flag(['No', 'transparent'], ['Yes', 'transparent']),
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
      'Red is offline, green online; a gap is time without data: the exporter or the provider was away. Compare breaks with the alerts and exporter starts that are marked.',
    width: 24,
    unit: 'none',
    none: 'The number was not seen in this time',
    ...STATE,
    queries: { '{{number}}': ONLINE },
  });

const curve = () =>
  lines({
    title: 'Month to date',
    description:
      'Counts since the month began; a mark shows where it began. A drop elsewhere is a correction by the provider; a flat line on a working day, a number that nobody reaches.',
    width: 12,
    unit: 'locale',
    none: 'The number was not seen in this time',
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
      "Each bar is its day from midnight in the dashboard's time zone; the last one is today so far. A correction by the provider lowers the day on which it came. Choose a longer time to compare weeks.",
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'The number was not seen in this time',
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
      'When this number is used. Incoming ones that stop while it is online are a reason to send it a message and see whether it arrives.',
    width: 16,
    unit: 'locale',
    decimals: 0,
    interval: '1h',
    none: 'The number was not seen in this time',
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
      "What the month's conversations consist of. Marketing and service ones are opened by templates, incoming ones by customers; if marketing outweighs the rest, ask whether its campaign is meant to run.",
    width: 8,
    unit: 'locale',
    none: 'No data',
    queries: {
      Marketing: numberNow(MONTH.marketing),
      Service: numberNow(MONTH.service),
      Incoming: numberNow(MONTH.incoming),
    },
  });
