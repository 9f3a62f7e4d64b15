import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { RULE_FILES } from '../../../prometheus/src/generated.ts';
import { only, type Manifest } from '../../support/helm.ts';
import { SELECTOR, deploymentOf, rendered, withHelm } from './workload.ts';

interface Group {
  readonly name: string;
  readonly rules: readonly { readonly record?: string; labels?: Record<string, string> }[];
}

const groupsOf = (manifests: readonly Manifest[]) =>
  only<Manifest & { spec: { groups: readonly Group[] } }>(manifests, 'PrometheusRule').spec.groups;

/** The groups of the rule files, with these addresses. */
function shippedGroups(addresses: Readonly<Record<string, string>>): Group[] {
  const groups = RULE_FILES.flatMap(
    (file) => (parse(readFileSync(file, 'utf8')) as { groups: Group[] }).groups,
  );
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if (rule.record === 'whatsapp:addresses:info') Object.assign(rule.labels ?? {}, addresses);
  }
  return groups;
}

withHelm('the PrometheusRule holds all rules, with the addresses that the values give', () => {
  const given = {
    grafana_url: 'https://grafana.example.com',
    runbook_url: 'https://wiki.example.com/whatsapp',
  };
  const manifests = rendered('operators');
  expect(groupsOf(manifests)).toEqual(shippedGroups(given));
  expect(groupsOf(rendered('sidecar'))).toEqual(shippedGroups({}));
  const { labels } = only(manifests, 'PrometheusRule').metadata;
  expect(labels['release']).toBe('kube-prometheus-stack');
});

withHelm('the ServiceMonitor scrapes each pod once, under the job that the rules expect', () => {
  const manifests = rendered('operators');
  const monitor = only(manifests, 'ServiceMonitor');
  const { scrape_configs: jobs } = parse(readFileSync('prometheus/prometheus.yml', 'utf8')) as {
    scrape_configs: { job_name: string; scrape_interval: string }[];
  };
  const job = jobs.find(({ job_name }) => job_name === 'whatsapp-exporter');
  expect(monitor['spec']).toEqual({
    selector: { matchLabels: SELECTOR },
    endpoints: [
      {
        port: 'http',
        path: '/metrics',
        interval: job?.scrape_interval,
        basicAuth: {
          username: { name: 'scrape-login', key: 'username' },
          password: { name: 'scrape-login', key: 'password' },
        },
        relabelings: [
          { targetLabel: 'job', replacement: job?.job_name },
          { targetLabel: 'cluster', replacement: 'eu-1' },
        ],
      },
    ],
  });
  expect(monitor.metadata.labels['release']).toBe('kube-prometheus-stack');
  for (const services of [manifests, rendered('shards')]) {
    expect(only(services, 'Service').metadata.labels).toMatchObject(SELECTOR);
  }
});

withHelm('without the operator, annotations tell Prometheus what to scrape', () => {
  const annotationsOf = (name: string) =>
    deploymentOf(rendered(name)).spec.template.metadata.annotations;
  expect(annotationsOf('replicas')).toMatchObject({
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': '10972',
    'prometheus.io/path': '/prometheus',
    'prometheus.io/scheme': 'http',
  });
  expect(Object.keys(annotationsOf('minimal'))).toEqual(['checksum/config']);
});

const DASHBOARDS = readdirSync('grafana/dashboards').filter((name) => name.endsWith('.json'));
const dashboard = (name: string) =>
  JSON.parse(readFileSync(`grafana/dashboards/${name}`, 'utf8')) as object;

withHelm('the dashboards are ConfigMaps for the sidecar', () => {
  const found = rendered('sidecar').filter(
    ({ metadata }) => metadata.labels['grafana_dashboard'] === '1',
  );
  const texts = Object.assign({}, ...found.map(({ data }) => data as object)) as object;
  expect(
    Object.entries(texts).map(([key, text]) => [key, JSON.parse(text as string) as object]),
  ).toEqual(DASHBOARDS.map((name) => [`whatsapp-${name}`, dashboard(name)]));
  for (const { metadata } of found) {
    expect(metadata).toMatchObject({
      namespace: 'monitoring',
      annotations: { grafana_folder: 'WhatsApp' },
    });
  }
});

withHelm('the dashboards are resources of the Grafana operator', () => {
  const found = rendered('operators').filter(({ kind }) => kind === 'GrafanaDashboard');
  const specs = found.map(({ spec }) => spec as { json: string; folder: string });
  expect(specs.map(({ json }) => JSON.parse(json) as object)).toEqual(DASHBOARDS.map(dashboard));
  for (const spec of specs) {
    expect(spec).toMatchObject({
      folder: 'Messaging',
      instanceSelector: { matchLabels: { dashboards: 'grafana' } },
    });
  }
});
