import type { Month } from '../../../src/core/month.ts';
import { CATEGORIES, daysAgo, isOutage, isStale, isThere, JOB, zero } from './history.ts';
import type { Category, Counts, Sim } from './history.ts';
import { NUMBER_GAUGES } from '../../support/gauges.ts';
import { renderLabels, type Series } from './series.ts';

/** The state of the exporter at a scrape. */
export interface ScrapeState {
  readonly sims: readonly Sim[];
  readonly accounts: readonly string[];
  readonly month: Month;
  readonly now: ReadonlyMap<string, Counts>;
  readonly totals: ReadonlyMap<string, Counts>;
  readonly polls: ReadonlyMap<string, { count: number; failed: number; lastSuccessS: number }>;
  readonly processStartS: number;
}

/** The 13 months before the end of the history; month number `i` has 100 + i conversations of each category. */
const PAST_MONTHS = [
  ...Array.from({ length: 10 }, (_, i) => `2025-${String(i + 3).padStart(2, '0')}`),
  '2026-01',
  '2026-02',
  '2026-03',
];

const VARYING = ['online', 'online_inbox', 'online_account', 'conversations_this_month'].concat(
  CATEGORIES.map((category) => `${category}_conversations_this_month`),
);
/** Marketing conversations of each account, and all conversations of each number. */
export const BUDGET = 10_000;

/** The other gauges of a number are 0 throughout. */
const ZEROS = NUMBER_GAUGES.map(([name]) => name).filter(
  (name) => !VARYING.includes(name.replace('whatsapp_number_', '')),
);

/** Adds the samples of a scrape of one replica. A lean scrape omits series that do not slow down queries. */
export function createScrape(series: Series, isLean: boolean) {
  const labelsOf = createLabels();
  return (instance: string, t: number, state: ScrapeState): void => {
    let count = 100;
    for (const account of state.accounts) {
      scrapeAccount(account);
      if (isStale(account, t)) continue;
      const present = state.sims.filter((sim) => sim.account === account && isThere(sim, t));
      scrapeTotals(account, present);
      if (!isLean) scrapePastMonths(account);
      for (const sim of present) scrapeNumber(sim);
      count += present.length * 14;
    }
    scrapeProcess(count);

    function add(name: string, value: number, labels: Record<string, string> = {}): void {
      series.add(name, labelsOf({ instance, ...labels }), t, value);
    }

    function scrapeAccount(account: string): void {
      const { count: polls = 0, failed = 0, lastSuccessS = t } = state.polls.get(account) ?? {};
      const ofAccount = (name: string, value: number, labels = {}) => {
        add(`whatsapp_${name}`, value, { account, ...labels });
      };
      ofAccount('up', isOutage(account, t) ? 0 : 1);
      ofAccount('last_success_timestamp_seconds', lastSuccessS);
      ofAccount('last_poll_timestamp_seconds', t - 7);
      ofAccount('account_month_start_timestamp_seconds', state.month.startMs / 1000);
      ofAccount('account_month_end_timestamp_seconds', state.month.endMs / 1000);
      ofAccount('account_budget_conversations', BUDGET, { category: 'marketing' });
      ofAccount('polls_total', polls);
      ofAccount('poll_failures_total', failed, { reason: 'timeout' });
      ofAccount('poll_failures_total', 0, { reason: 'credentials' });
      ofAccount('response_anomalies_total', t < daysAgo(0.5) ? 1 : 2, { kind: 'text_cut' });
      ofAccount('poll_duration_seconds', 0.4);
      ofAccount('poll_interval_seconds', 60);
      ofAccount('access_token_expiry_timestamp_seconds', t + 1800);
      scrapeCollectors(ofAccount);
    }

    function scrapeCollectors(
      ofAccount: (name: string, value: number, labels: Record<string, string>) => void,
    ): void {
      const online = { online_account: '1', server: 'online' };
      ofAccount('online_account_info', 1, { ...online, name: 'Shop A' });
      ofAccount('online_account_active', 1, online);
      ofAccount('inbox_info', 1, { ...online, inbox: '7', name: 'מכירות' });
      for (const collector of ['online_accounts', 'inboxes']) {
        ofAccount('collector_up', 1, { collector });
        ofAccount('collector_last_success_timestamp_seconds', t - 300, { collector });
        ofAccount('collector_duration_seconds', 0.3, { collector });
        ofAccount('collector_failures_total', t < daysAgo(0.5) ? 0 : 1, {
          collector,
          reason: 'timeout',
        });
      }
    }

    function scrapeTotals(account: string, present: readonly Sim[]): void {
      const sum = (category: Category) =>
        present.reduce((all, { number }) => all + (state.now.get(number)?.[category] ?? 0), 0);
      const sums = CATEGORIES.map(sum);
      const all = sums.reduce((a, b) => a + b, 0);
      add('whatsapp_account_numbers', present.length, { account });
      add('whatsapp_account_conversations_this_month', all, { account });
      for (const [index, category] of CATEGORIES.entries()) {
        const name = `whatsapp_account_${category}_conversations_this_month`;
        add(name, sums[index] ?? 0, { account });
      }
    }

    function scrapePastMonths(account: string): void {
      for (const [index, month] of PAST_MONTHS.entries()) {
        for (const category of CATEGORIES) {
          const labels = { account, month, category };
          add('whatsapp_account_month_conversations', 100 + index, labels);
        }
      }
    }

    function scrapeNumber(sim: Sim): void {
      const labels = { instance, account: sim.account, number: sim.number };
      const text = labelsOf(labels);
      const ofNumber = (name: string, value: number) => {
        series.add(`whatsapp_number_${name}`, text, t, value);
      };
      const counts = state.now.get(sim.number) ?? zero();
      const online = sim.isOnline(t) ? 1 : 0;
      ofNumber('online', online);
      ofNumber('online_inbox', online * 7);
      ofNumber('online_account', online);
      ofNumber('conversations_this_month', counts.marketing + counts.service + counts.incoming);
      const names = { display_name: sim.name(t), business_name: 'דנה כהן' };
      add('whatsapp_number_info', 1, { ...labels, ...names });
      const totals = state.totals.get(sim.number) ?? zero();
      for (const category of CATEGORIES) {
        ofNumber(`${category}_conversations_this_month`, counts[category]);
        add('whatsapp_number_conversations_total', totals[category], { ...labels, category });
      }
      add('whatsapp_number_budget_conversations', BUDGET, { ...labels, category: 'total' });
      if (!isLean) for (const name of ZEROS) series.add(name, text, t, 0);
    }

    function scrapeProcess(samples: number): void {
      add('process_start_time_seconds', state.processStartS);
      add('process_resident_memory_bytes', 90e6);
      add('process_cpu_seconds_total', (t - state.processStartS) * 0.01);
      add('nodejs_eventloop_lag_p99_seconds', 0.011);
      add('scrape_duration_seconds', 0.02);
      add('scrape_samples_scraped', samples);
      const build = { version: '0.1.0', revision: 'abc', node_version: 'v20.19.0' };
      add('whatsapp_exporter_build_info', 1, build);
      const reload = 'whatsapp_exporter_config_last_reload';
      add(`${reload}_successful`, 1);
      add(`${reload}_success_timestamp_seconds`, state.processStartS);
    }
  };
}

/** Labels as text, cached: there are millions of samples and few series. */
export function createLabels(): (labels: Record<string, string>) => string {
  const texts = new Map<string, string>();
  return (labels) => {
    const key = Object.values(labels).join();
    const text = texts.get(key) ?? renderLabels({ job: JOB, ...labels });
    texts.set(key, text);
    return text;
  };
}
