import { expect, test } from 'vitest';

import { optionalPrometheusTools } from '../support/prometheus.ts';
import { readGroups, runUnitTests } from './rule-files.ts';

const tools = await optionalPrometheusTools();

/** What Prometheus sees of the exporter of an account. */
type State = 'polled' | 'failing' | 'restarted' | 'hung' | 'down' | 'gone';

interface Event {
  readonly name: string;
  readonly instance: string;
  /** The state in each minute of the event. */
  readonly during: (minute: number) => State;
}

const BEGIN = 30;
const END = 150;
const MINUTES = 240;

const UNWATCHED: readonly Event[] = [
  { name: 'exporter-dies', instance: 'e1', during: () => 'down' },
  { name: 'target-disappears', instance: 'e2', during: () => 'gone' },
  {
    name: 'restart-loop',
    instance: 'e3',
    during: (minute) => (minute % 5 < 2 ? 'down' : 'restarted'),
  },
  { name: 'network-to-the-provider-is-cut', instance: 'e4', during: () => 'failing' },
  { name: 'exporter-hangs', instance: 'e5', during: () => 'hung' },
  { name: 'exporter-behind-sd-dies', instance: 'e6:10972/x', during: () => 'down' },
  { name: 'one-target-of-sd-is-unreachable', instance: 'e7:10972/x', during: () => 'down' },
];
const WATCHED: readonly Event[] = [
  { name: 'alone', instance: 'e0', during: () => 'polled' },
  { name: 'another-target-of-sd', instance: 'e7:10972/y', during: () => 'polled' },
];

function seriesOf({ name, instance, during }: Event): { series: string; values: string }[] {
  const labels = `job="whatsapp-exporter",instance="${instance}"`;
  const ofAccount = `account="${name}",${labels}`;
  const stateAt = (minute: number): State =>
    minute < BEGIN || minute >= END ? 'polled' : during(minute - BEGIN);
  const render = (series: string, valueOf: (state: State, minute: number) => number | 'stale') => ({
    series,
    values: Array.from({ length: MINUTES }, (_, minute) => valueOf(stateAt(minute), minute)).join(
      ' ',
    ),
  });
  /** A value of the account, which nobody reports while the exporter is not scraped. */
  const ofPoll = (metric: string, valueOf: (state: State, minute: number) => number | 'stale') =>
    render(`${metric}{${ofAccount}}`, (state, minute) =>
      state === 'down' || state === 'gone' ? 'stale' : valueOf(state, minute),
    );
  return [
    render(`up{${labels}}`, (state) => (state === 'gone' ? 'stale' : state === 'down' ? 0 : 1)),
    ofPoll('whatsapp_up', (state) => (state === 'polled' || state === 'hung' ? 1 : 0)),
    ofPoll('whatsapp_poll_interval_seconds', () => 60),
    ofPoll('whatsapp_last_success_timestamp_seconds', (state, minute) => {
      if (state === 'restarted') return 'stale';
      return 60 * (state === 'polled' ? minute : BEGIN - 1);
    }),
    ofPoll(
      'whatsapp_last_poll_timestamp_seconds',
      (state, minute) => 60 * (state === 'hung' ? BEGIN - 1 : minute),
    ),
    ofPoll(
      'whatsapp_next_poll_timestamp_seconds',
      (state, minute) => 60 * (state === 'hung' ? BEGIN : minute + 1),
    ),
  ];
}

const PAGES = 'ALERTS{alertstate="firing",severity="critical"}';

test.skipIf(tools === undefined)(
  'an account that nobody watches pages exactly once, whatever the cause',
  { timeout: 120_000 },
  async () => {
    const file = {
      rule_files: [],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [...UNWATCHED, ...WATCHED].flatMap(seriesOf),
          promql_expr_test: [
            {
              // How many pages began.
              expr: `sum by (account) (count_over_time((${PAGES} unless ${PAGES} offset 1m)[4h:1m]))`,
              eval_time: `${MINUTES}m`,
              exp_samples: UNWATCHED.map(({ name }) => ({
                labels: `{account="${name}"}`,
                value: 1,
              })),
            },
            {
              expr: `count by (account) (${PAGES})`,
              eval_time: `${BEGIN + 20}m`,
              exp_samples: UNWATCHED.map(({ name }) => ({
                labels: `{account="${name}"}`,
                value: 1,
              })),
            },
            { expr: PAGES, eval_time: `${END + 1}m`, exp_samples: [] },
          ],
        },
      ],
    };
    expect(await runUnitTests(tools?.promtool ?? '', readGroups(), file)).toBe(undefined);
  },
);
