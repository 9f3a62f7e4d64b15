import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { only, type Manifest } from '../../support/helm.ts';
import {
  NAME,
  PORT,
  SELECTOR,
  deploymentOf,
  podOf,
  rendered,
  withHelm,
  type PodSpec,
  type Workload,
} from './workload.ts';

withHelm('every selector selects the pods of the exporter, and not that of `helm test`', () => {
  const manifests = rendered('minimal');
  const { spec } = deploymentOf(manifests);
  expect(spec.selector.matchLabels).toEqual(SELECTOR);
  expect(spec.template.metadata.labels).toEqual(SELECTOR);
  expect(only(manifests, 'Service')).toHaveProperty('spec.selector', SELECTOR);
  for (const [kind, path] of [
    ['NetworkPolicy', 'spec.podSelector.matchLabels'],
    ['PodDisruptionBudget', 'spec.selector.matchLabels'],
  ] as const) {
    expect(only(manifests, kind)).toHaveProperty(path, SELECTOR);
  }
  expect(only(manifests, 'Pod').metadata.labels).not.toMatchObject(SELECTOR);
});

withHelm('the pods have no privileges, no token and no writable disk', () => {
  const manifests = rendered('minimal');
  const test = only<Manifest & { spec: PodSpec }>(manifests, 'Pod').spec;
  for (const pod of [podOf(deploymentOf(manifests)), test]) {
    expect(pod).toMatchObject({
      serviceAccountName: NAME,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(pod.containers).toHaveLength(1);
    expect(pod.containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(pod.containers[0]).toHaveProperty('resources.requests.memory');
    expect(pod.containers[0]).toHaveProperty('resources.limits.memory');
    expect(pod.containers[0]).not.toHaveProperty('resources.limits.cpu');
  }
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER 1000:1000$/m);
  expect(only(manifests, 'ServiceAccount')).toHaveProperty('automountServiceAccountToken', false);
});

withHelm('a platform that assigns users can', () => {
  expect(podOf(deploymentOf(rendered('off')))).toHaveProperty('securityContext', {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
});

withHelm('probes and Service refer to the port by name', () => {
  const manifests = rendered('minimal');
  const [container] = podOf(deploymentOf(manifests)).containers;
  expect(container).toMatchObject({
    ports: [{ name: 'http', containerPort: PORT }],
    livenessProbe: { httpGet: { path: '/-/healthy', port: 'http' } },
    readinessProbe: { httpGet: { path: '/-/ready', port: 'http' } },
  });
  const ports = [{ name: 'http', port: PORT, targetPort: 'http' }];
  expect(only(manifests, 'Service')).toHaveProperty('spec.ports', ports);
});

withHelm('several pods are spread over nodes and zones', () => {
  const spread = {
    topologyKey: 'topology.kubernetes.io/zone',
    labelSelector: { matchLabels: SELECTOR },
  };
  for (const workload of [
    only<Workload>(rendered('shards'), 'StatefulSet'),
    deploymentOf(rendered('replicas')),
  ]) {
    expect(podOf(workload)).toHaveProperty(
      'affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.podAffinityTerm',
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: SELECTOR } },
    );
    if (workload.kind === 'StatefulSet') {
      expect(podOf(workload).topologySpreadConstraints).toMatchObject([spread]);
    }
  }
  expect(podOf(deploymentOf(rendered('minimal')))).not.toHaveProperty('affinity');
  expect(podOf(deploymentOf(rendered('replicas'))).topologySpreadConstraints).toMatchObject([
    { labelSelector: { matchLabels: SELECTOR } },
    { labelSelector: { matchLabels: { team: 'messaging' } } },
  ]);
});

withHelm(
  'shards are the pods of a StatefulSet, which divide the accounts by their ordinals',
  () => {
    const manifests = rendered('shards');
    const set = only<Workload>(manifests, 'StatefulSet');
    expect(set.spec).toMatchObject({
      replicas: 3,
      serviceName: `${NAME}-shards`,
      podManagementPolicy: 'Parallel',
    });
    expect(podOf(set).containers[0]?.env).toEqual([
      {
        name: 'WHATSAPP_SHARD',
        valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
      },
      { name: 'WHATSAPP_TOTAL_SHARDS', value: '3' },
    ]);
    expect(only(manifests, 'Service')).toMatchObject({
      metadata: { name: `${NAME}-shards` },
      spec: { clusterIP: 'None' },
    });
    const pod = only<Manifest & { spec: PodSpec }>(manifests, 'Pod');
    expect(pod.spec.containers[0]?.args.slice(1)).toEqual(
      [0, 1, 2].map((shard) => `http://${NAME}-${shard}.${NAME}-shards:${PORT}`),
    );
  },
);

withHelm('the image has the version of the package, or the digest', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const imageOf = (name: string) => podOf(deploymentOf(rendered(name))).containers[0]?.image;
  const own = 'ghcr.io/whatsapp-numbers-exporter/whatsapp-numbers-exporter';
  expect(imageOf('minimal')).toBe(`${own}:${version}`);
  expect(imageOf('company')).toMatch(
    /^registry\.example\.com\/mirror\/[\w-]+@sha256:[0-9a-f]{64}$/,
  );
});
