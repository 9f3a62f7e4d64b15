import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  CHART,
  NAMESPACE,
  RELEASE,
  only,
  optionalHelm,
  type Manifest,
} from '../../support/helm.ts';
import { NAME, PORT, deploymentOf, podOf, rendered, withHelm } from './workload.ts';

/** Only helm 4 shows its notes without a cluster. */
const helm4 = (await optionalHelm())?.find((path) => path.endsWith('helm4'));

const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const TEST_POD = {
  podSelector: {
    matchLabels: { 'app.kubernetes.io/instance': 'wa', 'app.kubernetes.io/component': 'test' },
  },
};

/** Who may connect, and to which ports the pods may. */
function policyOf(manifests: readonly Manifest[]) {
  const { spec } = only<
    Manifest & {
      spec: {
        ingress: [{ from: object[]; ports: object[] }];
        egress: { ports: { port: number }[] }[];
      };
    }
  >(manifests, 'NetworkPolicy');
  expect(spec.ingress).toHaveLength(1);
  expect(spec.ingress[0].ports).toEqual([{ port: 'http' }]);
  return { from: spec.ingress[0].from, egress: spec.egress.map(({ ports }) => ports) };
}

withHelm('by default only Prometheus and `helm test` may connect, and out go DNS and HTTPS', () => {
  const manifests = rendered('minimal');
  const policy = only(manifests, 'NetworkPolicy');
  expect(policy).toHaveProperty('spec.policyTypes', ['Ingress', 'Egress']);
  expect(policyOf(manifests)).toEqual({
    from: [namespace('monitoring'), TEST_POD],
    egress: [
      [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
      [{ port: 443 }],
    ],
  });
  expect(only(manifests, 'Pod').metadata.labels).toMatchObject(TEST_POD.podSelector.matchLabels);
});

withHelm('other namespaces, sources and ports can be admitted', () => {
  const { from, egress } = policyOf(rendered('company'));
  const range = { ipBlock: { cidr: '10.0.0.0/8' } };
  expect(from).toEqual([namespace('observability'), range, TEST_POD]);
  expect(egress[1]).toEqual([{ port: 3128 }]);
});

withHelm('the Ingress publishes the page with TLS, and its controller may connect', () => {
  const manifests = rendered('ingress');
  const ingress = only(manifests, 'Ingress');
  expect(ingress['spec']).toEqual({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['whatsapp.example.com'], secretName: 'whatsapp-tls' }],
    rules: [
      {
        host: 'whatsapp.example.com',
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: NAME, port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  });
  expect(Object.keys(ingress.metadata.annotations ?? {})).toHaveLength(2);
  expect(only(manifests, 'Service').metadata.name).toBe(NAME);
  expect(policyOf(manifests).from).toContainEqual(namespace('ingress-nginx'));
});

withHelm('the HTTPRoute publishes the page, and the namespaces of its Gateways may connect', () => {
  const manifests = rendered('http-route');
  expect(only(manifests, 'HTTPRoute')['spec']).toEqual({
    parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
    hostnames: ['whatsapp.example.com'],
    rules: [{ backendRefs: [{ name: NAME, port: PORT }] }],
  });
  expect(policyOf(manifests).from).toContainEqual(namespace('gateways'));

  const own = readFileSync('test/deploy/chart/values/http-route.yaml', 'utf8');
  const elsewhere = rendered(`${own}  controllerNamespaces: [envoy-gateway-system]\n`);
  expect(policyOf(elsewhere).from).toContainEqual(namespace('envoy-gateway-system'));
  expect(policyOf(elsewhere).from).not.toContainEqual(namespace('gateways'));
});

withHelm('probes, scrapes and `helm test` use TLS where the web configuration does', () => {
  const manifests = rendered('tls');
  const pod = podOf(deploymentOf(manifests));
  expect(pod.containers[0]).toMatchObject({
    livenessProbe: { httpGet: { path: '/-/healthy', scheme: 'HTTPS' } },
    readinessProbe: { httpGet: { path: '/-/ready', scheme: 'HTTPS' } },
  });
  const flag = pod.containers[0]?.args.find((one) => one.startsWith('--web.config.file='));
  const mount = pod.containers[0]?.volumeMounts.find(({ mountPath }) =>
    flag?.includes(`=${mountPath}/`),
  );
  expect(flag).toBe(`--web.config.file=${mount?.mountPath}/web.yml`);
  expect(pod.volumes).toContainEqual({
    name: mount?.name,
    secret: { secretName: 'whatsapp-web', defaultMode: 0o440 },
  });
  expect(only(manifests, 'ServiceMonitor')).toMatchObject({
    spec: { endpoints: [{ scheme: 'https', tlsConfig: { ca: { secret: { name: 'ca' } } } }] },
  });
  expect(only(manifests, 'Pod')).toHaveProperty(
    'spec.containers.0.args.1',
    expect.stringMatching(/^https:/),
  );
});

withHelm('where clients need a certificate, the kubelet only connects', () => {
  const manifests = rendered('mutual-tls');
  const [container] = podOf(deploymentOf(manifests)).containers;
  expect(container).toMatchObject({
    livenessProbe: { tcpSocket: { port: 'http' } },
    readinessProbe: { tcpSocket: { port: 'http' } },
  });
  expect(JSON.stringify(container)).not.toContain('httpGet');
  expect(manifests.filter(({ kind }) => kind === 'Pod')).toEqual([]);
});

/** What helm prints after an installation. */
function notesFor(values: string): string {
  const args = ['install', RELEASE, CHART, '--namespace', NAMESPACE, '--dry-run=client'];
  const file = `test/deploy/chart/values/${values}.yaml`;
  const { stdout } = spawnSync(helm4 ?? '', [...args, '--values', file], { encoding: 'utf8' });
  return stdout.split('\nNOTES:\n').at(-1) ?? '';
}

test.skipIf(helm4 === undefined)('the notes say where the page is, and what is missing', () => {
  const PAGE = 'Anyone who reaches the page can read all numbers and names.';
  const SCRAPING = `scrape\n${NAME}.whatsapp:10972 as job whatsapp-exporter`;
  expect(notesFor('minimal')).toContain(`port-forward deployment/${NAME} 10972`);
  expect(notesFor('minimal')).toContain(SCRAPING);
  expect(notesFor('minimal')).not.toContain(PAGE);
  expect(notesFor('ingress')).toContain('Status page: https://whatsapp.example.com/\n');
  expect(notesFor('ingress')).toContain(PAGE);
  expect(notesFor('shards')).toContain(`port-forward statefulset/${NAME} 10972`);
  expect(notesFor('shards')).not.toContain(SCRAPING);
  expect(notesFor('sidecar')).toContain('set grafanaUrl');
  expect(notesFor('operators')).not.toContain('set grafanaUrl');
});
