import { createDashboard, firingAlerts, RUNBOOKS, toNumber } from './dashboard.ts';
import { lines, stat, timeline } from './panels.ts';
import {
  countOfZero,
  forecast,
  highest,
  LAST_SUCCESS,
  MONTH,
  numberNow,
  ONLINE,
} from './promql.ts';
import { LAST_CHANGE, leastOnline, listed, named, NAMES, SEEN, STATES, uptime } from './states.ts';
import { table } from './table.ts';
import { DATA_AGE, NONE_IS_GOOD, STATE } from './values.ts';

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
    alerts: { names: 'Number.+|Account.+|NoNumbers', areOn: true },
    bands: [
      { height: 3, panels: [offline(), online(), age(), alerts(), thisMonth(), monthEnd()] },
      // Before the timeline, so that a phone shows offline numbers on its second screen.
      { height: 14, panels: [numbers()] },
      { height: 14, panels: [states()] },
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
    none: 'No data',
    thresholds: NONE_IS_GOOD,
    queries: { '': countOfZero(ONLINE) },
  });

const online = () =>
  stat({
    title: 'Online',
    description:
      'Numbers that are connected to an inbox. If there are fewer than expected and none is offline, numbers were removed at the provider.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': `sum(${ONLINE})` },
  });

const age = () =>
  stat({
    title: 'Data age',
    description:
      'Time since the last successful poll, of the account with the oldest data. After poll.stale_after (by default 5 minutes or three polling intervals, whichever is longer) the numbers of the account are dropped. After 15 minutes, see the Exporter dashboard for the reason.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Unknown',
    thresholds: DATA_AGE,
    queries: { '': `max(time() - ${LAST_SUCCESS})` },
  });

const alerts = () =>
  stat({
    title: 'Alerts',
    description:
      "Firing alerts of this project's Prometheus rules, listed in the table below. Without the rules this is always 0. Grafana-managed alerts are on Grafana's Alerting page.",
    width: 4,
    unit: 'locale',
    none: 'Unknown',
    thresholds: NONE_IS_GOOD,
    queries: { '': `count(${firingAlerts('.+')}) or vector(0)` },
  });

const thisMonth = () =>
  stat({
    title: 'This month',
    description:
      'Conversations of the selected numbers since the start of the month, in the time zone configured in the exporter. The Usage dashboard shows them by category.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    queries: { '': `sum(${numberNow(MONTH.all)})` },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast',
    description:
      'Estimate: the current count, plus the average per hour of the last 7 days for each remaining hour. Needs an hour of data. If it exceeds your budget, find the largest numbers on the Usage dashboard.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'No data',
    queries: { '': `sum(${forecast(MONTH.all)})` },
  });

const LEAST_ONLINE = leastOnline(ROWS, named(ONLINE));

const states = () =>
  timeline({
    title: `${ROWS} least online numbers`,
    description:
      'Offline numbers first, then those that were offline longest. Red is offline, green is online. A gap is time without data: the exporter or the provider was down. Many red numbers at once point to the inbox service, a single one to that number.',
    width: 24,
    unit: 'none',
    none: 'No data: see Exporter',
    evidence: SEEN,
    ...STATE,
    link: toNumber('series'),
    queries: { '{{number}} {{display_name}}': [LEAST_ONLINE.offline, LEAST_ONLINE.others] },
  });

const numbers = () =>
  table({
    title: 'Numbers',
    description:
      'All numbers: offline first, then by uptime. Click a number for its details. A state is unknown while polls fail or the exporter is down. “Last change” covers the selected time range, “This month” counts conversations.',
    width: 24,
    none: 'No data: see Exporter',
    interval: '1m',
    maxDataPoints: 2000,
    sortBy: ['State', 'Uptime'],
    labelsFrom: listed(NAMES),
    columns: [
      { name: 'State', expr: STATES, ...STATE, width: 80 },
      { name: 'Number', label: 'number', link: toNumber('row'), width: 130 },
      { name: 'Name', label: 'display_name' },
      { name: 'Account', label: 'account', width: 110 },
      {
        name: 'Uptime',
        expr: listed(uptime('$__range', '$__interval')),
        unit: 'percentunit',
        decimals: 2,
        width: 80,
      },
      {
        name: 'Last change',
        expr: listed(`${LAST_CHANGE} * 1000`),
        unit: 'dateTimeFromNow',
        width: 120,
      },
      { name: 'This month', expr: numberNow(MONTH.all), width: 100 },
    ],
  });

const alertTable = () =>
  table({
    title: 'Firing alerts',
    description:
      "Firing alerts of this project's Prometheus rules for the selected accounts and numbers. Click an alert for its runbook, which says what it means and what to check first.",
    width: 14,
    none: 'No firing alerts',
    sortBy: ['Severity', 'Alert'],
    labelsFrom: `max by (alertname, severity, account, number) (${firingAlerts('.+')})`,
    columns: [
      { name: 'Severity', label: 'severity', width: 80 },
      {
        name: 'Alert',
        label: 'alertname',
        link: { title: 'Open the runbook', url: `${RUNBOOKS}#\${__value.raw}` },
      },
      { name: 'Account', label: 'account', width: 100 },
      { name: 'Number', label: 'number', link: toNumber('row'), width: 130 },
    ],
  });

const offlineOverTime = () =>
  lines({
    title: 'Offline numbers by account',
    description:
      'The 10 accounts with the most offline numbers. A step in all accounts points to the provider, a step in one to that account.',
    width: 10,
    unit: 'locale',
    decimals: 0,
    none: 'No data in this time range',
    queries: { '{{account}}': highest(10, `sum by (account) (${ONLINE} == bool 0)`) },
  });
