import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { RULE_FILES, generated } from '../../prometheus/src/generated.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import {
  only,
  readGroups,
  readTests,
  rootPath,
  rulesBehind,
  rulesOf,
  run,
  runUnitTests,
} from './rule-files.ts';

const tools = await optionalPrometheusTools();
const promtool = tools?.promtool ?? '';
const withTools = test.skipIf(tools === undefined);

const groups = readGroups();
const tests = await readTests();
const alerts = rulesOf(groups).flatMap(({ alert }) => alert ?? []);

test('every generated file is up to date', () => {
  for (const [path, text] of generated()) {
    expect(readFileSync(path, 'utf8'), `${path}: run scripts/generate-prometheus.ts`).toBe(text);
  }
});

withTools('promtool finds no problem in the rules', async () => {
  const files = RULE_FILES.map(rootPath);
  const checked = await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...files]);
  expect(checked.output).toContain('SUCCESS');
  expect(checked.code).toBe(0);
});

withTools('promtool accepts the scrape configuration', async () => {
  const checked = await run(promtool, ['check', 'config', rootPath('prometheus/prometheus.yml')]);
  expect(checked, checked.output).toMatchObject({ code: 0 });
});

test('every alert has unit tests in which it fires and resolves', () => {
  expect([...new Set(tests.map(({ alert }) => alert))].toSorted()).toEqual(alerts.toSorted());
  for (const alert of alerts) {
    const counts = tests
      .filter((one) => one.alert === alert)
      .flatMap(({ file }) => file.tests.flatMap((one) => one.promql_expr_test ?? []))
      .map(({ exp_samples: samples }) => samples.length);
    const fires = counts.findIndex((count) => count > 0);
    expect(fires, `${alert} fires`).not.toBe(-1);
    expect(counts.lastIndexOf(0), `${alert} is silent again`).toBeGreaterThan(fires);
  }
});

test('some unit tests compare whole annotations', () => {
  const exact = tests.flatMap(({ file }) => file.tests.flatMap((one) => one.alert_rule_test ?? []));
  expect(exact.length).toBeGreaterThan(2);
});

for (const { name, alert, file } of tests) {
  withTools(
    `the unit tests of ${name} succeed`,
    { timeout: 120_000, concurrent: true },
    async () => {
      const rules = only(groups, rulesBehind(groups, alert));
      expect(await runUnitTests(promtool, rules, file)).toBe(undefined);
    },
  );
}
