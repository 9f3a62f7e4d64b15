import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createFleet } from '../../src/simulator/fleet.ts';
import { createStatistics } from '../../src/simulator/statistics.ts';
import { readDashboard } from '../grafana/dashboards.ts';
import { interpolate, panelOf } from '../grafana/data/grafana.ts';
import { eventually, portOf, runProgram, startProgram } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { environmentFor, startProvider } from '../support/simulated-provider.ts';

const tools = await optionalPrometheusTools();
const run = promisify(execFile);

interface Month {
  readonly monthYear: string;
  readonly totalMarketing: number;
}

/** The simulated provider's statistics of marketing, by the name of the month; without the current one. */
function marketing(numbers: number, whatsapp?: string): ReadonlyMap<string, number> {
  const answer = createStatistics(createFleet({ seed: 1, numbers }))(Date.now(), { whatsapp });
  const [_current, ...months] = answer['list'] as readonly Month[];
  return new Map(
    months.map(({ monthYear, totalMarketing }) => [
      `${monthYear.slice(2)}-${monthYear.slice(0, 2)}`,
      totalMarketing,
    ]),
  );
}

test.skipIf(tools === undefined)(
  'past months of accounts and numbers become blocks that a real Prometheus answers from',
  async () => {
    const numbers = 2;
    const provider = await startProvider(numbers);
    const folder = mkdtempSync(join(tmpdir(), 'history-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [file, database] = [join(folder, 'months.om'), join(folder, 'data')];

    const flags = ['history', '--by-number', `--output=${file}`];
    const { code, stdout, stderr } = await runProgram(flags, environmentFor(provider));
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(provider.requests).toMatchObject({ token: 1, numbers: 1, monthly_statistics: 3 });
    const createBlocks = ['tsdb', 'create-blocks-from', 'openmetrics', file, database];
    await run(tools?.promtool ?? '', createBlocks);

    const prometheus = await startPrometheus(
      tools?.prometheus ?? '',
      { 'prometheus.yml': 'scrape_configs: []\n' },
      ['--storage.tsdb.retention.time=5y'],
      database,
    );
    const ask = async (metric: string) => {
      const expression = `last_over_time(${metric}[1000d:1d])`;
      const samples = await prometheus.query(expression);
      return new Map(samples.map(({ labels, value }) => [labels['month'], Number(value)]));
    };
    const labels = 'account="acme",category="marketing",job="whatsapp-exporter"';
    expect(await ask(`whatsapp_account_month_conversations{${labels}}`)).toEqual(
      marketing(numbers),
    );
    const [first = ''] = /(?<=number=")\d+/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(await ask(`whatsapp_number_month_conversations{${labels},number="${first}"}`)).toEqual(
      marketing(numbers, first),
    );
  },
);

test.skipIf(tools === undefined)(
  'a new Prometheus shows last month at once, from the statistics of the provider',
  async () => {
    const provider = await startProvider(2);
    const env = { ...environmentFor(provider), WHATSAPP_COLLECTORS_MONTHLY_STATISTICS: '6h' };
    const port = await portOf(startProgram([], env));
    const prometheus = await startPrometheus(tools?.prometheus ?? '', {
      'prometheus.yml': `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: whatsapp-exporter
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`,
    });
    const panel = panelOf(readDashboard('usage.json'), 'Last month');
    const ask = (number: string) => {
      const variables = { job: '.+', instance: '.+', account: '.+', number };
      return prometheus.query(interpolate(panel.targets[0]?.expr ?? '', variables));
    };
    const [shown] = await eventually(async () => {
      const samples = await ask('.+');
      return samples.length > 0 ? samples : undefined;
    }, 'the first scrape');
    const answer = createStatistics(createFleet({ seed: 1, numbers: 2 }))(Date.now(), {});
    const [, last] = answer['list'] as readonly { readonly totalConversations: number }[];
    expect(Number(shown?.value)).toBe(last?.totalConversations);
    // The provider's statistics are not those of single numbers.
    expect(await ask('97250')).toEqual([]);
  },
);

test('the command prints to stdout by default, and nothing but past months', async () => {
  const provider = await startProvider(1);
  const { code, stdout, stderr } = await runProgram(['history'], environmentFor(provider));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^# HELP whatsapp_account_month_conversations [^]+\n# EOF\n$/);
});

test('a failure is reported on stderr, with exit code 1 and without the last line', async () => {
  const provider = await startProvider(1);
  provider.faults.monthly_statistics = { kind: 'fail', reason: 13 };
  const { code, stdout, stderr } = await runProgram(['history'], environmentFor(provider));
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('FAIL with reason 13 from the monthly_statistics call');
});

test('a complete file is not changed', async () => {
  const provider = await startProvider(1);
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const flags = ['history', `--output=${join(folder, 'months.om')}`];
  expect(await runProgram(flags, environmentFor(provider))).toMatchObject({ code: 0 });
  const again = await runProgram(flags, environmentFor(provider));
  expect(again.code).toBe(1);
  expect(again.stderr).toBe(
    `--output: ${join(folder, 'months.om')} is complete; delete it to write it again\n`,
  );
  expect(provider.requests.monthly_statistics).toBe(1);
});

test('a file that cannot be written is named, before any request', async () => {
  const provider = await startProvider(1);
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const hint = 'name a file in a folder that exists';
  for (const [path, problem] of [
    [folder, 'EISDIR'],
    [join(folder, 'missing/months.om'), 'ENOENT'],
  ]) {
    const flags = ['history', `--output=${path}`];
    const { code, stderr } = await runProgram(flags, environmentFor(provider));
    expect(code).toBe(1);
    expect(stderr).toBe(`--output: ${path} cannot be read and written (${problem}); ${hint}\n`);
  }
  expect(provider.requests.token).toBe(0);
});
