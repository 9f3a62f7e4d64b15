import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** What each folder of src/ may import besides itself and node: its folders, and the packages it owns. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core', 'commander', 'yaml', 'zod'],
  provider: ['core', 'undici'],
  poller: ['core', 'node-cron'],
  metrics: ['core', 'prom-client'],
  web: ['core', 'express', '@node-rs/bcrypt'],
  simulator: ['core'],
};
/** Files directly in src/ see every folder, and only these packages. */
const ROOT_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'log.ts': ['pino', 'pino-pretty'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }));

/** The folder of src/ or the package that each import of a file leads to. */
function importsOf(file: string, text: string): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith('node:')) return [];
    if (!specifier.startsWith('.')) return [specifier];
    const target = join(file, '..', specifier);
    return target.includes('/') ? [target.split('/')[0] ?? ''] : ['src'];
  });
}

test('there are files to look at, and imports in them', () => {
  expect(files.length).toBeGreaterThan(30);
  const program = files.find(({ file }) => file === 'program.ts');
  expect(importsOf('program.ts', program?.text ?? '')).toContain('config');
});

test.each(files.filter(({ file }) => file.includes('/')))(
  'src/$file imports only core and what its folder owns',
  ({ file, text }) => {
    const [folder = ''] = file.split('/');
    const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])];
    expect(importsOf(file, text).filter((target) => !allowed.includes(target))).toEqual([]);
  },
);

test.each(files.filter(({ file }) => !file.includes('/')))(
  'src/$file leaves third-party packages to their owners',
  ({ file, text }) => {
    const allowed = ['src', ...Object.keys(MAY_IMPORT), ...(ROOT_PACKAGES[file] ?? [])];
    expect(importsOf(file, text).filter((target) => !allowed.includes(target))).toEqual([]);
  },
);

test('only main.ts and program.ts read the process, only program.ts knows the simulator', () => {
  const readers = files.filter(({ text }) => /\bprocess\.\w/.test(text));
  expect(readers.map(({ file }) => file).toSorted()).toEqual(['main.ts', 'program.ts']);
  const outside = files.filter(({ file }) => !file.startsWith('simulator/'));
  const users = outside.filter(({ file, text }) => importsOf(file, text).includes('simulator'));
  expect(users.map(({ file }) => file)).toEqual(['program.ts']);
});

test('core looks at no clock, file or network', () => {
  const core = files.filter(({ file }) => file.startsWith('core/'));
  const impure =
    /Date\.now|new Date\(\)|performance\.|setTimeout\(|Math\.random|node:(fs|net|http)/;
  expect(core.filter(({ text }) => impure.test(text)).map(({ file }) => file)).toEqual([]);
});
