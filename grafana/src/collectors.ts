import { account, countedOnce } from './promql.ts';
import { table } from './table.ts';
import { UP } from './values.ts';

const collectorNow = (metric: string) => `max by (account, collector) (${account(metric)})`;

/** The collectors of each account, for the Exporter dashboard. */
export const collectors = () =>
  table({
    title: 'Collectors',
    description:
      'Optional data besides the numbers, such as Online accounts: failing first. Empty unless the configuration enables collectors. A failing collector affects only its own data; the log has the reason.',
    width: 24,
    none: 'No collectors',
    sortBy: ['State', '-Data age'],
    columns: [
      { name: 'Account', label: 'account' },
      { name: 'Collector', label: 'collector' },
      { name: 'State', expr: collectorNow('collector_up'), ...UP, width: 80 },
      {
        name: 'Data age',
        expr: `time() - ${collectorNow('collector_last_success_timestamp_seconds')}`,
        unit: 's',
        decimals: 0,
        width: 100,
      },
      {
        name: 'Duration',
        expr: collectorNow('collector_duration_seconds'),
        unit: 's',
        decimals: 2,
        width: 100,
      },
      {
        name: 'Failed runs',
        expr: `sum by (account, collector) (${countedOnce('collector, reason', 'collector_failures_total', '[$__range]')})`,
        decimals: 0,
        width: 100,
      },
    ],
  });
