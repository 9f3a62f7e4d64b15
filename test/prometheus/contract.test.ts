import { expect, test } from 'vitest';

import { ANOMALY_KINDS } from '../../src/core/anomalies.ts';
import { REASON_NAMES } from '../../src/core/reasons.ts';
import { CATEGORIES } from '../../src/core/snapshot.ts';
import { FAMILIES } from '../../src/metrics/families.ts';
import { readGroups, readText, rulesOf, type Rule } from './rule-files.ts';

const rules = rulesOf(readGroups());
const alerts = rules.flatMap(({ alert }) => alert ?? []);
const records = rules.flatMap(({ record }) => record ?? []);
const labelsOfFamily = new Map(FAMILIES.map(({ name, labels }) => [name, labels]));

/** Labels that Prometheus or the recording rules add. */
const OTHER_LABELS = ['job', 'instance', 'address', 'weeks_ago'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  reason: REASON_NAMES,
  kind: ANOMALY_KINDS,
  category: CATEGORIES,
};

/** The PromQL of a rule, that in its annotations' queries included. */
const promql = ({ expr, annotations }: Rule): string =>
  [
    expr,
    ...(Object.values(annotations ?? {})
      .join(' ')
      .match(/(?:printf|query) "[^"]*"/g) ?? []),
  ].join(' ');

const text = rules.map(promql).join('\n');
const metrics = (of: string): string[] => [
  ...new Set(of.match(/(?<![\w:])[\w:]*whatsapp[_:][\w:]+/g) ?? []),
];

test('every metric of the rules is the exporter’s own or recorded', () => {
  const unknown = metrics(text).filter(
    (name) => !labelsOfFamily.has(name) && !records.includes(name),
  );
  expect(unknown).toEqual([]);
  expect(metrics(text)).toContain('whatsapp_number_online');
});

test('every metric of the runbooks exists', () => {
  const named = metrics(readText('docs/runbooks.md'));
  const isKnown = (name: string) => labelsOfFamily.has(name) || records.includes(name);
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});

test('every recorded series is used by another rule', () => {
  const unused = records.filter((record) => {
    const users = rules.filter((rule) => rule.record !== record && promql(rule).includes(record));
    return users.length === 0;
  });
  expect(unused).toEqual([]);
});

test('every matcher uses a label and values that the metric has', () => {
  const matchers = [...text.matchAll(/(whatsapp_\w+)\{([^}]*)\}/g)];
  expect(matchers.length).toBeGreaterThan(5);
  for (const [, name = '', inside = ''] of matchers) {
    const labels = labelsOfFamily.get(name);
    for (const [, label = '', value = ''] of inside.matchAll(/(\w+)[=!]~?["']([^"']*)["']/g)) {
      if (labels !== undefined) expect(labels, `${name}{${label}}`).toContain(label);
      if (value.includes('%s')) continue;
      for (const one of value.split('|')) expect(VALUES[label], `${label}=${one}`).toContain(one);
    }
  }
});

test('every label of a grouping is known', () => {
  const known = [...FAMILIES.flatMap(({ labels }) => labels), ...OTHER_LABELS];
  for (const [, inside = ''] of text.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)) {
    for (const label of inside.split(/,\s*/)) expect(known).toContain(label);
  }
});

test('every reason raises exactly one alert', () => {
  const raised = rules.flatMap(({ alert, expr }) => {
    const asked = /poll_failures_total\{reason=~"([^"]*)"/.exec(expr)?.[1];
    return alert === undefined || asked === undefined ? [] : asked.split('|');
  });
  expect(raised.toSorted()).toEqual([...REASON_NAMES].toSorted());
});

test('every alert has a section in the runbooks, and every section an alert', () => {
  const sections = [...readText('docs/runbooks.md').matchAll(/^### (\S+)$/gm)].map(
    ([, name = '']) => name,
  );
  expect(sections.toSorted()).toEqual(alerts.toSorted());
});

test('every reason has a row in the runbooks, beside the alert that it raises', () => {
  const rows = [
    ...readText('docs/runbooks.md').matchAll(
      /^\| <a id="\w+"><\/a>\[`(\w+)`\].*\[(WhatsApp\w+)\]/gm,
    ),
  ];
  expect(rows.map(([, reason = '']) => reason).toSorted()).toEqual([...REASON_NAMES].toSorted());
  for (const [row, reason = '', alert] of rows) {
    expect(row, 'the anchor of remedy_url').toContain(`<a id="${reason}">`);
    const rule = rules.find((one) => one.alert === alert);
    expect(rule?.expr).toMatch(new RegExp(`reason=~"(?:\\w+\\|)*${reason}(?:\\||")`));
  }
});

test('every link inside the runbooks leads to a heading', () => {
  const runbooks = readText('docs/runbooks.md');
  const headings = [...runbooks.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  for (const [, anchor] of runbooks.matchAll(/\]\(#([^)]*)\)/g)) expect(headings).toContain(anchor);
});

test('every alert opens a dashboard that exists, with variables that it has', () => {
  for (const { alert, annotations } of rules) {
    if (alert === undefined) continue;
    const [, page = '', query = ''] =
      /\/d\/whatsapp-(\w+)\??(.*)$/.exec(annotations?.['dashboard_url'] ?? '') ?? [];
    const dashboard = JSON.parse(readText(`grafana/dashboards/${page}.json`)) as {
      uid: string;
      templating: { list: { name: string }[] };
    };
    expect(dashboard.uid).toBe(`whatsapp-${page}`);
    const variables = dashboard.templating.list.map(({ name }) => name);
    for (const [, name] of query.matchAll(/var-(\w+)=/g)) {
      expect(variables, `${alert}: ${page}`).toContain(name);
    }
  }
});
