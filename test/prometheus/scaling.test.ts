import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { scalingExamples } from '../support/scaling-examples.ts';

const tools = await optionalPrometheusTools();

const EXAMPLES = scalingExamples();

test('the page has an example for a server and one for an agent', () => {
  expect(EXAMPLES.map(({ name }) => name)).toEqual(['prometheus.yml', 'agent.yml']);
});

test.skipIf(tools === undefined).each(EXAMPLES)('promtool accepts $name', ({ name, text }) => {
  const folder = mkdtempSync(join(tmpdir(), 'scaling-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  const args = [
    'check',
    'config',
    ...(name === 'agent.yml' ? ['--agent'] : []),
    join(folder, name),
  ];
  const { status, stdout, stderr } = spawnSync(tools?.promtool ?? '', args, { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});
