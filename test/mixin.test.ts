import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { fetchPrograms, unlessMissing } from './support/programs.ts';
import { optionalPrometheusTools } from './support/prometheus.ts';

interface Rule {
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const checkers = await unlessMissing('jsonnet', () => fetchPrograms('checkers'));
const tools = await optionalPrometheusTools();
const withJsonnet = test.skipIf(checkers === undefined);

function jsonnet(config: string, field: string) {
  const program = `((import 'mixin.libsonnet') + { _config+:: ${config} }).${field}`;
  const { status, stdout, stderr } = spawnSync(
    join(checkers ?? '', 'bin/jsonnet'),
    ['--exec', program],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

const read = (name: string) => parse(readFileSync(`prometheus/${name}.rules.yml`, 'utf8')) as Rules;
const rulesWith = (config: string) => ({
  rules: jsonnet(config, 'prometheusRules') as Rules,
  alerts: jsonnet(config, 'prometheusAlerts') as Rules,
});
const exprsOf = ({ groups }: Rules) => groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));

withJsonnet('without configuration, the mixin has the shipped rules and dashboards', () => {
  const { rules, alerts } = rulesWith('{}');
  expect(rules.groups).toEqual([...read('addresses').groups, ...read('recording').groups]);
  expect(alerts).toEqual(read('alerts'));
  const folder = 'grafana/dashboards';
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const dashboards = files.map((file) => [
    file,
    JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as unknown,
  ]);
  expect(jsonnet('{}', 'grafanaDashboards')).toEqual(Object.fromEntries(dashboards));
});

const CONFIG = `{
  job: 'other',
  selector: 'cluster="eu-1"',
  grafanaUrl: 'https://grafana.example.com',
  runbookUrl: 'https://wiki.example.com/runbooks',
  thresholds: { 'whatsapp:spike_ratio:threshold': 5.5 },
}`;

withJsonnet('job, addresses and thresholds can be set', () => {
  const { rules, alerts } = rulesWith(CONFIG);
  const byName = new Map(
    rules.groups.flatMap((group) => group.rules.map((rule) => [rule.record, rule])),
  );
  expect(byName.get('whatsapp:addresses:info')?.labels).toEqual({
    grafana_url: 'https://grafana.example.com',
    runbook_url: 'https://wiki.example.com/runbooks',
  });
  expect(byName.get('whatsapp:spike_ratio:threshold')?.expr).toBe('vector(5.5)');
  expect(byName.get('whatsapp:spike_marketing:threshold')?.expr).toBe('vector(100)');
  expect(exprsOf(alerts).filter((expr) => expr.includes('job="other"'))).toHaveLength(3);
  expect(JSON.stringify([rules, alerts])).not.toContain('job="whatsapp-exporter"');
});

withJsonnet('a selector restricts every series of the exporter, and nothing else', () => {
  const { rules, alerts } = rulesWith(CONFIG);
  const exprs = [rules, alerts].flatMap(exprsOf).map((expr) => expr.replaceAll(/"[^"]*"/g, '""'));
  const names = exprs.flatMap((expr) => expr.match(/[\w:]+(?:\{cluster="")?/g) ?? []);
  const selected = names.filter((name) => name.endsWith('{cluster=""'));
  expect(new Set(selected)).toContain('whatsapp_number_online{cluster=""');
  expect(selected.filter((name) => !/^(?:up|whatsapp_\w+)\{/.test(name))).toEqual([]);
  expect(names.filter((name) => /^(?:up|whatsapp_\w+)$/.test(name))).toEqual([]);
});

withJsonnet('the example in the documentation writes rules and dashboards', () => {
  const page = readFileSync('docs/dashboards.md', 'utf8');
  const [, example = ''] = /^```jsonnet\n(.*?)^```$/ms.exec(page) ?? [];
  const program = join(checkers ?? '', 'bin/jsonnet');
  const output = execFileSync(program, ['--exec', example], { encoding: 'utf8' });
  expect(Object.keys(JSON.parse(output) as object)).toEqual([
    'alerts.json',
    'exporter.json',
    'number.json',
    'overview.json',
    'rules.json',
    'usage.json',
  ]);
  expect(output).toContain('vector(5)');
});

withJsonnet('a threshold that no rule records is an error', () => {
  expect(() =>
    jsonnet(`{ thresholds: { 'whatsapp:spike:threshold': 5 } }`, 'prometheusRules'),
  ).toThrow('thresholds: no rule records whatsapp:spike:threshold');
});

test.skipIf(checkers === undefined || tools === undefined)(
  'promtool accepts the configured rules',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixin-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, rules] of Object.entries(rulesWith(CONFIG))) {
      const file = join(folder, `${name}.yml`);
      writeFileSync(file, JSON.stringify(rules));
      execFileSync(tools?.promtool ?? '', ['check', 'rules', file], { stdio: 'pipe' });
    }
  },
);
