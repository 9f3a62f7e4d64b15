import { expect, test } from 'vitest';
import { systemClock } from '../../src/system.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { FAMILIES } from '../../src/metrics/families.ts';
import { textOf } from '../metrics/views.ts';
import { expressionsOf, readDashboards } from './dashboards.ts';
import { selectorsOf } from './lint.ts';
import { readAlertQueries } from './provisioning.ts';

/** Metrics that Prometheus adds to each scrape and for each alert. */
const TARGET_LABELS = ['job', 'instance'];
const PROMETHEUS_METRICS = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'ALERTS'];
const ALERT_LABELS = ['alertname', 'alertstate', 'severity'];

/** Metrics that no dashboard shows, and why. */
const UNUSED: Record<string, string> = {
  whatsapp_account_numbers_excluded: 'constant: the configuration excludes them on purpose',
  whatsapp_next_poll_timestamp_seconds: 'the rules compare the time with it',
  whatsapp_poll_failure_info: 'the texts of the alerts quote it',
  whatsapp_online_account_created_timestamp_seconds: 'only for queries',
  whatsapp_account_registered_numbers: 'an alert reports the limit',
  whatsapp_registered_number_expiry_timestamp_seconds: 'an alert reports registrations that lapse',
  whatsapp_registered_number_onboarding_link: 'only for queries',
  whatsapp_registered_number_info: 'the texts of the alerts quote it',
  whatsapp_account_onboardings: 'only for queries',
  whatsapp_onboarding_created_timestamp_seconds: 'an alert reports old ones',
  whatsapp_onboarding_info: 'the texts of the alerts quote it',
  whatsapp_exporter_log_lines_dropped_total:
    'only needed when log lines are missing; otherwise always 0',
};

const dashboards = readDashboards();
const expressions = [...dashboards.flatMap(expressionsOf), ...readAlertQueries()];
const used = expressions.flatMap(({ where, expr }) =>
  selectorsOf(expr).map((selector) => ({ where, ...selector })),
);

async function runtimeMetrics(): Promise<string[]> {
  const build = { version: '0', revision: '0', nodeVersion: '0' };
  const text = await textOf(createExposition(build, { runtime: systemClock }), []);
  return [...text.matchAll(/^# TYPE (\w+)/gm)].flatMap(([, name]) => name ?? []);
}

test('every metric used by dashboards and alerts is exported', async () => {
  const exported = new Set([
    ...FAMILIES.map(({ name }) => name),
    ...(await runtimeMetrics()),
    ...PROMETHEUS_METRICS,
  ]);
  expect(used.length).toBeGreaterThan(100);
  expect(used.filter(({ metric }) => !exported.has(metric))).toEqual([]);
});

test('every metric of the exporter is shown, or has a reason not to be', () => {
  const shown = new Set(used.map(({ metric }) => metric));
  const missing = FAMILIES.map(({ name }) => name).filter((name) => !shown.has(name));
  expect(missing).toEqual(Object.keys(UNUSED));
});

test('every selector uses labels that its metric has', () => {
  for (const { where, metric, matchers } of used) {
    const family = FAMILIES.find(({ name }) => name === metric);
    const has =
      metric === 'ALERTS' ? ['account', 'number', ...ALERT_LABELS] : (family?.labels ?? []);
    const asked = [...matchers.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label]) => label ?? '');
    expect([...has, ...TARGET_LABELS], `${where}: ${metric}`).toEqual(
      expect.arrayContaining(asked),
    );
  }
});

test('every legend and grouping uses labels that the metrics of its query have', () => {
  for (const { title, targets } of dashboards.flatMap(({ panels }) => panels)) {
    for (const { expr, legendFormat = '' } of targets) {
      const has = selectorsOf(expr).flatMap(({ metric }) =>
        metric === 'ALERTS'
          ? ['account', 'number', ...ALERT_LABELS]
          : (FAMILIES.find(({ name }) => name === metric)?.labels ?? []),
      );
      const inLegend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
      const inGroups = [...expr.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g)].flatMap(
        ([, labels]) => labels?.split(', ').filter((label) => label !== '') ?? [],
      );
      expect([...has, ...madeIn(expr), ...TARGET_LABELS], title).toEqual(
        expect.arrayContaining([...inLegend, ...inGroups]),
      );
    }
  }
});

/** The labels that an expression adds: with count_values and with label_join. */
function madeIn(expr: string): string[] {
  const made = /\("(\w+)", |, "(\w+)", (?:"", "name"|"\$1", "month")/g;
  return [...expr.matchAll(made)].flatMap(([, counted, joined]) => counted ?? joined ?? []);
}
