import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { examplesIn } from '../support/examples.ts';

interface ScrapeConfigs {
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

interface Collector {
  readonly receivers: { readonly prometheus: { readonly config: ScrapeConfigs } };
}

const tools = await optionalPrometheusTools();

const SCALING = examplesIn('docs/scaling.md');
const FEEDING = examplesIn('docs/feeding.md');

/** What promtool says about a configuration; empty if it accepts it. */
function check(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  const mode = name === 'agent.yml' ? ['--agent'] : [];
  const args = ['check', 'config', ...mode, join(folder, name)];
  const { status, stdout, stderr } = spawnSync(tools?.promtool ?? '', args, { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

test('the page on scaling has an example for a server and one for an agent', () => {
  expect(SCALING.map(({ name }) => name)).toEqual(['prometheus.yml', 'agent.yml']);
});

test('the page on feeding has an example for each of ten systems', () => {
  expect(FEEDING.map(({ name }) => name)).toEqual([
    'prometheus.yml',
    'agent.yml',
    'config.alloy',
    'otel.yml',
    'vmagent.yml',
    'telegraf.conf',
    'grafana-cloud.yml',
    'amazon.yml',
    'azure.yml',
    'google.yml',
  ]);
  // The alerts and dashboards ask for this job.
  for (const { name, text } of FEEDING) expect(text, name).toContain('whatsapp-exporter');
});

/** In Prometheus' own format. */
const OWN = ['prometheus.yml', 'agent.yml', 'vmagent.yml', 'grafana-cloud.yml', 'amazon.yml'];

test
  .skipIf(tools === undefined)
  .each([...SCALING, ...FEEDING.filter(({ name }) => OWN.includes(name))])(
  'promtool accepts $name',
  ({ name, text }) => {
    expect(check(name, text)).toBe('');
  },
);

test.skipIf(tools === undefined)('promtool accepts what the collector passes to Prometheus', () => {
  const { text = '' } = FEEDING.find(({ name }) => name === 'otel.yml') ?? {};
  const { config } = (parse(text) as Collector).receivers.prometheus;
  expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual(['whatsapp-exporter']);
  expect(check('prometheus.yml', stringify(config))).toBe('');
});

test.skipIf(tools === undefined)(
  'promtool accepts the Azure example, except what it is too old for',
  () => {
    const { text = '' } = FEEDING.find(({ name }) => name === 'azure.yml') ?? {};
    expect(check('azure.yml', text)).toMatch(/^$|field azuread not found in type config.plain\s*$/);
  },
);
