import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { ASSETS } from '../src/assets.ts';

const dockerfile = readFileSync('Dockerfile', 'utf8');
/** Instructions of the final stage, with continuation lines joined. */
const runtime = dockerfile
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .join('\n')
  .split(/^FROM .*/m)
  .at(-1);

test('the linter finds nothing', () => {
  expect(validate(dockerfile)).toEqual([]);
});

test('the base is pinned by version and digest, the same for both stages', () => {
  expect(dockerfile).toMatch(/^ARG NODE=node:\d+\.\d+\.\d+-\w+-slim@sha256:[0-9a-f]{64}$/m);
  expect(dockerfile.match(/^FROM .*/gm)).toEqual(['FROM ${NODE} AS build', 'FROM ${NODE}']);
});

test('it runs as a numeric, unprivileged user', () => {
  expect(runtime).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
});

test('running and checking health need no shell', () => {
  const forms = runtime?.match(/^(?:ENTRYPOINT|CMD|HEALTHCHECK.*CMD) .*/gm) ?? [];
  expect(forms).toHaveLength(2);
  for (const form of forms) {
    const json = form.slice(form.indexOf('['));
    expect(JSON.parse(json)).toContain('node');
  }
  expect(runtime).not.toMatch(/^RUN/m);
});

test('the build context contains only what the image needs', () => {
  const ignore = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
    ([, sources = '']) => sources.split(' '),
  );
  const sources = copied.filter((path) => !ASSETS.some((asset) => asset.startsWith(path)));
  expect(ignore[0]).toBe('*');
  expect(ignore.slice(1).map((line) => line.slice(1))).toEqual([...sources, ...ASSETS]);
  for (const asset of ASSETS) expect(copied, asset).toContain(asset.split('/')[0]);
});

interface Lock {
  readonly packages: Record<string, { version: string; dev?: boolean; integrity?: string }>;
}

test('each package of the image has an exact version, and the documented count is correct', () => {
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as unknown;
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  const { '': _self, ...locked } = (read('package-lock.json') as Lock).packages;
  const shipped = Object.entries(locked).filter(([, { dev }]) => dev !== true);
  // Without a checksum npm installs whatever the registry sends: see docs/security.md.
  expect(shipped.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  const asked = Object.values(dependencies);
  const versions = [...asked, ...shipped.map(([, { version }]) => version)];
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(dockerfile.match(/npm (?:ci|i\b|install).*/g)).toEqual(['npm ci']);
  const security = readFileSync('docs/security.md', 'utf8');
  expect(security).toContain(`uses ${asked.length} packages`);
  expect(security).toContain(`with their dependencies ${shipped.length}`);
});
