import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACCOUNT_SETTINGS } from '../src/config/account-settings.ts';
import { CONFIG_FILE, SETTINGS, type Setting } from '../src/config/settings.ts';
import { FAMILIES } from '../src/metrics/families.ts';

const readme = readFileSync('README.md', 'utf8');

test.each<Setting>([CONFIG_FILE, ...Object.values(SETTINGS)])(
  'the README tells flag, variable and default of $key in one row',
  ({ flag = '', env, default: text }) => {
    const row = readme.split('\n').find((line) => line.includes(`\`${flag}\``));
    expect(row).toContain(`\`${env}\``);
    expect(row).toContain(text === undefined ? 'none' : `\`${text}\``);
  },
);

test.each<Setting>(Object.values(ACCOUNT_SETTINGS))('the README tells of $env', ({ env }) => {
  expect(readme).toContain(`\`${env}\``);
});

const PAPERS =
  'README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs/ARCHITECTURE.md docs/security.md ' +
  'docs/stability.md docs/web-configuration.md';

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

const security = readFileSync('docs/security.md', 'utf8');
const proofs = security.matchAll(/\]\(\.\.\/(test\/[^)]+)\): `([^`]+)`/g);

test.each([...proofs].map(([, file = '', name = '']) => ({ file, name })))(
  'the test that docs/security.md names is in $file: $name',
  ({ file, name }) => expect(readFileSync(file, 'utf8')).toContain(`'${name}'`),
);

test('every claim of docs/security.md names the test that holds it', () => {
  const done = security.split(/^## /m).find((part) => part.startsWith('What is done')) ?? '';
  const bullets = done.split(/^- /m).slice(1);
  expect(bullets.length).toBeGreaterThan(20);
  expect(bullets.filter((claim) => !/^  Held by \[/m.test(claim))).toEqual([]);
});
