import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

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
  version: string;
  bin: Record<string, string>;
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

/** Packs into a temporary folder; returns the output of `npm pack`. */
function pack() {
  const folder = temporaryFolder();
  const [packed] = npm('.', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder) as {
    filename: string;
    files: { path: string }[];
  }[];
  const files = packed?.files.map(({ path }) => path) ?? [];
  return { folder, tarball: join(folder, packed?.filename ?? ''), files };
}

test('the package contains only the compiled sources and four documents', () => {
  const { files } = pack();
  const compiled = files.filter((path) => path.startsWith('dist/'));
  const papers = files.filter((path) => !path.startsWith('dist/'));
  expect(papers.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(compiled).toContain('dist/main.js');
  const sourceOf = (path: string) => path.replace(/^dist(.*)\.js$/, 'src$1.ts');
  const leftovers = compiled.filter((path) => !existsSync(sourceOf(path)));
  expect(leftovers, 'no source for these: rm -r dist and build again').toEqual([]);
  for (const path of compiled) expect(readFileSync(path, 'utf8')).not.toContain('sourceMapping');
});

test('the packed command runs with only the declared dependencies', () => {
  const { folder, tarball } = pack();
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  const installed = join(folder, 'package');
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(installed, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
  const [command = ''] = Object.values(manifest.bin);
  const main = join(installed, command);
  expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const run = (flag: string) => execFileSync(process.execPath, [main, flag], { encoding: 'utf8' });
  expect(run('--version')).toContain(manifest.version);
  expect(run('--help')).toContain('--web.listen-address');
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
