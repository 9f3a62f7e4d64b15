import { createDashboard, firingAlerts, toNumber } from './dashboard.ts';
import { lines, stat, STATE, timeline } from './panels.ts';
import {
  accountNow,
  countOfZero,
  forecast,
  highest,
  LAST_CHANGE,
  leastOnline,
  MONTH,
  named,
  NAMES,
  numberNow,
  ONLINE,
  uptime,
} from './promql.ts';
import { table } from './table.ts';

/** Rows of the timeline that fit on a screen. */
const ROWS = 25;

/** Is every number online? */
export const overview = () =>
  createDashboard({
    uid: 'whatsapp-overview',
    title: 'WhatsApp / Overview',
    description: 'Is every number online? Offline numbers first; each links to its details.',
    from: 'now-24h',
    numbers: 'many',
    bands: [
      { height: 4, panels: [offline(), online(), age(), alerts(), thisMonth(), monthEnd()] },
      { height: 14, panels: [states()] },
      { height: 14, panels: [numbers()] },
      { height: 9, panels: [alertTable(), offlineOverTime()] },
    ],
  });

const offline = () =>
  stat({
    title: 'Offline',
    description:
      'Numbers that are not connected to an inbox. If above 0, find them at the top of the table below and reconnect them, or remove numbers that are no longer used.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    thresholds: ['green', [1, 'red']],
    queries: { '': countOfZero(ONLINE) },
  });

const online = () =>
  stat({
    title: 'Online',
    description:
      'Numbers that are connected to an inbox. If there are fewer than expected and none is offline, numbers were removed at the provider.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${ONLINE})` },
  });

const age = () =>
  stat({
    title: 'Age of the oldest data',
    description:
      'Time since the last successful poll, of the account with the oldest data. After poll.stale_after (by default 5 minutes or three polling intervals, whichever is longer) the numbers of the account are dropped. After 15 minutes, see the Exporter dashboard for the reason.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Never polled',
    thresholds: ['green', [300, 'orange'], [900, 'red']],
    queries: { '': `max(time() - ${accountNow('last_success_timestamp_seconds')})` },
  });

const alerts = () =>
  stat({
    title: 'Firing alerts',
    description:
      "Firing alerts of this project's Prometheus rules, listed in the table below. Without the rules this is always 0. Grafana-managed alerts are on Grafana's Alerting page.",
    width: 4,
    unit: 'locale',
    none: '0',
    thresholds: ['green', [1, 'red']],
    queries: { '': `count(${firingAlerts()})` },
  });

const thisMonth = () =>
  stat({
    title: 'Conversations this month',
    description:
      'Conversations of the selected numbers since the start of the month, in the time zone configured in the exporter. The Usage dashboard shows them by category.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${numberNow(MONTH.all)})` },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast for the month',
    description:
      'Estimate: the current count, plus the average per hour of the last 7 days for each remaining hour. If it exceeds your budget, find the largest numbers on the Usage dashboard.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'Needs an hour of data',
    queries: { '': `sum(${forecast(MONTH.all)})` },
  });

const states = () =>
  timeline({
    title: `State of the ${ROWS} least online numbers`,
    description:
      'Red is offline, green is online. A gap is time without data: the exporter or the provider was down. Many red numbers at once point to the inbox service, a single one to that number.',
    width: 24,
    unit: 'none',
    none: 'No data in this time range: see the Exporter dashboard',
    ...STATE,
    link: toNumber('series'),
    queries: { '{{number}} {{display_name}}': leastOnline(ROWS, named(ONLINE)) },
  });

const numbers = () =>
  table({
    title: 'Numbers',
    description:
      'All numbers: offline first, then by uptime. Click a number for its details. Conversations are those of the current month. “Last change” covers the selected time range.',
    width: 24,
    none: 'No current data: see the Exporter dashboard',
    interval: '1m',
    maxDataPoints: 2000,
    sortBy: ['State', 'Uptime'],
    labelsFrom: NAMES,
    columns: [
      {
        name: 'State',
        expr: ONLINE,
        ...STATE,
        width: 90,
      },
      { name: 'Number', label: 'number', link: toNumber('row'), width: 150 },
      { name: 'Name', label: 'display_name' },
      { name: 'Business', label: 'business_name' },
      { name: 'Account', label: 'account', width: 120 },
      {
        name: 'Uptime',
        expr: uptime('$__range', '$__interval'),
        unit: 'percentunit',
        decimals: 2,
        width: 90,
      },
      { name: 'Last change', expr: `${LAST_CHANGE} * 1000`, unit: 'dateTimeFromNow', width: 130 },
      { name: 'Inbox', expr: numberNow('online_inbox'), unit: 'none', width: 80 },
      { name: 'Conversations', expr: numberNow(MONTH.all), width: 120 },
      { name: 'Marketing', expr: numberNow(MONTH.marketing), width: 100 },
      { name: 'Service', expr: numberNow(MONTH.service), width: 90 },
      { name: 'Incoming', expr: numberNow(MONTH.incoming), width: 90 },
    ],
  });

const alertTable = () =>
  table({
    title: 'Firing alerts',
    description:
      "Firing alerts of this project's Prometheus rules for the selected accounts and numbers. The runbook of each alert says what it means and what to check first.",
    width: 12,
    none: 'No firing alerts',
    sortBy: ['Severity', 'Alert'],
    labelsFrom: `max by (alertname, severity, account, number) (${firingAlerts()})`,
    columns: [
      { name: 'Severity', label: 'severity', width: 90 },
      { name: 'Alert', label: 'alertname' },
      { name: 'Account', label: 'account', width: 120 },
      { name: 'Number', label: 'number', link: toNumber('row'), width: 150 },
    ],
  });

const offlineOverTime = () =>
  lines({
    title: 'Offline numbers by account',
    description:
      'The 10 accounts with the most offline numbers. A step in all accounts points to the provider, a step in one to that account.',
    width: 12,
    unit: 'locale',
    decimals: 0,
    none: 'No data in this time range',
    queries: { '{{account}}': highest(10, `sum by (account) (${ONLINE} == bool 0)`) },
  });
