import { createDashboard, toNumber } from './dashboard.ts';
import { bars, lines, ranking, stat } from './panels.ts';
import {
  accountNow,
  counted,
  forecast,
  growth,
  lastMonth,
  MONTH,
  named,
  numberNow,
  standing,
} from './promql.ts';
import { table } from './table.ts';

/** How much, and where will the month end? */
export const usage = () =>
  createDashboard({
    uid: 'whatsapp-usage',
    title: 'WhatsApp / Usage',
    description: 'How much is used, by whom, and where will the month end?',
    from: 'now/M',
    numbers: 'many',
    bands: [
      { height: 4, panels: [thisMonth(), lastOne(), monthEnd(), marketing(), share(), left()] },
      { height: 9, panels: [curve(), daily()] },
      { height: 9, panels: [hourly(), incoming()] },
      { height: 13, panels: [top(), accounts()] },
    ],
  });

const thisMonth = () =>
  stat({
    title: 'Conversations this month',
    description:
      'Of the chosen numbers, from the first of the month in the zone that the exporter is configured for until now. Compare it with the month before and with the forecast beside it.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${numberNow(MONTH.all)})` },
  });

const lastOne = () =>
  stat({
    title: 'Last month',
    description:
      "The final count of the month before, numbers that have left since included. Compare it with the provider's bill; Prometheus must have been scraping at that month's end.",
    width: 4,
    unit: 'locale',
    none: 'No data from then',
    queries: { '': `sum(${lastMonth(MONTH.all)})` },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast for the month',
    description:
      'An estimate: what stands now, and for each hour that is left the average hour of the last 7 days. A campaign or a holiday in those days shifts it: judge it by the bars below.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'Needs an hour of data',
    queries: { '': `sum(${forecast(MONTH.all)})` },
  });

const marketing = () =>
  stat({
    title: 'Marketing this month',
    description:
      'Conversations that marketing templates opened: usually the expensive ones. If this grows faster than planned, find the number in the ranking below and stop its campaign.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${numberNow(MONTH.marketing)})` },
  });

const share = () =>
  stat({
    title: 'Marketing share',
    description:
      "Marketing conversations as a part of this month's conversations. A share that rises from month to month raises the price of a conversation.",
    width: 4,
    unit: 'percentunit',
    decimals: 1,
    none: 'No conversations',
    queries: { '': `sum(${numberNow(MONTH.marketing)}) / (sum(${numberNow(MONTH.all)}) > 0)` },
  });

const left = () =>
  stat({
    title: 'Days left in the month',
    description:
      'Time until the counts start again. If it reaches 0 and the counts do not start again, check the time zone in the configuration of the exporter.',
    width: 4,
    unit: 'none',
    decimals: 1,
    none: 'Not polled yet',
    queries: {
      '': `clamp_min(min(${accountNow('account_month_end_timestamp_seconds')}) - time(), 0) / 86400`,
    },
  });

const curve = () =>
  lines({
    title: 'Month to date',
    description:
      'Conversations since the month began, and where the month before ended. Crossing that line early means a larger month; a drop that is not the turn of a month is a number that left or a correction by the provider.',
    width: 12,
    unit: 'locale',
    none: 'No number was seen in this time',
    queries: {
      'Month to date': `sum(${standing(MONTH.all)})`,
      'Last month, final': `sum(${lastMonth(MONTH.all)})`,
    },
  });

const daily = () =>
  bars({
    title: 'Conversations per day',
    description:
      "Each bar is its day from midnight in the dashboard's time zone; the last one is today so far. A correction by the provider lowers the day on which it came. A marketing bar far above its weekday's usual height deserves a question.",
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'No number was seen in this time',
    queries: {
      Marketing: `sum(${growth(MONTH.marketing)})`,
      Service: `sum(${growth(MONTH.service)})`,
      Incoming: `sum(${growth(MONTH.incoming)})`,
    },
  });

const hourly = () =>
  bars({
    title: 'Conversations per hour',
    description:
      'When the load comes. A working hour without any incoming conversation may mean that a number is online and yet receives nothing: open that number.',
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1h',
    none: 'No number was seen in this time',
    queries: {
      Marketing: counted('marketing'),
      Service: counted('service'),
      Incoming: counted('incoming'),
    },
  });

const incoming = () =>
  lines({
    title: 'Incoming and all conversations per day',
    description:
      'Incoming conversations are opened by customers, the others by templates. All that rise while the incoming ones do not are templates that nobody answers: look at the campaign.',
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'No number was seen in this time',
    queries: {
      All: `sum(${growth(MONTH.all)})`,
      Incoming: `sum(${growth(MONTH.incoming)})`,
    },
  });

const top = () =>
  ranking({
    title: 'Largest numbers this month',
    description:
      'The 10 numbers with the most conversations this month. Click one for its story. One number that dwarfs the others is the first to ask about a surprising total.',
    width: 8,
    unit: 'locale',
    none: 'No numbers',
    link: toNumber('series'),
    queries: {
      '{{number}} {{display_name}}':
        `sort_desc((${named(numberNow(MONTH.all))})` +
        ` and on (account, number) topk(10, ${numberNow(MONTH.all)}))`,
    },
  });

const accounts = () =>
  table({
    title: 'Accounts',
    description:
      "This month by account, largest first, as the provider adds it up: whatever numbers are chosen above, all of the account's are in it. «By number» is the sum over its numbers; where the two differ the provider contradicts itself.",
    width: 16,
    none: 'No account was polled yet: see the Exporter dashboard',
    sortBy: ['-Conversations'],
    columns: [
      { name: 'Account', label: 'account', width: 120 },
      { name: 'Numbers', expr: accountNow('account_numbers') },
      { name: 'Conversations', expr: accountNow(`account_${MONTH.all}`), width: 130 },
      { name: 'Marketing', expr: accountNow(`account_${MONTH.marketing}`) },
      { name: 'Service', expr: accountNow(`account_${MONTH.service}`) },
      { name: 'Incoming', expr: accountNow(`account_${MONTH.incoming}`) },
      { name: 'By number', expr: `sum by (account) (${numberNow(MONTH.all)})` },
      { name: 'Last month', expr: `sum by (account) (${lastMonth(MONTH.all)})` },
      { name: 'Forecast', expr: `sum by (account) (${forecast(MONTH.all)})`, decimals: 0 },
    ],
  });
