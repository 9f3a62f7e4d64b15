import { createDashboard } from './dashboard.ts';
import { bars, lines, stat, timeline, UP } from './panels.ts';
import { builds, cpu, lag, memory, samples, scrapes } from './process.ts';
import { account, accountNow, countOfZero, highest, perAccount, target } from './promql.ts';
import { table } from './table.ts';

/** A bar's width. At a scrape's, by default, `$__rate_interval` would count everything in four bars. */
const EACH = '10m';
/** What was counted from each point of a graph to the next. `[$__interval]` would lose what comes in between. */
const countedBy = (label: string, counter: string) =>
  `sum by (${label}) (increase(${account(counter)}[$__rate_interval] offset -$__interval)) > 0`;

const LAST_SUCCESS = accountNow('last_success_timestamp_seconds');

/** Can I trust what the other dashboards show? */
export const exporter = () =>
  createDashboard({
    uid: 'whatsapp-exporter',
    title: 'WhatsApp / Exporter',
    description: 'Can I trust what the other dashboards show? Polls, failures, and the process.',
    from: 'now-6h',
    numbers: 'many',
    bands: [
      { height: 4, panels: [down(), failing(), age(), failed(), odd(), tokenEnd()] },
      { height: 7, panels: [polls()] },
      { height: 8, panels: [ages(), failures()] },
      { height: 8, panels: [durations(), anomalies()] },
      { height: 8, panels: [accounts()] },
      { height: 8, panels: [numbers(), samples(), scrapes()] },
      { height: 8, panels: [memory(), cpu(), lag()] },
      { height: 6, panels: [builds()] },
    ],
  });

const down = () =>
  stat({
    title: 'Exporters down',
    description:
      'Scrape targets of the chosen jobs that Prometheus cannot reach. More than 0: see whether the process runs and whether its address in the scrape configuration is right.',
    width: 4,
    unit: 'locale',
    none: 'Nothing is scraped',
    thresholds: ['green', [1, 'red']],
    queries: { '': countOfZero(target('up')) },
  });

const failing = () =>
  stat({
    title: 'Accounts failing',
    description:
      'Accounts whose last poll failed in every replica. More than 0: the failures by reason below say why, and the table which account.',
    width: 4,
    unit: 'locale',
    none: 'No accounts',
    thresholds: ['green', [1, 'red']],
    queries: { '': countOfZero(accountNow('up')) },
  });

const age = () =>
  stat({
    title: 'Age of the oldest data',
    description:
      'Since the last successful poll, of the account for which it is longest ago. An account that never had one is not in it, but counts as failing.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Never polled',
    thresholds: ['green', [300, 'orange'], [900, 'red']],
    queries: { '': `max(time() - ${LAST_SUCCESS})` },
  });

const failed = () =>
  stat({
    title: 'Polls failed',
    description:
      'The share of all polls in the chosen time. Below 1 % is the weather of the internet; above 10 % find the reason below.',
    width: 4,
    unit: 'percentunit',
    decimals: 1,
    none: 'No polls',
    thresholds: ['green', [0.01, 'orange'], [0.1, 'red']],
    queries: {
      '':
        `sum(increase(${account('poll_failures_total')}[$__range]))` +
        ` / (sum(increase(${account('polls_total')}[$__range])) > 0)`,
    },
  });

const odd = () =>
  stat({
    title: 'Anomalies',
    description:
      'Oddities in otherwise good responses in the chosen time, such as a field that makes no sense. One that stays is counted at every poll, but logged once: look there for the place.',
    width: 4,
    unit: 'locale',
    decimals: 0,
    none: 'No polls',
    thresholds: ['green', [1, 'orange']],
    queries: { '': `sum(increase(${account('response_anomalies_total')}[$__range]))` },
  });

const tokenEnd = () =>
  stat({
    title: 'Access token ends in',
    description:
      'The account whose token lapses first. Tokens live an hour and are renewed before they lapse: 0 means that renewing fails. A configured token tells no end.',
    width: 4,
    unit: 's',
    decimals: 0,
    none: 'Not told',
    queries: {
      '': `clamp_min(min(${accountNow('access_token_expiry_timestamp_seconds')}) - time(), 0)`,
    },
  });

