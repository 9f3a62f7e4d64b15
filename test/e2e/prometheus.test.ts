import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { settingsOf } from '../../src/config/schema.ts';
import type { Call } from '../../src/simulator/faults.ts';
import { SAMPLES } from '../metrics/collected.ts';
import { parseExposition, seriesKey } from '../support/exposition.ts';
import { eventually, portOf, startProgram } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { sampleResponse } from '../support/sample.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  environmentFor,
  startProvider,
} from '../support/simulated-provider.ts';

const tools = await optionalPrometheusTools();

/** Metrics that depend on when and where the test runs: they must exist, with any value. */
const VARYING = /_timestamp_seconds|_duration_seconds|_interval_seconds|_build_info/;

function scrapeOf(port: number): string {
  return `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: whatsapp-exporter
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
}

test.skipIf(tools === undefined)(
  'a real Prometheus has the series of the golden file for the sample responses of all calls',
  async () => {
    const provider = await startProvider();
    const samples = { numbers: sampleResponse(), ...SAMPLES };
    for (const [call, body] of Object.entries(samples)) {
      provider.faults[call as Call] = { kind: 'reply', body: JSON.stringify(body) };
    }
    // One poll, and no other during the test.
    const collectors = settingsOf('collectors').map(
      ({ env: variable }) => [variable, '1h'] as const,
    );
    const env = {
      ...environmentFor(provider),
      WHATSAPP_POLL_SCHEDULE: '24h',
      ...Object.fromEntries(collectors),
    };
    const port = await portOf(startProgram([], env));
    const prometheus = await startPrometheus(tools?.prometheus ?? '', {
      'prometheus.yml': scrapeOf(port),
    });

    const series = '{__name__=~"whatsapp_.+"}';
    await eventually(
      async () => ((await prometheus.query('whatsapp_up == 1')).length > 0 ? true : undefined),
      'the first scrape after the first poll',
    );
    await eventually(
      async () =>
        (await prometheus.query('whatsapp_collector_up == 1')).length ===
        Object.keys(SAMPLES).length
          ? true
          : undefined,
      'the first scrape after the last collector',
    );
    // Which months are complete depends on today, and budgets are those of a file.
    const isSent = (name: string, labels: object) =>
      !('month' in labels) && !name.includes('_budget_');
    const stored = (await prometheus.query(series)).filter(({ labels }) => isSent('', labels));
    const golden = parseExposition(readFileSync('test/golden/metrics-collectors.txt', 'utf8'));
    const expected = [...golden.values()]
      .flatMap((family) => family.samples)
      .filter(({ name, labels }) => isSent(name, labels));
    const toLine = (name: string, labels: Readonly<Record<string, string>>, value: string) => {
      const { __name__: _name, job: _job, instance: _instance, ...rest } = labels;
      // Prometheus drops empty labels.
      const own = Object.fromEntries(Object.entries(rest).filter(([, text]) => text !== ''));
      if (name.endsWith('_build_info')) return name;
      return `${seriesKey(name, own)} ${VARYING.test(name) ? '' : value}`;
    };
    expect(
      stored.map(({ labels, value }) => toLine(labels['__name__'] ?? '', labels, value)).toSorted(),
    ).toEqual(
      expected.map(({ name, labels, value }) => toLine(name, labels, String(value))).toSorted(),
    );
  },
);

test.skipIf(tools === undefined)(
  'a removed number disappears with the next scrape, and a renamed one stays one number',
  async () => {
    const provider = await startProvider();
    const [first = {}, second = {}] = sampleResponse().list;
    const reply = (...list: unknown[]) => {
      provider.faults.numbers = { kind: 'reply', body: JSON.stringify(sampleResponse({ list })) };
    };
    reply(first, second);
    const env = { ...environmentFor(provider), WHATSAPP_POLL_SCHEDULE: '1s' };
    const prometheus = await startPrometheus(tools?.prometheus ?? '', {
      'prometheus.yml': scrapeOf(await portOf(startProgram([], env))),
    });
    const counted = async (expression: string, value: string) =>
      eventually(
        async () => ((await prometheus.query(expression))[0]?.value === value ? true : undefined),
        `${expression} to be ${value}`,
      );
    await counted('count(whatsapp_number_online)', '2');
    reply({ ...first, display_name: 'שם חדש 🌸' });
    await counted('count(whatsapp_number_online)', '1');
    const info = await prometheus.query('whatsapp_number_info');
    expect(info.map(({ labels }) => labels['display_name'])).toEqual(['שם חדש 🌸']);
  },
);

test.skipIf(tools === undefined)(
  'a real Prometheus discovers the accounts with /sd, and has each series once',
  async () => {
    const provider = await startProvider(3);
    const names = ['acme', 'beta', 'c.d-1', 'E_2'];
    const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'config.yml');
    const account = { api_url: provider.url, client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
    writeFileSync(file, JSON.stringify({ accounts: names.map((name) => ({ name, ...account })) }));
    const flags = [`--config.file=${file}`, '--web.listen-address=127.0.0.1:0'];
    const port = await portOf(startProgram(flags));
    const prometheus = await startPrometheus(tools?.prometheus ?? '', {
      'prometheus.yml': `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: whatsapp-exporter
    http_sd_configs: [{ url: 'http://127.0.0.1:${port}/sd', refresh_interval: 1s }]
`,
    });
    await eventually(
      async () =>
        (await prometheus.query('whatsapp_up == 1')).length === names.length ? true : undefined,
      'every account in Prometheus',
    );
    const up = await prometheus.query('up == 1');
    const instances = names.map((name) => `127.0.0.1:${port}/${name}`);
    expect(up.map(({ labels }) => labels['instance'] ?? '').toSorted()).toEqual(
      instances.toSorted(),
    );
    const numbers = await prometheus.query('whatsapp_number_online');
    expect(numbers).toHaveLength(3 * names.length);
    for (const { labels } of numbers) {
      expect(labels['instance']).toBe(`127.0.0.1:${port}/${labels['account']}`);
      expect(labels).not.toHaveProperty('exported_account');
    }
    const twice = 'count by (account, number) (whatsapp_number_online) > 1';
    expect(await prometheus.query(twice)).toEqual([]);
    expect(await prometheus.query('process_cpu_seconds_total')).toEqual([]);
    expect(await prometheus.query('whatsapp_exporter_build_info')).toHaveLength(names.length);
  },
);
