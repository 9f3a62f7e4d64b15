import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';

import { optionalPrometheusTools } from '../support/prometheus.ts';
import { readText, run } from './rule-files.ts';

const tools = await optionalPrometheusTools();
const [, ...sections] = readText('docs/runbooks.md').split(/^### /m);
const COMMAND = /^(?:amtool|curl|journalctl|kubectl|ls|systemctl|whatsapp-numbers-exporter) /;

/** The numbered steps of a section, each with its code. */
const stepsOf = (section: string) =>
  section
    .split(/^\d\. /m)
    .slice(1)
    .map((step) => ({
      text: step,
      // A line that begins with an operator continues the query above it.
      code: [...step.matchAll(/^ {7}(\S.*(?:\n {7}[-+*/].*)*)$/gm)].map(([, line = '']) => line),
    }));

test.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section] as const))(
  'each step of %s has a query or a command to paste',
  (_, section) => {
    const steps = stepsOf(section);
    expect(steps.length).toBeGreaterThan(0);
    for (const { text, code } of steps) expect(code.length, text).toBeGreaterThan(0);
  },
);

test.skipIf(tools === undefined)('every query of the runbooks is valid PromQL', async () => {
  const table = [...readText('docs/runbooks.md').matchAll(/\| `([^`]+)` +\|$/gm)];
  const lines = [
    ...sections.flatMap(stepsOf).flatMap(({ code }) => code),
    ...table.map(([, line = '']) => line),
  ];
  const queries = lines.filter((line) => !COMMAND.test(line));
  expect(queries.length).toBeGreaterThan(20);
  const folder = mkdtempSync(join(tmpdir(), 'runbooks-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rules.yml');
  const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
  writeFileSync(file, stringify({ groups: [{ name: 'runbooks', rules }] }));
  const checked = await run(tools?.promtool ?? '', ['check', 'rules', '--lint=none', file]);
  expect(checked.code, checked.output).toBe(0);
});
