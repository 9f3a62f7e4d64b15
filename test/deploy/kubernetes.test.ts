import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { expect, onTestFinished, test } from 'vitest';
import { createConfigLoader } from '../../src/config/load.ts';
import { buildFolder, problemsOf, readManifest, resourcesOf, type Manifest } from './manifests.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

const BASE = 'deploy/kubernetes/base';
const NAME = 'whatsapp-numbers-exporter';
const LABELS = { 'app.kubernetes.io/name': NAME };
const PORT = 10_972;
const KINDS = { Deployment, NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount };

const base = resourcesOf(BASE);
const read = (name: string) => readManifest(join(BASE, `${name}.yaml`));
const deployment = read('deployment') as DeploymentManifest;
const pod = deployment.spec.template.spec;
const [container] = pod.containers;

interface DeploymentManifest extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
}

test.each(base)('$kind matches the Kubernetes schema, without misspelt keys', (manifest) => {
  const kind = KINDS[manifest.kind as keyof typeof KINDS];
  expect(kind, `a model for ${manifest.kind}`).toBeDefined();
  expect(problemsOf(manifest, kind)).toEqual([]);
  expect(manifest.metadata).toEqual({ name: NAME, labels: LABELS });
});

test('a misspelt key is detected', () => {
  const broken = structuredClone(deployment);
  Object.assign(broken.spec.template.spec.containers[0] ?? {}, { redinessProbe: {} });
  expect(problemsOf(broken, Deployment)).toEqual([
    'unknown key /spec/template/spec/containers/0/redinessProbe',
  ]);
});

test('every selector selects the pods, and the ServiceMonitor the Service', () => {
  expect(deployment.spec.selector.matchLabels).toEqual(LABELS);
  expect(deployment.spec.template.metadata.labels).toEqual(LABELS);
  expect(read('service')).toHaveProperty('spec.selector', LABELS);
  expect(read('network-policy')).toHaveProperty('spec.podSelector.matchLabels', LABELS);
  expect(read('pod-disruption-budget')).toHaveProperty('spec.selector.matchLabels', LABELS);
  const monitor = readManifest(`${BASE}/../monitoring/service-monitor.yaml`);
  expect(monitor).toHaveProperty('spec.selector.matchLabels', LABELS);
});

test('Service, probes, network policy and ServiceMonitor refer to the port by name', () => {
  expect(container).toHaveProperty('ports', [{ name: 'http', containerPort: PORT }]);
  const ports = [{ name: 'http', port: PORT, targetPort: 'http' }];
  expect(read('service')).toHaveProperty('spec.ports', ports);
  expect(container).toHaveProperty('livenessProbe.httpGet', { path: '/-/healthy', port: 'http' });
  expect(container).toHaveProperty('readinessProbe.httpGet', { path: '/-/ready', port: 'http' });
  expect(read('network-policy')).toHaveProperty('spec.ingress.0.ports', [{ port: 'http' }]);
  const monitor = readManifest(`${BASE}/../monitoring/service-monitor.yaml`);
  expect(monitor).toHaveProperty('spec.endpoints.0.port', 'http');
});

test('the pod has no privileges, no token and no writable disk', () => {
  expect(pod).toMatchObject({
    serviceAccountName: NAME,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  });
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER 1000:1000$/m);
  expect(container).toHaveProperty('securityContext', {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(container).toHaveProperty('resources.limits.memory');
  expect(container).not.toHaveProperty('resources.limits.cpu');
  expect(read('service-account')).toHaveProperty('automountServiceAccountToken', false);
});

test('the patch in the README sets the address of Grafana for the links of all alerts', () => {
  const readme = readFileSync('deploy/README.md', 'utf8');
  const patches = /^```yaml\n(patches:\n[^`]*)```$/m.exec(readme)?.[1] ?? '';
  const overlay = mkdtempSync(join(tmpdir(), 'overlay-'));
  onTestFinished(() => rmSync(overlay, { recursive: true }));
  const resource = relative(overlay, 'deploy/kubernetes');
  writeFileSync(join(overlay, 'kustomization.yaml'), `resources: ['${resource}']\n${patches}`);
  const rules = buildFolder(overlay).find(({ kind }) => kind === 'PrometheusRule');
  expect(rules).toHaveProperty('spec.groups.0.rules.0', {
    record: 'whatsapp:addresses:info',
    expr: 'vector(1)',
    labels: {
      grafana_url: 'https://grafana.example.com',
      runbook_url: expect.stringMatching(/^https:/) as string,
    },
  });
});

test('the image has the version of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(container?.image).toBe(`ghcr.io/${NAME}/${NAME}:${version}`);
});

test('the base refuses to start until its placeholder is replaced, and then is valid', () => {
  expect(loadBase(readBaseFile)).toMatchObject({
    problems: [
      {
        name: expect.stringContaining('accounts[0].client_id') as string,
        problem: 'is a placeholder; replace it with the real value',
      },
    ],
  });
  const edited = loadBase((path) => readBaseFile(path).replace('your-client-id', 'fake-client'));
  expect(edited).toMatchObject({ config: { web: { listenAddress: [{ port: PORT }] } } });
});

function loadBase(
  readFile: (path: string) => string,
): ReturnType<ReturnType<typeof createConfigLoader>> {
  const [flag = '', path = ''] = container?.args[0]?.split('=') ?? [];
  expect(flag).toBe('--config.file');
  return createConfigLoader({ checkWebConfig, readFile, usualGapMs: () => 60_000 })({
    flags: {},
    env: { WHATSAPP_CONFIG_FILE: path },
  });
}

/** A file as the container sees it; each has to be mounted where the configuration expects it. */
function readBaseFile(path: string): string {
  const { configMapGenerator } = read('kustomization') as unknown as {
    configMapGenerator: { name: string; files: string[] }[];
  };
  const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === dirname(path));
  const volume = pod.volumes.find(({ name }) => name === mount?.name);
  const file = basename(path);
  if (volume?.secret?.secretName === NAME) {
    // The key that the README tells people to create.
    expect(readFileSync('deploy/README.md', 'utf8')).toContain(`--from-file=${file}=`);
    return 'not-a-real-secret\n';
  }
  const generated = configMapGenerator.find(({ name }) => name === volume?.configMap?.name);
  expect(generated?.files).toContain(file);
  return readFileSync(join(BASE, file), 'utf8');
}

test('kustomize builds base and monitoring, and mounts the generated ConfigMap', () => {
  const built = buildFolder(dirname(BASE));
  const listed = resourcesOf(dirname(BASE)).map(({ kind }) => kind);
  expect(built.map(({ kind }) => kind).toSorted()).toEqual([...listed, 'ConfigMap'].toSorted());
  const config = built.find(({ kind }) => kind === 'ConfigMap');
  expect(config).toHaveProperty('data', {
    'config.yml': readFileSync(join(BASE, 'config.yml'), 'utf8'),
  });
  const { spec } = built.find(({ kind }) => kind === 'Deployment') as DeploymentManifest;
  const mounted = spec.template.spec.volumes.find(({ configMap }) => configMap);
  expect(mounted?.configMap?.name).toBe(config?.metadata.name);
  expect(spec.template.spec.volumes).toContainEqual({
    name: 'secret',
    secret: { secretName: NAME, defaultMode: 0o440 },
  });
});
