import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { writeAssets } from '../../../src/assets.ts';
import { CHART, NAMESPACE, RELEASE, optionalHelm } from '../../support/helm.ts';
import { portOf, startProgram } from '../../support/program.ts';
import { environmentFor, startProvider } from '../../support/simulated-provider.ts';
import { withHelm } from './workload.ts';

const [helm = ''] = (await optionalHelm()) ?? [];

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** It renders what the chart in the repository does. */
function expectSameChart(chart: string): void {
  for (const values of ['operators', 'sidecar']) {
    const given = ['-n', NAMESPACE, '-f', `test/deploy/chart/values/${values}.yaml`];
    const run = (path: string) =>
      spawnSync(helm, ['template', RELEASE, path, ...given], { encoding: 'utf8' }).stdout;
    expect(run(chart)).toBe(run(CHART));
    expect(run(chart)).not.toBe('');
  }
}

test('chart and application have the version of the package', () => {
  const chart = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as object;
  expect(chart).toMatchObject({ version, appVersion: version });
});

withHelm('the chart that `assets` writes from the npm package renders the same', () => {
  const folder = temporaryFolder();
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const archive = join(folder, `whatsapp-numbers-exporter-${version}.tgz`);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  writeAssets(join(folder, 'package'), join(folder, 'assets'));
  expectSameChart(join(folder, 'assets/deploy/helm'));
});

withHelm('the packed chart contains rules and dashboards, and renders on its own', () => {
  const folder = temporaryFolder();
  execFileSync(helm, ['package', CHART, '--destination', folder], { stdio: 'ignore' });
  const archive = join(folder, `whatsapp-numbers-exporter-${version}.tgz`);
  const list = execFileSync('tar', ['-tzvf', archive], { encoding: 'utf8' }).trim().split('\n');
  expect(list.filter((line) => !line.startsWith('-'))).toEqual([]);
  const names = list.map((line) => line.split('whatsapp-numbers-exporter/').at(-1));
  expect(names).toEqual(
    expect.arrayContaining([
      'README.md',
      'files/dashboards/overview.json',
      'files/rules/addresses.rules.yml',
      'files/rules/alerts.rules.yml',
      'files/rules/recording.rules.yml',
      'values.schema.json',
    ]),
  );
  expect(names).not.toContain('files/dashboards/.lint');
  expectSameChart(archive);
});

/** The script of `helm test` as the pod starts it. */
async function runTestScript(...exporters: readonly string[]) {
  const script = readFileSync(`${CHART}/files/test.mjs`, 'utf8').trim();
  const flags = ['--input-type=module', '--eval', script, ...exporters];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function startExporter(env: Readonly<Record<string, string>>): Promise<string> {
  const program = startProgram(['--web.listen-address=127.0.0.1:0'], env);
  return `http://127.0.0.1:${await portOf(program)}`;
}

test('`helm test` succeeds when each account was polled, and else says what to do', async () => {
  const provider = await startProvider();
  const good = await startExporter(environmentFor(provider));
  expect(await runTestScript(good)).toEqual({
    code: 0,
    output: expect.stringContaining('account acme: ok') as string,
  });
  const wrong = { ...environmentFor(provider), WHATSAPP_CLIENT_SECRET: 'not-the-real-secret' };
  const bad = await startExporter(wrong);
  const { code, output } = await runTestScript(good, bad);
  expect(code).toBe(1);
  expect(output).toContain(`${bad}: account acme: stale`);
  expect(output).toContain('Check client_id and client_secret');
});
