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

/** Rows of the timeline: what fits on a screen, however many numbers there are. */
const ROWS = 25;

/** Is every number up? */
export const overview = () =>
  createDashboard({
    uid: 'whatsapp-overview',
    title: 'WhatsApp / Overview',
    description: 'Is every number up? Offline numbers first; each leads to its own story.',
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
      'Numbers that are connected to no inbox now. More than 0: find them at the top of the table below and connect them to their inbox again, or remove those that are meant to be free.',
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
      'Numbers that are connected to an inbox now. Fewer than expected while nothing is offline: numbers were removed at the provider.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${ONLINE})` },
  });

const age = () =>
  stat({
    title: 'Age of the oldest data',
    description:
      'Since the last successful poll, of the account for which it is longest ago. Past poll.stale_after (5 minutes, or three times the interval of polls where that is longer) the numbers of that account are no longer shown; past 15 minutes look at the Exporter dashboard for the reason.',
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
      "Alerts of this project's Prometheus rules; the table below names them. Alerts that Grafana manages itself are on its Alerting page instead, and without the rules this is always 0.",
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
      'Of the chosen numbers since the month began in the zone that the exporter is configured for. The Usage dashboard shows what they consist of.',
    width: 4,
    unit: 'locale',
    none: 'No numbers',
    queries: { '': `sum(${numberNow(MONTH.all)})` },
  });

const monthEnd = () =>
  stat({
    title: 'Forecast for the month',
    description:
      'An estimate: what stands now, and for each hour that is left the average hour of the last 7 days. If it is above your budget, look for the largest numbers on the Usage dashboard.',
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
      'Red is offline, green online; a gap is time without data: the exporter or the provider was away. Many numbers red at once points to the inbox service, one alone to that number.',
    width: 24,
    unit: 'none',
    none: 'No number was seen in this time: see the Exporter dashboard',
    ...STATE,
    link: toNumber('series'),
    queries: { '{{number}} {{display_name}}': leastOnline(ROWS, named(ONLINE)) },
  });

const numbers = () =>
  table({
    title: 'Numbers',
    description:
      'Every number, offline first, then by the time that it was online. Click a number for its story. Conversations are those of the current month; «last change» is within the chosen time.',
    width: 24,
    none: 'No number is known now: see the Exporter dashboard',
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
      "What this project's Prometheus rules report for the chosen accounts and numbers. Each alert's runbook says what it means and what to check first.",
    width: 12,
    none: 'No alert is firing',
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
      'The 10 accounts with the most numbers offline at once. A step that all accounts share points to the provider, a step of one to that account.',
    width: 12,
    unit: 'locale',
    decimals: 0,
    none: 'No number was seen in this time',
    queries: { '{{account}}': highest(10, `sum by (account) (${ONLINE} == bool 0)`) },
  });
