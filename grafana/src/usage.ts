import { budgets } from './budgets.ts';
import { createDashboard, toNumber } from './dashboard.ts';
import { bars, lines, ranking, stat } from './panels.ts';
import {
  accountNow,
  counted,
  forecast,
  growth,
  LAST_MONTH,
  MONTH,
  monthsOfYear,
  numberNow,
  monthToDate,
  YEAR_AGO,
} from './promql.ts';
import { named } from './states.ts';
import { table } from './table.ts';

/** How much is used, and what is the forecast for the month? */
export const usage = () =>
  createDashboard({
    uid: 'whatsapp-usage',
    title: 'WhatsApp / Usage',
    description: 'How much is used, by which numbers, and what is the forecast for the month?',
    from: 'now/M',
    numbers: 'many',
    alerts: {
      names: 'NumberSilent|MarketingSpike|MonthNotRolledOver|BudgetExceeded|BudgetForecastExceeded',
      areOn: false,
    },
    bands: [
      { height: 3, panels: [thisMonth(), lastOne(), monthEnd(), marketing(), share(), left()] },
      { height: 9, panels: [curve(), daily()] },
      { height: 8, panels: [accounts()] },
      { height: 7, panels: [budgets()] },
      { height: 9, panels: [hourly()] },
      { height: 12, panels: [top(), incoming()] },
      { height: 11, panels: [years()] },
    ],
  });

const thisMonth = () =>
  stat({
    title: 'This month',
    description:
      'Conversations of the selected numbers since the first of the month, in the time zone configured in the exporter. Compare it with last month and with the forecast.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': `sum(${numberNow(MONTH.all)})` },
  });

const lastOne = () =>
  stat({
    title: 'Last month',
    description:
      "The final count of last month, including numbers that were removed since. Compare it with the provider's bill. If Prometheus has no data of that month and all numbers are selected, this is the provider's count, from the collector monthly_statistics.",
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': `sum(${LAST_MONTH})` },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast',
    description:
      'Estimate: the current count, plus the average per hour of the last 7 days for each remaining hour. Needs an hour of data. A campaign or a holiday in those days distorts it; see the bars below.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'No data',
    queries: { '': `sum(${forecast(MONTH.all)})` },
  });

const marketing = () =>
  stat({
    title: 'Marketing',
    description:
      'Conversations of this month opened by marketing templates, usually the most expensive ones. If this grows faster than planned, find the number in the ranking below and stop its campaign.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': `sum(${numberNow(MONTH.marketing)})` },
  });

const share = () =>
  stat({
    title: 'Marketing %',
    description:
      "Share of marketing in this month's conversations. If it rises from month to month, so does the average price of a conversation.",
    width: 4,
    unit: 'percentunit',
    decimals: 1,
    none: 'No data',
    queries: { '': `sum(${numberNow(MONTH.marketing)}) / (sum(${numberNow(MONTH.all)}) > 0)` },
  });

const left = () =>
  stat({
    title: 'Days left',
    description:
      'Days until the monthly counts reset. If it reaches 0 and the counts do not reset, check the time zone in the configuration of the exporter.',
    width: 4,
    unit: 'none',
    decimals: 1,
    none: 'No data',
    queries: {
      '': `clamp_min(min(${accountNow('account_month_end_timestamp_seconds')}) - time(), 0) / 86400`,
    },
  });

const curve = () =>
  lines({
    title: 'Month to date',
    description:
      'Conversations since the start of the month, and the final count of last month. Crossing that line early means more conversations than last month. A drop within a month is a removed number or a correction by the provider.',
    width: 12,
    unit: 'locale',
    none: 'No data in this time range',
    queries: {
      'Month to date': `sum(${monthToDate(MONTH.all)})`,
      'Last month, final': `sum(${LAST_MONTH})`,
    },
  });

const daily = () =>
  bars({
    title: 'Conversations per day',
    description:
      "Each bar is a day from midnight in the dashboard's time zone; the last bar is today so far. A correction by the provider lowers the bar of the day on which it was made. Investigate a marketing bar far above the usual value for its weekday.",
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'No data in this time range',
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
      'Distribution over the day. A working hour without incoming conversations may mean that a number is online but receives nothing: open that number.',
    width: 24,
    unit: 'locale',
    decimals: 0,
    interval: '1h',
    none: 'No data in this time range',
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
      'Incoming conversations are opened by customers, the others by templates. If the total rises and incoming does not, customers do not answer the templates: check the campaign.',
    width: 12,
    unit: 'locale',
    decimals: 0,
    interval: '1d',
    none: 'No data in this time range',
    queries: {
      All: `sum(${growth(MONTH.all)})`,
      Incoming: `sum(${growth(MONTH.incoming)})`,
    },
  });

const top = () =>
  ranking({
    title: 'Largest numbers this month',
    description:
      'The 10 numbers with the most conversations this month. Click one for its details. If the total is surprising, start with a number far above the others.',
    width: 12,
    unit: 'locale',
    none: 'No data',
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
      "By account, largest first. The counts of this month are the provider's totals and include all numbers of the account. “Selected” adds up this month's conversations of the selected numbers: if all are selected and it differs from “This month”, the provider's response is inconsistent.",
    width: 24,
    none: 'No data: see Exporter',
    sortBy: ['-This month'],
    columns: [
      { name: 'Account', label: 'account' },
      { name: 'Numbers', expr: accountNow('account_numbers'), width: 80 },
      { name: 'This month', expr: accountNow(`account_${MONTH.all}`), width: 100 },
      { name: 'Marketing', expr: accountNow(`account_${MONTH.marketing}`), width: 90 },
      { name: 'Service', expr: accountNow(`account_${MONTH.service}`), width: 80 },
      { name: 'Incoming', expr: accountNow(`account_${MONTH.incoming}`), width: 80 },
      { name: 'Selected', expr: `sum by (account) (${numberNow(MONTH.all)})`, width: 80 },
      { name: 'Last month', expr: LAST_MONTH, width: 90 },
      { name: 'A year ago', expr: YEAR_AGO, width: 90 },
      {
        name: 'Forecast',
        expr: `sum by (account) (${forecast(MONTH.all)})`,
        decimals: 0,
        width: 80,
      },
    ],
  });

const years = () =>
  table({
    title: 'This year and last year',
    description:
      "The provider's final count of each complete month, for all numbers of the selected accounts. Needs the collector monthly_statistics, which has 13 months, or the command history, which has all. Compare a month with the same month of last year before you plan a budget.",
    width: 24,
    none: 'No data: see docs/history.md',
    sortBy: ['Month'],
    columns: [
      { name: 'Month', label: 'calendar_month' },
      { name: 'This year', expr: monthsOfYear(0) },
      { name: 'Last year', expr: monthsOfYear(1) },
      {
        name: 'Change',
        expr: `(${monthsOfYear(0)}) / (${monthsOfYear(1)} > 0) - 1`,
        unit: 'percentunit',
        decimals: 0,
      },
    ],
  });