const polls = () =>
  timeline({
    title: 'Polls by account',
    description:
      'Whether the last poll succeeded, of the 25 accounts that failed the most. All red at once: provider or network; one alone: its credentials. A gap: the exporter itself was away.',
    width: 24,
    unit: 'none',
    none: 'Nothing was scraped in this time',
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
      'Since the last successful poll, for the 10 accounts with the oldest. A line that climbs has failing polls; after poll.stale_after (5 minutes, or three times the interval of polls where that is longer) its numbers are no longer served.',
    width: 12,
    // In minutes, since an axis in seconds has marks such as 1.67 mins.
    unit: 'm',
    none: 'No poll succeeded in this time',
    queries: { '{{account}}': highest(10, `(time() - ${LAST_SUCCESS}) / 60`) },
  });

const failures = () =>
  bars({
    title: 'Failed polls by reason',
    description:
      'Of all replicas. credentials, token, blocked: mend the credentials; timeout, network, tls: the way to the provider; rate_limited: poll less often; the rest is explained in the documentation of the metric.',
    width: 12,
    unit: 'locale',
    interval: EACH,
    none: 'No poll failed in this time',
    queries: { '{{reason}}': countedBy('reason', 'poll_failures_total') },
  });

const durations = () =>
  lines({
    title: 'Duration of a poll',
    description:
      'The last poll of each account, the 10 slowest. Near poll.timeout (20 s unless configured) polls begin to fail: ask the provider, or poll less often.',
    width: 12,
    unit: 's',
    none: 'No polls in this time',
    queries: { '{{account}}': highest(10, accountNow('poll_duration_seconds')) },
  });

const anomalies = () =>
  bars({
    title: 'Anomalies by kind',
    description:
      'Oddities in otherwise good responses. Each costs one entry, field or text, never the poll; the log says where. A kind that stays deserves a word to the provider.',
    width: 12,
    unit: 'locale',
    interval: EACH,
    none: 'No anomaly in this time',
    queries: { '{{kind}}': countedBy('kind', 'response_anomalies_total') },
  });

const accounts = () =>
  table({
    title: 'Accounts',
    description:
      'Every account, failing first, then by the age of its data. Failures and anomalies are those of the chosen time. An interval shorter than the polls take makes them skip.',
    width: 24,
    none: 'Nothing is scraped now',
    sortBy: ['State', '-Data age'],
    columns: [
      { name: 'Account', label: 'account', width: 150 },
      { name: 'State', expr: accountNow('up'), ...UP },
      {
        name: 'Data age',
        expr: `time() - ${LAST_SUCCESS}`,
        unit: 's',
        decimals: 0,
        thresholds: ['transparent', [300, 'orange'], [900, 'red']],
      },
      {
        name: 'Last poll',
        expr: `${accountNow('last_poll_timestamp_seconds')} * 1000`,
        unit: 'dateTimeFromNow',
      },
      { name: 'Poll takes', expr: accountNow('poll_duration_seconds'), unit: 's', decimals: 2 },
      { name: 'Interval', expr: accountNow('poll_interval_seconds'), unit: 's' },
      { name: 'Numbers', expr: accountNow('account_numbers') },
      {
        name: 'Failed polls',
        expr: `sum by (account) (increase(${account('poll_failures_total')}[$__range]))`,
        decimals: 0,
      },
      {
        name: 'Anomalies',
        expr: `sum by (account) (increase(${account('response_anomalies_total')}[$__range]))`,
        decimals: 0,
      },
      {
        name: 'Token ends in',
        expr: `${accountNow('access_token_expiry_timestamp_seconds')} - time()`,
        unit: 's',
        decimals: 0,
      },
    ],
  });

const numbers = () =>
  lines({
    title: 'Numbers by account',
    description:
      'How many numbers the provider reports, the 10 largest accounts. A sudden drop is worth asking the provider about: removed numbers leave all dashboards at once.',
    width: 8,
    unit: 'locale',
    decimals: 0,
    none: 'No poll succeeded in this time',
    queries: { '{{account}}': highest(10, accountNow('account_numbers')) },
  });
