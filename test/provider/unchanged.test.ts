import { expect, test } from 'vitest';
import type { ParsedResponse } from '../../src/core/parse.ts';
import { responseOf, sampleEntry } from '../support/sample.ts';
import { start } from './provider-on-simulator.ts';

/** A provider that responds with the given bodies. */
async function startWithBodies() {
  const { simulator, provider, poll } = await start();
  return {
    poll,
    fetch: (body: unknown, status = 200): Promise<ParsedResponse> => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      simulator.faults.numbers = { kind: 'reply', status, body: text };
      return provider.fetchNumbers(new AbortController().signal);
    },
  };
}
const responseWith = (name: string) => responseOf(sampleEntry({ display_name: name }));
const nameIn = ({ snapshot }: ParsedResponse) => snapshot.numbers[0]?.displayName;

test('an identical response is not parsed again, and a different one is', async () => {
  const { fetch } = await startWithBodies();
  const first = await fetch(responseWith('A'));
  expect(await fetch(responseWith('A'))).toBe(first);
  expect(nameIn(await fetch(responseWith('B')))).toBe('B');
  expect(await fetch(responseWith('A'))).not.toBe(first);
});

test('the last successful response is remembered across failures', async () => {
  const { fetch, poll } = await startWithBodies();
  const first = await fetch(responseWith('A'));
  await expect(fetch('<h1>')).rejects.toThrow('not JSON');
  await expect(fetch({ status: 'OK', list: 1 })).rejects.toThrow('no list');
  await expect(fetch({ status: 'FAIL', reason: 13 })).rejects.toThrow('FAIL with reason 13');
  expect(await fetch(responseWith('A'))).toBe(first);
  expect(await poll()).toBe('ok');
});

test('the same body with an error status is still a failure', async () => {
  const { fetch } = await startWithBodies();
  await fetch(responseWith('A'));
  await expect(fetch(responseWith('A'), 404)).rejects.toThrow('HTTP 404');
});

test.each(['שם 😀', 'plain', '\u00e9'])('%s is decoded correctly, escaped or not', async (name) => {
  const { fetch } = await startWithBodies();
  expect(nameIn(await fetch(responseWith(name)))).toBe(name);
  const escaped = JSON.stringify(responseWith(name)).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  expect(nameIn(await fetch(escaped))).toBe(name);
});
