import { readFileSync } from 'node:fs';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildFolder, problemsOf, readManifest, type Manifest } from './manifests.ts';

const FOLDER = 'deploy/kubernetes/shards';
const NAME = 'whatsapp-numbers-exporter';

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly object[] } };
  };
}

test('there are as many replicas as shards', () => {
  const patch = parse(readFileSync(`${FOLDER}/to-stateful-set.yaml`, 'utf8')) as {
    path: string;
    value: unknown;
  }[];
  const valueAt = (path: string) => patch.find((one) => one.path.endsWith(path))?.value;
  expect(valueAt('/env')).toEqual([
    {
      name: 'WHATSAPP_SHARD',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    },
    { name: 'WHATSAPP_TOTAL_SHARDS', value: String(valueAt('/replicas')) },
  ]);
});

test('the shards differ from base only in sharding', () => {
  const [base, shards] = [buildFolder(`${FOLDER}/../base`), buildFolder(FOLDER)];
  const set = shards.find(({ kind }) => kind === 'StatefulSet') as Workload;
  const deployment = base.find(({ kind }) => kind === 'Deployment') as Workload;
  const service = shards.find(({ kind }) => kind === 'Service');
  expect(problemsOf(structuredClone(set), StatefulSet)).toEqual([]);
  expect(problemsOf(structuredClone(service ?? {}), Service)).toEqual([]);

  const [{ env, ...container } = { env: [] }] = set.spec.template.spec.containers as {
    env: unknown[];
  }[];
  expect(env).toHaveLength(2);
  expect({
    ...set,
    kind: 'Deployment',
    spec: {
      replicas: deployment.spec.replicas,
      selector: deployment.spec['selector' as never],
      template: {
        ...set.spec.template,
        spec: { ...set.spec.template.spec, containers: [container] },
      },
    },
  }).toEqual(deployment);
  expect(set).toMatchObject({
    apiVersion: 'apps/v1',
    spec: { replicas: 3, serviceName: NAME, podManagementPolicy: 'Parallel' },
  });
  expect(service).toMatchObject({ metadata: { name: NAME }, spec: { clusterIP: 'None' } });

  const others = (manifests: readonly Manifest[]) =>
    manifests.filter(({ kind }) => !['Deployment', 'StatefulSet', 'Service'].includes(kind));
  expect(others(shards)).toEqual(others(base));
});

test('the ServiceMonitor finds the Service of the shards by label and port', () => {
  const service = buildFolder(FOLDER).find(({ kind }) => kind === 'Service');
  const monitor = readManifest('deploy/kubernetes/monitoring/service-monitor.yaml');
  expect(monitor).toHaveProperty('spec.selector.matchLabels', service?.metadata.labels);
  expect(monitor).toHaveProperty('spec.endpoints.0.port', 'http');
  expect(service).toHaveProperty('spec.ports.0.name', 'http');
});
