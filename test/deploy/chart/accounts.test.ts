import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect } from 'vitest';
import { createConfigLoader } from '../../../src/config/load.ts';
import { whyNotExcludable } from '../../../src/metrics/exclude.ts';
import { checkWebConfig } from '../../../src/web/web-config-file.ts';
import { only, type Manifest } from '../../support/helm.ts';
import { NAME, PORT, deploymentOf, podOf, rendered, withHelm } from './workload.ts';

const MINIMAL = readFileSync('test/deploy/chart/values/minimal.yaml', 'utf8');

/** The exporter's own verdict on the configuration, with the files as the container sees them. */
function loadConfig(manifests: readonly Manifest[]) {
  const pod = podOf(deploymentOf(manifests));
  const [container] = pod.containers;
  const volumeAt = (path: string) => {
    const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === dirname(path));
    return pod.volumes.find(({ name }) => name === mount?.name);
  };
  const secrets: Record<string, string> = {};
  const readFile = (path: string): string => {
    const { configMap, projected } = volumeAt(path) ?? {};
    if (configMap !== undefined) {
      const config = manifests.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap.name,
      );
      const data = config?.['data'] as Readonly<Record<string, string>> | undefined;
      return data?.[basename(path)] ?? '';
    }
    const item = projected?.sources
      .flatMap(({ secret }) => secret.items.map((one) => ({ ...one, secret: secret.name })))
      .find((one) => one.path === basename(path));
    if (item === undefined) throw new Error(`nothing mounts ${path}`);
    secrets[item.path] = `${item.secret}/${item.key}`;
    return 'not-a-real-secret\n';
  };
  const flags = (container?.args ?? []).map((flag) => flag.replace('--', '').split('='));
  const env = Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name, value ?? 'a-fake-key-of-16-bytes']),
  );
  const load = createConfigLoader({
    checkWebConfig,
    readFile,
    whyNotExcludable,
    usualGapMs: () => 60_000,
  });
  return { loaded: load({ flags: Object.fromEntries(flags) as never, env }), secrets };
}

withHelm('the exporter accepts the configuration, and finds each secret in its file', () => {
  const { loaded, secrets } = loadConfig(rendered('accounts'));
  expect(loaded).toMatchObject({
    config: {
      web: { listenAddress: [{ port: PORT }] },
      poll: { schedule: '90s' },
      limits: { numbers: 1_000_000 },
      accounts: [
        { name: 'Acme_1', credentials: { kind: 'client', clientId: 'fake-client-1' } },
        { name: 'beta.2', credentials: { clientId: '1234567890123456789' } },
        { name: 'gamma-3' },
        { name: 'delta', credentials: { kind: 'token' } },
      ],
    },
  });
  expect(secrets).toEqual({
    Acme_1: 'acme/client-secret',
    'beta.2': `${NAME}/beta.2`,
    'gamma-3': 'all-others/gamma',
    delta: 'delta/access-token',
  });
  for (const name of ['minimal', 'created-secret', 'company']) {
    expect(loadConfig(rendered(name)).loaded, name).toHaveProperty('config');
  }
});

withHelm('the page links to Grafana, unless the configuration names another', () => {
  const web = 'config: { web: { max_requests: 7, grafana_url: https://other.example.com } }';
  const url = 'grafanaUrl: https://grafana.example.com';
  const urlOf = (own: string) => loadConfig(rendered(`${MINIMAL}${own}\n`)).loaded;
  expect(urlOf(url)).toHaveProperty('config.web.grafanaUrl', 'https://grafana.example.com');
  expect(urlOf(`${url}\n${web}`)).toMatchObject({
    config: { web: { grafanaUrl: 'https://other.example.com', maxRequests: 7 } },
  });
  expect(urlOf('')).not.toHaveProperty('config.web.grafanaUrl', expect.any(String));
});

withHelm('only secrets given as values are stored, in a Secret and nowhere else', () => {
  const manifests = rendered('accounts');
  const stored = Buffer.from('not-a-real-secret-2').toString('base64');
  expect(only(manifests, 'Secret')).toHaveProperty('data', { 'beta.2': stored });
  const others = manifests.filter(({ kind }) => kind !== 'Secret');
  expect(JSON.stringify(others)).not.toContain('not-a-real-secret');
  expect(rendered('minimal').filter(({ kind }) => kind === 'Secret')).toEqual([]);
});

withHelm('a changed configuration replaces the pods, and nothing else does', () => {
  const sumOf = (own: string) => {
    const manifests = rendered(`${MINIMAL}${own}\n`);
    return deploymentOf(manifests).spec.template.metadata.annotations['checksum/config'];
  };
  expect(sumOf('')).toMatch(/^[0-9a-f]{64}$/);
  expect(sumOf('ingress: { enabled: true, host: a.example.com }')).toBe(sumOf(''));
  expect(sumOf('config: { poll: { schedule: 2m } }')).not.toBe(sumOf(''));
});
