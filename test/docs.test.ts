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

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/ARCHITECTURE.md',
  'docs/stability.md',
])('every file that %s links to is there', (file) => {
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
