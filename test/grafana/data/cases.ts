import { END_S } from './history.ts';
import { createSeries, renderLabels, type Series } from './series.ts';

const MINUTE_S = 60;
export const ago = (minutes: number) => END_S - minutes * MINUTE_S;
/** Scrapes are not aligned with the clock. */
const PHASE_S = 37;

/** What an exporter reports, from and to so many minutes ago. */
interface Report {
  readonly instance: string;
  readonly account: string;
  readonly from?: number;
  readonly to?: number;
  /** Whether polls succeed. */
  readonly up?: 0 | 1;
  /** The number's digits and its state; none are reported while data is stale. */
  readonly numbers?: Readonly<Record<string, 0 | 1>>;
  /** Minutes before the end at which the last poll succeeded; by default each scrape sees a new one. */
  readonly succeeded?: number;
  readonly failures?: number;
}

/**
 * An hour of the jobs below, each with one thing that is missing. All selectors of the dashboards contain the
 * job, so the cases share a Prometheus.
 */
export function createCases(): Series {
  const series = createSeries();
  const add = (name: string, labels: Record<string, string>, t: number, value: number) => {
    series.add(name, renderLabels(labels), t, value);
  };
  const each = (from: number, to: number, sample: (t: number) => void) => {
    for (let t = ago(from) + PHASE_S; t <= ago(to); t += MINUTE_S) sample(t);
  };
  const target = (job: string, instance: string, { downFor = 0 } = {}) => {
    each(60, 0, (t) => {
      const isUp = t <= ago(downFor);
      add('up', { job, instance }, t, isUp ? 1 : 0);
      if (isUp) add('process_start_time_seconds', { job, instance }, t, ago(60));
    });
  };
  const report = (job: string, one: Report) => {
    const { instance, account, from = 60, to = 0, up = 1, numbers = {}, failures = 0 } = one;
    const labels = { job, instance, account };
    each(from, to, (t) => {
      add('whatsapp_up', labels, t, up);
      add('whatsapp_collector_up', { ...labels, collector: 'inboxes' }, t, up);
      add('whatsapp_account_numbers', labels, t, Object.keys(numbers).length);
      add('whatsapp_account_budget_conversations', { ...labels, category: 'total' }, t, 100);
      const monthS = Date.parse('2026-04-01T01:00:00Z') / 1000;
      add('whatsapp_account_month_start_timestamp_seconds', labels, t, monthS);
      const march = { month: '2026-03', category: 'service' };
      add('whatsapp_account_month_conversations', { ...labels, ...march }, t, 300);
      const success = one.succeeded === undefined ? t - 7 : ago(one.succeeded);
      add('whatsapp_last_success_timestamp_seconds', labels, t, success);
      // One failure and one anomaly, half an hour ago.
      const counted = t > ago(30) ? failures : 0;
      add('whatsapp_poll_failures_total', { ...labels, reason: 'timeout' }, t, counted);
      add('whatsapp_response_anomalies_total', { ...labels, kind: 'text_cut' }, t, counted);
      for (const [number, online] of Object.entries(numbers)) {
        const of = { ...labels, number };
        add('whatsapp_number_online', of, t, online);
        for (const kind of ['', 'marketing_', 'service_', 'incoming_']) {
          add(`whatsapp_number_${kind}conversations_this_month`, of, t, 10);
        }
        add('whatsapp_number_online_inbox', of, t, online);
        const names = { display_name: `Name ${number}`, business_name: 'Business' };
        add('whatsapp_number_info', { ...of, ...names }, t, 1);
      }
    });
  };
  const BOTH = { 1: 1, 2: 0 } as const;

  // Everything is there.
  target('complete', 'e1');
  report('complete', { instance: 'e1', account: 'a', numbers: BOTH });

  // More numbers than fit into the timeline.
  for (const [job, offline] of [
    ['many-online', 20],
    ['many-offline', 35],
  ] as const) {
    const states = Array.from({ length: 40 }, (_, index) => [index, index < offline ? 0 : 1]);
    target(job, 'e1');
    report(job, {
      instance: 'e1',
      account: 'a',
      from: 10,
      numbers: Object.fromEntries(states) as Record<string, 0 | 1>,
    });
  }

  // The exporter stopped six minutes ago.
  target('dead', 'e1', { downFor: 6 });
  report('dead', { instance: 'e1', account: 'a', from: 60, to: 6, numbers: BOTH });

  // Number 3 was removed, and account b with number 4, half an hour ago. The exporter runs.
  target('removed', 'e1');
  report('removed', { instance: 'e1', account: 'a', from: 60, to: 30, numbers: { ...BOTH, 3: 1 } });
  report('removed', { instance: 'e1', account: 'a', from: 30, numbers: BOTH });
  report('removed', { instance: 'e1', account: 'b', from: 60, to: 30, numbers: { 4: 0 } });

  // The polls of account b fail, and its number is no longer reported.
  target('failing', 'e1');
  report('failing', { instance: 'e1', account: 'a', numbers: BOTH });
  report('failing', { instance: 'e1', account: 'b', from: 60, to: 30, numbers: { 5: 1 } });
  report('failing', { instance: 'e1', account: 'b', from: 30, up: 0, succeeded: 30 });

  // One of two shards stopped 20 minutes ago.
  target('shards', 'e1');
  target('shards', 'e2', { downFor: 20 });
  report('shards', { instance: 'e1', account: 'a', numbers: BOTH });
  report('shards', { instance: 'e2', account: 'b', to: 20, numbers: { 5: 1 } });

  // Two replicas with the same failures.
  for (const instance of ['e1', 'e2']) {
    target('replicas', instance);
    report('replicas', { instance, account: 'a', numbers: BOTH, failures: 10 });
  }

  // Jobs of others in the same Prometheus.
  target('node', 'host:9100', { downFor: 60 });
  target('prometheus', 'localhost:9090');
  return series;
}
