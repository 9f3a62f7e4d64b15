import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createConfigLoader } from '../../src/config/load.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string };
  readonly volumes?: readonly (string | object)[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly command: string | readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

const FILE = 'deploy/compose.yml';
const { configs, services, volumes } = readYaml(FILE) as {
  configs: Record<string, { content: string }>;
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const { exporter, prometheus, alertmanager, grafana } = services;

function readYaml(path: string): unknown {
  return parse(readFileSync(path, 'utf8'), { merge: true });
}

function boundTo(service: Service | undefined): string[] {
  return (service?.volumes ?? []).filter((mount) => typeof mount === 'string');
}

/** Path in the container -> path in the repository, or the name of a volume. */
function mountsOf(service: Service | undefined): Record<string, string> {
  return Object.fromEntries(
    boundTo(service).map((mount) => {
      const [source = '', target = ''] = mount.split(':');
      return [target, source.startsWith('.') ? join('deploy', source) : source];
    }),
  );
}

/** `name:port` of a service inside the network. */
function addressOf(name: string): string {
  return `${name}:${services[name]?.ports[0]?.split(':').at(-1)}`;
}

test('the linter finds no violation of the compose specification or good practice', () => {
  const { status, stdout } = spawnSync('npx', ['dclint', '--max-warnings=0', FILE], {
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('');
  expect(status).toBe(0);
});

test.each(Object.entries(services))(
  '%s is pinned, has a health check, listens on loopback and is hardened',
  (_, service) => {
    if (service.build === undefined)
      expect(service.image).toMatch(/:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    expect(service.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:(\d+):\1$/)]);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    const url = service.healthcheck?.test.at(-1);
    if (service.build === undefined)
      expect(url).toContain(`:${service.ports[0]?.split(':').at(-1)}/`);
    else expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^HEALTHCHECK/m);
  },
);

test('every mount is a file or folder of the repository, read-only, or a named volume', () => {
  for (const service of Object.values(services)) {
    for (const source of Object.values(mountsOf(service))) {
      expect(source in volumes || existsSync(source), source).toBe(true);
    }
    const writable = boundTo(service).filter((mount) => !mount.endsWith(':ro'));
    expect(writable.filter((mount) => mount.startsWith('.'))).toEqual([]);
  }
});

test('the exporter is built from the Dockerfile, and runs the demo unless EXPORTER_FLAGS is set', () => {
  expect(existsSync(join('deploy', exporter?.build?.context ?? '', 'Dockerfile'))).toBe(true);
  expect(exporter?.command).toBe('${EXPORTER_FLAGS---demo}');
});

test('Prometheus scrapes the exporter and alerts the Alertmanager of this file', () => {
  const scraping = readYaml('prometheus/prometheus.yml') as {
    alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  const targets = scraping.scrape_configs.flatMap((job) => job.static_configs[0]?.targets ?? []);
  expect(targets).toContain(addressOf('exporter'));
  const [alerting] = scraping.alerting.alertmanagers;
  expect(alerting?.static_configs[0]?.targets).toEqual([addressOf('alertmanager')]);
});

test('Prometheus and Alertmanager read the configuration that is mounted', () => {
  expect(prometheus?.command).toContain('--config.file=/etc/prometheus/prometheus.yml');
  expect(mountsOf(prometheus)['/etc/prometheus']).toBe('prometheus');
  expect(mountsOf(alertmanager)['/etc/alertmanager/alertmanager.yml']).toBe(
    'prometheus/alertmanager.yml',
  );
  expect(alertmanager?.command).toContain('--config.file=/etc/alertmanager/alertmanager.yml');
});

test('data is written to named volumes and survives', () => {
  expect(prometheus?.command).toContain('--storage.tsdb.path=/prometheus');
  expect(alertmanager?.command).toContain('--storage.path=/alertmanager');
  const written = { ...mountsOf(prometheus), ...mountsOf(alertmanager), ...mountsOf(grafana) };
  for (const path of ['/prometheus', '/alertmanager', '/var/lib/grafana']) {
    expect(Object.keys(volumes)).toContain(written[path]);
  }
});

test('Grafana finds data source, dashboards and home dashboard where they are mounted', () => {
  const mounts = mountsOf(grafana);
  expect(mounts['/etc/grafana/provisioning/datasources']).toBe('grafana/provisioning/datasources');
  expect(mounts['/etc/grafana/provisioning/dashboards']).toBe('grafana/provisioning/dashboards');
  const { providers } = readYaml('grafana/provisioning/dashboards/whatsapp.yml') as {
    providers: { options: { path: string } }[];
  };
  const path = providers[0]?.options.path ?? '';
  expect(mounts[path]).toBe('grafana/dashboards');
  const home = grafana?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  expect(existsSync(home.replace(path, 'grafana/dashboards')), home).toBe(true);

  const datasources = readYaml('grafana/provisioning/datasources/whatsapp.yml');
  expect(datasources).toHaveProperty('datasources.0.url', '${PROMETHEUS_URL}');
  expect(grafana?.environment?.['PROMETHEUS_URL']).toBe(`http://${addressOf('prometheus')}`);
});

test('every alert links to this Grafana, and to the runbooks as usual', () => {
  const [config] = prometheus?.configs ?? [];
  expect(config?.target).toBe('/etc/prometheus/addresses.rules.yml');
  const shipped = readFileSync('prometheus/addresses.rules.yml', 'utf8');
  const address = `http://${addressOf('grafana').replace('grafana', 'localhost')}`;
  expect(parse(configs[config?.source ?? '']?.content ?? '')).toEqual(
    parse(shipped.replace("grafana_url: ''", `grafana_url: ${address}`)),
  );
});

test('the example of .env removes --demo, and is valid once its placeholders are replaced', () => {
  const env = Object.fromEntries(
    readFileSync('deploy/.env.example', 'utf8')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line))
      .map((line): [string, string] => {
        const [name = '', text = ''] = line.split(/=(.*)/);
        return [name, text.replace(/^'(.*)'$/, '$1')];
      }),
  );
  expect(env['EXPORTER_FLAGS']).toBe('');
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const loadConfig = createConfigLoader({
    checkWebConfig,
    readFile,
    whyNotExcludable,
    usualGapMs: () => 60_000,
  });
  const load = (own: Record<string, string>) => loadConfig({ flags: {}, env: { ...env, ...own } });
  expect(load({})).toHaveProperty('problems.length', 2);
  const own = { WHATSAPP_CLIENT_ID: 'fake-client', WHATSAPP_CLIENT_SECRET: 'fake-secret' };
  expect(load(own)).toHaveProperty('config.accounts.0.name', 'default');
});
