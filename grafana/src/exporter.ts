import { accounts } from './accounts.ts';
import { collectors } from './collectors.ts';
import { createDashboard } from './dashboard.ts';
import { bars, lines, stat, timeline } from './panels.ts';
import { builds, cpu, lag, memory, samples, scrapes } from './process.ts';
import {
  account,
  accountNow,
  countedOnce,
  countOfZero,
  highest,
  LAST_SUCCESS,
  perAccount,
  target,
} from './promql.ts';
import { DATA_AGE, NONE_IS_GOOD, UP } from './values.ts';

/** The width of a bar. With the default of one scrape, `$__rate_interval` would count everything in four bars. */
const EACH = '10m';
/** The number of bars in a long range; with one per pixel, bars would be hairlines. */
const BARS = 60;
/** The increase from each point of a graph to the next. `[$__interval]` would miss increases between samples. */
const countedBy = (label: string, counter: string) =>
  `sum by (${label}) (${countedOnce(label, counter, '[$__rate_interval] offset -$__interval')}) > 0`;

/** Can the other dashboards be trusted? */
export const exporter = () =>
  createDashboard({
    uid: 'whatsapp-exporter',
    title: 'WhatsApp / Exporter',
    description: 'Can I trust the other dashboards? Polls, failures, and the exporter process.',
    from: 'now-6h',
    numbers: 'many',
    hasTargets: true,
    alerts: {
      names: 'Exporter.+|Config.+|Data.+|Poll.+|Token.+|Provider.+|Response.+',
      areOn: false,
    },
    bands: [
      { height: 3, panels: [down(), failing(), age(), failed(), anomalyCount(), tokenExpiry()] },
      { height: 7, panels: [polls()] },
      { height: 8, panels: [ages(), failures()] },
      { height: 8, panels: [durations(), anomalies()] },
      { height: 8, panels: [accounts()] },
      { height: 6, panels: [collectors()] },
      { height: 8, panels: [numbers(), samples(), scrapes()] },
      { height: 8, panels: [memory(), cpu(), lag()] },
      { height: 6, panels: [builds()] },
    ],
  });

const down = () =>
  stat({
    title: 'Down',
    description:
      'Exporters that Prometheus cannot reach: targets of the selected jobs. If above 0, check that the process runs and that its address in the scrape configuration is correct.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    thresholds: NONE_IS_GOOD,
    queries: { '': countOfZero(target('up')) },
  });

const failing = () =>
  stat({
    title: 'Failing',
    description:
      'Accounts whose last poll failed in every replica. If above 0, see the reasons in the graph below and the accounts in the table.',
    width: 4,
    unit: 'locale',
    none: 'No data',
    thresholds: NONE_IS_GOOD,
    queries: { '': countOfZero(accountNow('up')) },
  });

const age = () =>
  stat({
    title: 'Data age',
    description:
      'Time since the last successful poll, of the account with the oldest data. Excludes accounts without a successful poll within a day; they count as failing.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Unknown',
    thresholds: DATA_AGE,
    queries: { '': `max(time() - ${LAST_SUCCESS})` },
  });

const failed = () =>
  stat({
    title: 'Failures',
    description:
      'Share of failed polls in the selected time range. Below 1 % is normal on the internet; above 10 %, find the reason below.',
    width: 4,
    unit: 'percentunit',
    decimals: 1,
    none: 'No polls',
    thresholds: [
      [0, 'green'],
      [0.01, 'orange'],
      [0.1, 'red'],
    ],
    queries: {
      '':
        `sum(increase(${account('poll_failures_total')}[$__range]))` +
        ` / (sum(increase(${account('polls_total')}[$__range])) > 0)`,
    },
  });

const anomalyCount = () =>
  stat({
    title: 'Anomalies',
    description:
      'Anomalies in otherwise valid responses in the selected time range, such as an invalid field. A persistent anomaly is counted on every poll but logged once; the log shows where it is.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'No polls',
    thresholds: [
      [0, 'green'],
      [1, 'orange'],
    ],
    queries: { '': `sum(${countedOnce('kind', 'response_anomalies_total', '[$__range]')})` },
  });

const tokenExpiry = () =>
  stat({
    title: 'Token left',
    description:
      'Time until the first access token expires. Tokens are valid for one hour and are renewed before that, so 0 means that renewal fails. The expiry of a configured token is unknown.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Unknown',
    queries: {
      '': `clamp_min(min(${accountNow('access_token_expiry_timestamp_seconds')}) - time(), 0)`,
    },
  });

const polls = () =>
  timeline({
    title: 'Polls by account',
    description:
      'Whether the last poll succeeded, for the 25 accounts with the most failures. All red at once: provider or network. One red: its credentials. A gap: the exporter was down.',
    width: 24,
    unit: 'none',
    none: 'No scrapes',
    evidence: `last_over_time(${account('up')}[$__range] @ end())`,
    ...UP,
    queries: {
      '{{account}}':
        `${accountNow('up')} and on (account)` +
        ` bottomk(25, ${perAccount(`avg_over_time(${account('up')}[$__range] @ end())`)})`,
    },
  });

const ages = () =>
  lines({
    title: 'Age of the data',
    description:
      'Time since the last successful poll, for the 10 accounts with the oldest data. A rising line means that polls fail. After poll.stale_after (by default 5 minutes or three polling intervals, whichever is longer) the numbers of the account are dropped.',
    width: 12,
    // An axis in seconds has ticks such as 1.67 hours.
    unit: 'dthms',
    none: 'No successful polls in this time range',
    queries: { '{{account}}': highest(10, `time() - ${LAST_SUCCESS}`) },
  });

const failures = () =>
  bars({
    title: 'Failed polls by reason',
    description:
      'Failed polls; what all replicas report counts once. credentials, token, blocked: fix the credentials. timeout, network, tls: check the network path to the provider. rate_limited: poll less often. docs/metrics.md explains the other reasons.',
    width: 12,
    unit: 'locale',
    colour: 'red',
    interval: EACH,
    maxDataPoints: BARS,
    none: 'No failed polls in this time range',
    queries: { '{{reason}}': countedBy('reason', 'poll_failures_total') },
  });

const durations = () =>
  lines({
    title: 'Duration of a poll',
    description:
      'Duration of the last poll, for the 10 slowest accounts. Close to poll.timeout (default 20 s), polls start to fail: contact the provider, or poll less often.',
    width: 12,
    unit: 's',
    none: 'No polls in this time range',
    queries: { '{{account}}': highest(10, accountNow('poll_duration_seconds')) },
  });

const anomalies = () =>
  bars({
    title: 'Anomalies by kind',
    description:
      'Anomalies in otherwise valid responses. Each affects one entry, field or text, and never fails the poll; the log shows where it is. Report a persistent anomaly to the provider.',
    width: 12,
    unit: 'locale',
    colour: 'orange',
    interval: EACH,
    maxDataPoints: BARS,
    none: 'No anomalies in this time range',
    queries: { '{{kind}}': countedBy('kind', 'response_anomalies_total') },
  });

const numbers = () =>
  lines({
    title: 'Numbers by account',
    description:
      'Numbers reported by the provider, for the 10 largest accounts. Ask the provider about a sudden drop: removed numbers disappear from all dashboards.',
    width: 8,
    unit: 'locale',
    decimals: 0,
    none: 'No successful polls in this time range',
    queries: { '{{account}}': highest(10, accountNow('account_numbers')) },
  });
