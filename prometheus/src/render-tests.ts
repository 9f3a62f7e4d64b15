import { stringify } from 'yaml';

import { renderValues, STEP, type Case } from './traffic.ts';

const HEADER = `# Generated from prometheus/src by scripts/generate-prometheus.ts: do not edit.
# Each case is a separate account. All run in one test with an evaluation every two hours: one a
# minute, or one test per case, would take minutes.
`;

/**
 * A file of promtool's unit tests for one alert; each case is about number 1 of its account. Samples come
 * `step` hours apart, but for a moment: a range that ends and begins with a sample contains both in
 * Prometheus 2, and only the later one in 3. A tenth of a second keeps them off the evaluations, and fresh.
 */
export function renderTests(alert: string, cases: readonly Case[], step: number): string {
  const end = Math.max(...cases.flatMap(({ firing, silent }) => [...firing, ...silent]));
  const file = {
    rule_files: ['../addresses.rules.yml', '../recording.rules.yml', '../alerts.rules.yml'],
    evaluation_interval: `${STEP}h`,
    group_eval_order: [
      'whatsapp-addresses',
      'whatsapp-thresholds',
      'whatsapp-state',
      'whatsapp-traffic',
      'whatsapp-numbers',
      'whatsapp-usage',
      'whatsapp-exporter',
    ],
    tests: [
      {
        name: alert,
        interval: `${step * 3_600_000 - 100}ms`,
        input_series: cases.flatMap(({ name, series }) =>
          series.map((one) => ({
            series: one.series.replace('{', `{account="${name}",`),
            values: renderValues(one.values, end, step),
          })),
        ),
        promql_expr_test: cases.flatMap((one) => [
          ...one.firing.map((hour) =>
            renderCheck(alert, one.name, hour, [{ labels: '{}', value: 1 }]),
          ),
          ...one.silent.map((hour) => renderCheck(alert, one.name, hour, [])),
        ]),
      },
    ],
  };
  return (
    HEADER + stringify(file, { aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true })
  );
}

function renderCheck(alert: string, account: string, hour: number, samples: readonly object[]) {
  const labels = `alertname="${alert}",alertstate="firing",account="${account}",number="1"`;
  return { eval_time: `${hour}h`, expr: `count(ALERTS{${labels}})`, exp_samples: samples };
}
