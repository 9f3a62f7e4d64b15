import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ASSETS } from '../../src/assets.ts';

const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
];

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  files: string[];
  dependencies: Record<string, string>;
};

type Packages = Record<string, { readonly dev?: boolean }>;

function npm(cwd: string, ...args: string[]): unknown {
  return JSON.parse(
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

function write(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function packedFiles(): string[] {
  const [packed] = npm('.', 'pack', '--json', '--ignore-scripts', '--dry-run') as {
    files: { path: string }[];
  }[];
  return packed?.files.map(({ path }) => path) ?? [];
}

test('the package contains only the compiled sources, the assets and four documents', () => {
  expect(manifest.files).toEqual(['dist', ...ASSETS, 'CHANGELOG.md']);
  const files = packedFiles();
  const compiled = files.filter((path) => path.startsWith('dist/'));
  const isAsset = (path: string) =>
    ASSETS.some((asset) => path === asset || path.startsWith(`${asset}/`));
  const papers = files.filter((path) => !path.startsWith('dist/') && !isAsset(path));
  expect(papers.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(compiled).toContain('dist/main.js');
  const sourceOf = (path: string) => path.replace(/^dist(.*)\.js$/, 'src$1.ts');
  const leftovers = compiled.filter((path) => !existsSync(sourceOf(path)));
  expect(leftovers, 'no source for these: rm -r dist and build again').toEqual([]);
  for (const path of compiled) expect(readFileSync(path, 'utf8')).not.toContain('sourceMapping');
});

test('the documented commands build what they pack', () => {
  // .npmrc disables scripts, so npm does not build by itself.
  for (const file of ['deploy/README.md', 'deploy/systemd/README.md']) {
    const packed = readFileSync(file, 'utf8').match(/.*npm pack\b/g) ?? [];
    expect(packed, file).toHaveLength(1);
    for (const command of packed) expect(command).toContain('npm ci && npm run build && npm pack');
  }
});

test('the licences of all shipped packages allow it', () => {
  // Not `npm sbom --omit dev`, which omits dependencies that are also needed by a development tool.
  const folder = temporaryFolder();
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Packages };
  const { '': root, ...others } = lock.packages;
  const shipped = Object.entries(others).filter(([, { dev }]) => dev !== true);
  const packages = { '': { ...root, devDependencies: {} }, ...Object.fromEntries(shipped) };
  write(join(folder, 'package.json'), { ...manifest, devDependencies: {} });
  write(join(folder, 'package-lock.json'), { ...lock, packages });

  const sbom = npm(folder, 'sbom', '--package-lock-only', '--sbom-format', 'cyclonedx') as {
    components: { name: string; licenses?: { license?: { id?: string }; expression?: string }[] }[];
  };
  const names = sbom.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
  expect(names).not.toContain('vitest');
  const refused = sbom.components.filter(({ licenses = [] }) => {
    const ids = licenses.map(({ license, expression }) => license?.id ?? expression ?? 'unknown');
    return ids.length === 0 || !ids.every((id) => LICENCES.includes(id));
  });
  expect(refused).toEqual([]);
});
