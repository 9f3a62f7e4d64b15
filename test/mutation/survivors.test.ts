import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SURVIVORS } from './survivors.ts';

test.each(Object.keys(SURVIVORS))('%s: what it changes is still there', (name) => {
  const [, file = '', original] = /^(\S+): (.*?) -> /.exec(name) ?? [];
  expect(readFileSync(file, 'utf8').replace(/\s+/g, ' ')).toContain(original);
});
