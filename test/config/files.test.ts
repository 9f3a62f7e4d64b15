import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

import { describe, load, problemsOf, readFrom } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'canary-token' };

const namesIn = (folder: string) =>
  readdirSync(new URL(folder, import.meta.url)).filter((name) => name.endsWith('.yml'));

test.each(namesIn('invalid'))('invalid/%s is refused with its message', async (name) => {
  const loaded = load({ flags: { 'config.file': name }, readFile: readFrom('invalid') });
  expect(problemsOf(loaded)).not.toContain('canary');
  await expect(problemsOf(loaded)).toMatchFileSnapshot(`invalid/${name.replace('.yml', '.txt')}`);
});

test.each(namesIn('valid'))('valid/%s becomes the configuration beside it', async (name) => {
  const env = name === 'empty.yml' ? TOKEN : {};
  const text = describe(load({ flags: { 'config.file': name }, env }));
  expect(text).not.toContain('canary');
  await expect(text).toMatchFileSnapshot(`valid/${name.replace('.yml', '.txt')}`);
});

test.each([
  ['missing.yml', 'does not exist'],
  ['.', 'a directory'],
  ['', 'names'],
  ['x'.repeat(300), 'cannot be read (ENAMETOOLONG)'],
  ['empty.yml/x', 'does not exist'],
])('an unreadable configuration file %j is named', (path, problem) => {
  const message = problemsOf(load({ flags: { 'config.file': path }, env: TOKEN }));
  expect(message).toContain(`--config.file: ${JSON.stringify(path).slice(0, 50)}`);
  expect(message).toContain(problem);
  expect(message).toContain('1 problem ');
});

test('an unexpected error of the file reader is thrown', () => {
  const readFile = () => {
    throw new TypeError('a bug');
  };
  expect(() => load({ flags: { 'config.file': 'x' }, readFile })).toThrow('a bug');
});
