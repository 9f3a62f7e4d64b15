import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHART, NAMESPACE, askHelm, only, optionalHelm, render } from '../../support/helm.ts';
import { problemsOf } from './schemas.ts';

const [helm = '', ...others] = (await optionalHelm()) ?? [];
const withHelm = test.skipIf(helm === '');

const FOLDER = 'test/deploy/chart/values';

withHelm.each(readdirSync(FOLDER))('%s makes valid manifests, the same with every helm', (name) => {
  const file = join(FOLDER, name);
  const manifests = render(helm, file);
  for (const manifest of manifests) {
    const { kind, metadata } = manifest;
    expect(problemsOf(manifest), `${kind} ${metadata.name}`).toEqual([]);
    expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'wa' });
    const isDashboard = metadata.labels['grafana_dashboard'] === '1';
    expect([NAMESPACE, isDashboard ? 'monitoring' : NAMESPACE]).toContain(metadata.namespace);
  }
  const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const other of others) expect(render(other, file)).toEqual(manifests);
  expect(askHelm(helm, 'lint', file)).toMatchObject({ status: 0, problems: '' });
});

const README = readFileSync(`${CHART}/README.md`, 'utf8');
const EXAMPLES = [...README.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
const ACCOUNT = 'accounts: [{ name: default, clientId: fake-client, existingSecret: whatsapp }]\n';

withHelm.each(EXAMPLES)('example %# of the README makes valid manifests', (example) => {
  const values = example.includes('accounts:') ? example : `${ACCOUNT}${example}`;
  for (const manifest of render(helm, values)) expect(problemsOf(manifest)).toEqual([]);
});

withHelm('a misspelt key and a wrong type are detected', () => {
  const policy = only(render(helm, join(FOLDER, 'minimal.yaml')), 'NetworkPolicy');
  expect(problemsOf({ ...policy, spec: { podSelektor: {}, podSelector: {} } })).toEqual([
    'unknown key /spec/podSelektor',
  ]);
  expect(problemsOf({ ...policy, spec: { podSelector: 1 } })).toEqual([
    expect.stringContaining('podSelector'),
  ]);
});
