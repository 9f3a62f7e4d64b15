import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACCOUNT_SETTINGS, CONFIG_FILE, SETTINGS } from '../src/config/schema.ts';
import { FAMILIES } from '../src/metrics/families.ts';

const readme = readFileSync('README.md', 'utf8');

const DOCS =
  'README.md deploy/README.md deploy/helm/README.md deploy/systemd/README.md docs/scaling.md docs/web-configuration.md';

test.each(DOCS.split(' '))('every flag and variable that %s names exists', (file) => {
  const text = readFileSync(file, 'utf8');
  const settings = [CONFIG_FILE, ...SETTINGS, ...ACCOUNT_SETTINGS];
  const variables = settings.map(({ env }) => env);
  const flags = settings.map(({ flag }) => flag ?? '');
  const named = text.match(/\bWHATSAPP_[A-Z_]*[A-Z]\b/g) ?? [];
  expect(named.filter((name) => !variables.includes(name))).toEqual([]);
  const flagged = text.match(/--[a-z]+\.[a-z.-]*[a-z]/g) ?? [];
  expect(flagged.filter((flag) => !flags.includes(flag))).toEqual([]);
});

const PAPERS =
  'README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs/ARCHITECTURE.md docs/security.md ' +
  'docs/stability.md docs/history.md docs/web-configuration.md docs/configuration.md docs/verify.md docs/feeding.md docs/comparison.md';

test.each(PAPERS.split(' '))('every file that %s links to is there', (file) => {
  const folder = file.includes('/') ? 'docs/' : '';
  const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
  const missing = links.map(([, path = '']) => folder + path).filter((path) => !existsSync(path));
  expect(missing).toEqual([]);
});

test('every metric that the README names exists', () => {
  const names = new Set(readme.match(/\bwhatsapp_\w+/g));
  const known = FAMILIES.map(({ name }) => name);
  expect([...names].filter((name) => !known.includes(name))).toEqual([]);
});
