import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { expressionsOf, readDashboards } from './dashboards.ts';
import { interpolate } from './data/grafana.ts';
import { readAlertQueries } from './provisioning.ts';
import { tools } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'promql-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const VARIABLES = {
  job: 'a|b',
  instance: '.+',
  account: '.+',
  number: '.+',
  __range: '86400s',
  __interval: '5m',
  __rate_interval: '20m',
};

/** Parses a query with Prometheus; returns its error message, empty if there is none. */
function check(exprs: readonly string[]): string {
  const file = join(folder, 'rules.yml');
  const rules = exprs.map((expr, index) => ({ record: `rule:${String(index)}`, expr }));
  writeFileSync(file, stringify({ groups: [{ name: 'dashboards', rules }] }));
  try {
    execFileSync(tools?.promtool ?? 'promtool', ['check', 'rules', '--lint=none', file], {
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  }
}

test.skipIf(!tools)(
  'Prometheus parses every query of panels, annotations, variables and alerts',
  () => {
    const queries = [...readDashboards().flatMap(expressionsOf), ...readAlertQueries()];
    expect(queries.length).toBeGreaterThan(100);
    expect(check(queries.map(({ expr }) => interpolate(expr, VARIABLES)))).toBe('');
  },
);

test.skipIf(!tools)('an invalid query is detected', () => {
  expect(check(['rate(process_cpu_seconds_total)'])).toContain('expected type range vector');
});
