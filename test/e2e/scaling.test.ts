import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { shardOf } from '../../src/core/shard.ts';
import { eventually, portOf, startProgram } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { startAgent, startPrometheus } from '../support/prometheus-server.ts';
import { examplesIn } from '../support/examples.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from '../support/simulated-provider.ts';

const tools = await optionalPrometheusTools();
const NAMES = ['acme', 'beta', 'c.d-1', 'E_2', 'five', 'six', 'seven'];

test.skipIf(tools === undefined)(
  'with three shards, the documented agent and two servers, each account arrives once',
  async () => {
    const provider = await startProvider(2);
    const folder = mkdtempSync(join(tmpdir(), 'shards-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'config.yml');
    const account = { api_url: provider.url, client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
    writeFileSync(file, JSON.stringify({ accounts: NAMES.map((name) => ({ name, ...account })) }));
    const flags = [`--config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--total-shards=3'];
    const ports = await Promise.all(
      [0, 1, 2].map((shard) => portOf(startProgram([...flags, `--shard=${shard}`]))),
    );
    const prometheus = tools?.prometheus ?? '';
    const startStore = () =>
      startPrometheus(prometheus, { 'prometheus.yml': '{}' }, [
        '--web.enable-remote-write-receiver',
      ]);
    const [mimir, victoria] = await Promise.all([startStore(), startStore()]);
    let agent = examplesIn('docs/scaling.md').find(({ name }) => name === 'agent.yml')?.text ?? '';
    for (const [from, to] of [
      ...ports.map((port, shard) => [`exporter-${shard}.exporter:10972`, `127.0.0.1:${port}`]),
      ['http://mimir:8080/api/v1/push', `${mimir.url}/api/v1/write`],
      ['http://victoriametrics:8428', victoria.url],
      ['scrape_interval: 30s', 'scrape_interval: 1s'],
    ] as const) {
      expect(agent).toContain(from);
      agent = agent.replace(from ?? '', to ?? '');
    }
    await startAgent(prometheus, agent);

    const isIn = (store: typeof mimir, query: string, series: number) =>
      eventually(
        async () => (await store.query(query)).length === series || undefined,
        `${series} x ${query} in the store`,
        25_000,
      );
    for (const store of [mimir, victoria]) {
      await isIn(store, 'whatsapp_up == 1', NAMES.length);
      await isIn(store, 'whatsapp_number_online', 2 * NAMES.length);
    }
    await isIn(mimir, 'whatsapp_number_info', 2 * NAMES.length);
    for (const store of [mimir, victoria]) {
      const up = await store.query('whatsapp_up == 1');
      const seen = up.map(({ labels }) =>
        [labels['account'], labels['instance'], labels['cluster']].join(' '),
      );
      const expected = NAMES.map((name) => {
        const instance = `127.0.0.1:${ports[shardOf(name, 3)]}/${name}`;
        return `${name} ${instance} eu-1`;
      });
      expect(seen.toSorted()).toEqual(expected.toSorted());
    }
    expect(await victoria.query('whatsapp_number_info')).toEqual([]);
    expect(provider.requests.token, 'no account is polled by two').toBe(NAMES.length);
  },
);
