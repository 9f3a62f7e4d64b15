import { accountNow, countedOnce, LAST_SUCCESS } from './promql.ts';
import { table } from './table.ts';
import { DATA_AGE, UP } from './values.ts';

/** The polls of each account, for the Exporter dashboard. */
export const accounts = () =>
  table({
    title: 'Accounts',
    description:
      'All accounts: failing first, then by age of data. Failures and anomalies are counts in the selected time range. If polls take longer than the interval, some are skipped.',
    width: 24,
    none: 'No data',
    sortBy: ['State', '-Data age'],
    columns: [
      { name: 'Account', label: 'account' },
      { name: 'State', expr: accountNow('up'), ...UP, width: 80 },
      {
        name: 'Data age',
        expr: `time() - ${LAST_SUCCESS}`,
        unit: 's',
        decimals: 0,
        width: 80,
        thresholds: DATA_AGE.slice(1),
      },
      {
        name: 'Last poll',
        expr: `${accountNow('last_poll_timestamp_seconds')} * 1000`,
        unit: 'dateTimeFromNow',
        width: 120,
      },
      {
        name: 'Duration',
        expr: accountNow('poll_duration_seconds'),
        unit: 's',
        decimals: 2,
        width: 80,
      },
      { name: 'Interval', expr: accountNow('poll_interval_seconds'), unit: 's', width: 80 },
      { name: 'Numbers', expr: accountNow('account_numbers'), width: 80 },
      {
        name: 'Failed polls',
        expr: `sum by (account) (${countedOnce('reason', 'poll_failures_total', '[$__range]')})`,
        decimals: 0,
        width: 100,
      },
      {
        name: 'Anomalies',
        expr: `sum by (account) (${countedOnce('kind', 'response_anomalies_total', '[$__range]')})`,
        decimals: 0,
        width: 90,
      },
      {
        name: 'Token left',
        expr: `${accountNow('access_token_expiry_timestamp_seconds')} - time()`,
        unit: 's',
        decimals: 0,
      },
    ],
  });
