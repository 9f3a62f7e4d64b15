import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDashboard, readDashboards, type Dashboard } from './dashboards.ts';
import { lint, RULE_NAMES, type Finding } from './lint.ts';

type Exclusions = Record<string, { entries: { dashboard: string; panel?: string }[] }>;

const { exclusions } = parse(
  readFileSync(new URL('../../grafana/dashboards/.lint', import.meta.url), 'utf8'),
) as { exclusions: Exclusions };

const isExcluded = (finding: Finding) =>
  exclusions[finding.rule]?.entries.some(
    ({ dashboard, panel }) => dashboard === finding.dashboard && panel === finding.panel,
  ) === true;

const findings = readDashboards().flatMap(lint);

test('the dashboards pass the rules of the dashboard linter', () => {
  expect(findings.filter((finding) => !isExcluded(finding))).toEqual([]);
});

test('each exclusion in .lint is still needed', () => {
  const excluded = new Set(findings.filter(isExcluded).map(({ rule }) => rule));
  expect([...excluded].toSorted()).toEqual(Object.keys(exclusions).toSorted());
});

/** For each rule, a replacement in the JSON of a valid dashboard that violates it. */
const VIOLATIONS: Record<string, [from: string | RegExp, to: string]> = {
  'template-datasource-rule': ['"label":"Data source"', '"label":"DS"'],
  'template-job-rule': ['"name":"job"', '"name":"jobs"'],
  'template-instance-rule': ['"label":"Instance"', '"label":"Host"'],
  'template-label-promql-rule': [
    '"query":"label_values(whatsapp_up, job)"',
    '"query":"whatsapp_up"',
  ],
  'template-on-time-change-reload-rule': ['"refresh":2', '"refresh":1'],
  'panel-datasource-rule': [
    '{"datasource":{"type":"prometheus","uid":"${datasource}"},"description"',
    '{"datasource":{"type":"prometheus","uid":"P1"},"description"',
  ],
  'panel-title-description-rule': ['"title":"Failing"', '"title":""'],
  'panel-units-rule': ['"unit":"bytes"', '"unit":"suffix:B"'],
  'panel-no-targets-rule': [/"targets":\[.*?\],"title":"Down"/, '"targets":[],"title":"x"'],
  'target-rate-interval-rule': [/(rate\([^[]*)\[\$__rate_interval\]/, '$1[5m]'],
  'target-job-rule': ['job=~\\"$job\\"', 'job=\\"$job\\"'],
  'target-instance-rule': ['instance=~\\"$instance\\"', 'instance=~\\"${instance}\\"'],
  'target-counter-agg-rule': [
    /rate\((process_cpu_seconds_total\{[^}]*\})\[\$__rate_interval\]\)/,
    '$1',
  ],
  'promql/rate': ['rate(process_cpu_seconds_total{', 'rate(process_resident_memory_bytes{'],
  'difference-of-sums': [/"expr":"time\(\) - /, '"expr":"sum(up{}) - sum(up{} offset 1h) + '],
  'uneditable-dashboard': ['"editable":false', '"editable":true'],
  'dashboard-identity': ['"uid":"whatsapp-exporter"', '"uid":""'],
};

test('each rule is tested with a violation', () => {
  expect(Object.keys(VIOLATIONS).toSorted()).toEqual(RULE_NAMES.toSorted());
});

test.each(Object.entries(VIOLATIONS))('a violation of %s is found', (rule, [from, to]) => {
  const good = JSON.stringify(readDashboard('exporter.json'));
  // Annotations come first and have their own selectors.
  const at = rule.startsWith('target') ? good.indexOf('"panels"') : 0;
  const bad = good.slice(0, at) + good.slice(at).replace(from, to);
  expect(bad).not.toBe(good);
  expect(lint(JSON.parse(bad) as Dashboard).map((finding) => finding.rule)).toContain(rule);
});
