import { expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { createSelection } from '../../src/core/selection.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';

const NUMBERS = ['972501234567', '972501234568', '972521234567', '1'];

test.each<[string, string[], string[], string[]]>([
  ['all of them', [], [], NUMBERS],
  ['those with a prefix', ['97250'], [], NUMBERS.slice(0, 2)],
  ['those with one of two prefixes', ['97252', '1'], [], NUMBERS.slice(2)],
  ['a single number', ['972501234567'], [], NUMBERS.slice(0, 1)],
  ['none that only contains the digits', ['250'], [], []],
  ['none that is shorter than the prefix', ['11'], [], []],
  ['those without an excluded prefix', [], ['97250'], NUMBERS.slice(2)],
  ['those that are not excluded again', ['97250'], ['972501234567'], NUMBERS.slice(1, 2)],
  ['none, if excluding wins', ['97250'], ['9725'], []],
])('a selection includes %s', (_, include, exclude, expected) => {
  expect(NUMBERS.filter(createSelection({ include, exclude }))).toEqual(expected);
});

const [first = '', second = ''] = sampleResponse().list.map(({ whatsapp }) => String(whatsapp));
const isFirst = createSelection({ include: [first], exclude: [] });

test('excluded numbers are counted, and the totals stay those of the provider', () => {
  const all = parseNumbers(sampleResponse());
  const { snapshot, anomalies } = parseNumbers(sampleResponse(), 50_000, isFirst);
  expect(snapshot).toEqual({
    totals: all.snapshot.totals,
    numbers: all.snapshot.numbers.slice(0, 1),
    excluded: 1,
  });
  expect(anomalies.examples).toEqual([]);
});

test('totals are compared with all numbers', () => {
  const response = sampleResponse({ totalMarketingThisMonth: 9_999 });
  const { anomalies } = parseNumbers(response, 50_000, isFirst);
  expect(anomalies.examples).toEqual(['total_mismatch: account.totalMarketingThisMonth']);
});

test('an excluded number is not in the anomalies, and takes no place below the limit', () => {
  const odd = sampleEntry({ whatsapp: second, isOnline: 'maybe' });
  const response = responseOf(odd, odd, sampleEntry({ whatsapp: first }));
  const { snapshot, anomalies } = parseNumbers(response, 1, isFirst);
  expect(snapshot.numbers.map(({ whatsapp }) => whatsapp)).toEqual([first]);
  expect(snapshot.excluded).toBe(1);
  expect(anomalies.examples.join()).not.toContain(second);
  expect(anomalies.counts.number_limit).toBe(0);
});

test('an account whose numbers are all excluded is not a failure', () => {
  const { snapshot } = parseNumbers(sampleResponse(), 50_000, () => false);
  expect(snapshot).toMatchObject({ numbers: [], excluded: 2 });
});
