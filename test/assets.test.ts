import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ASSETS, LINKS, writeAssets } from '../src/assets.ts';
import { runProgram } from './support/program.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('assets writes what the documentation tells people to copy', async () => {
  const folder = join(temporaryFolder(), 'new');
  const { code, stdout, stderr } = await runProgram(['assets', folder]);
  expect(stdout).toMatch(/^\d+ files written to .*new, 0 unchanged\n$/);
  expect([code, stderr]).toEqual([0, '']);
  for (const file of [
    'prometheus/alerts.rules.yml',
    'grafana/dashboards/overview.json',
    'grafana/provisioning/datasources/whatsapp.yml',
    'deploy/helm/.helmignore',
    'deploy/helm/files/dashboards/usage.json',
    'deploy/systemd/whatsapp-numbers-exporter.service',
  ]) {
    expect(readFileSync(join(folder, file), 'utf8'), file).toBe(readFileSync(file, 'utf8'));
  }
});

test('every link among the assets is written as what it links to', () => {
  const found = ASSETS.filter((path) => statSync(path).isDirectory())
    .flatMap((path) => readdirSync(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isSymbolicLink());
  const links = found.map((entry) => {
    const link = join(entry.parentPath, entry.name);
    return [link, relative('.', realpathSync(link))];
  });
  expect(Object.fromEntries(links)).toEqual(LINKS);
});

test('every rule file, dashboard and manifest is an asset', () => {
  const paths = ['prometheus', 'deploy', 'grafana'].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}`),
  );
  // Sources and tools; Compose needs a clone of the repository.
  const others =
    /^(?:prometheus\/(?:src|tests)|grafana\/(?:src|preview|node_modules)|deploy\/(?:README\.md|compose\.yml|\.env.*))$/;
  const shipped = paths.filter((path) => !others.test(path));
  expect(['mixin.libsonnet', ...shipped].toSorted()).toEqual([...ASSETS].toSorted());
});

test('assets completes a folder, and overwrites no changed file', async () => {
  const folder = temporaryFolder();
  const rules = join(folder, 'prometheus/alerts.rules.yml');
  const { written } = writeAssets('.', folder) as { written: number };
  rmSync(rules);
  expect(writeAssets('.', folder)).toEqual({ written: 1, unchanged: written - 1 });

  writeFileSync(rules, 'groups: []\n');
  rmSync(join(folder, 'grafana'), { recursive: true });
  expect(await runProgram(['assets', folder])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      "Nothing was written, because these files differ from this version's:\n" +
      `  ${rules}\nName an empty folder, compare the two, and move the files.\n`,
  });
  expect(readFileSync(rules, 'utf8')).toBe('groups: []\n');
  expect(existsSync(join(folder, 'grafana'))).toBe(false);
});

test('assets reports a folder that cannot be written', async () => {
  const { code, stderr } = await runProgram(['assets', '/dev/null']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^assets: ENOTDIR: not a directory, .*\n$/);
});
