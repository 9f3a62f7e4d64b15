import { account, accountForecast, accountNow, MONTH, number, numberNow } from './promql.ts';
import { table } from './table.ts';
import type { Thresholds } from './values.ts';

const GAUGES = {
  total: MONTH.all,
  marketing: MONTH.marketing,
  service: MONTH.service,
  incoming: MONTH.incoming,
};

/** Of accounts, and of numbers, whose series also have the label `number`. */
const BUDGET =
  `max by (account, number, category) (${account('account_budget_conversations')}` +
  ` or ${number('budget_conversations')})`;

/** A value of each month-to-date gauge, with the category as label. */
const byCategory = (of: (gauge: string) => string) =>
  Object.entries(GAUGES)
    .map(([category, gauge]) => `label_replace(${of(gauge)}, "category", "${category}", "", "")`)
    .join(' or ');

const USED = `(${byCategory((gauge) => accountNow(`account_${gauge}`))} or ${byCategory(numberNow)})`;

const SHARE: Thresholds = [
  [0, 'green'],
  [0.8, 'orange'],
  [1, 'red'],
];

/** How much of each budget is used, and how much will be. */
export const budgets = () =>
  table({
    title: 'Budgets',
    description:
      'Budgets of the month from the configuration of the exporter, those that run out first at the top; without a number, of a whole account. Orange from 80 %, red from 100 %. The forecast is of accounts, as above. To stay within a budget, find the largest numbers below.',
    width: 24,
    none: 'No budgets configured',
    sortBy: ['-Forecast share', '-Used share'],
    columns: [
      { name: 'Account', label: 'account' },
      { name: 'Number', label: 'number', width: 140 },
      { name: 'Category', label: 'category', width: 100 },
      { name: 'Budget', expr: BUDGET, width: 100 },
      { name: 'Used', expr: `${USED} and ${BUDGET}`, width: 100 },
      {
        name: 'Used share',
        expr: `${USED} / ${BUDGET}`,
        unit: 'percentunit',
        decimals: 0,
        width: 100,
        thresholds: SHARE,
      },
      {
        name: 'Forecast share',
        expr: `(${byCategory(accountForecast)}) / ${BUDGET}`,
        unit: 'percentunit',
        decimals: 0,
        width: 120,
        thresholds: SHARE,
      },
    ],
  });
