import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { writeAssets } from '../../../src/assets.ts';
import { CHART, NAMESPACE, RELEASE, optionalHelm } from '../../support/helm.ts';
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
