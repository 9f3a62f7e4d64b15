import { array, asyncProperty, assert, record, uniqueArray, constantFrom } from 'fast-check';
import { expect, test } from 'vitest';
import { createAccountState } from '../../src/core/account-state.ts';
import { parseNumbers } from '../../src/core/parse.ts';
import { CATEGORIES } from '../../src/core/snapshot.ts';
import type { AccountView } from '../../src/metrics/family.ts';
import { anyName, nearlyValidResponse } from '../support/arbitrary.ts';
import { parseExposition, seriesKey, type ExposedSample } from '../support/exposition.ts';
import { numberEntry } from '../support/numbers.ts';
import { ofNumbers } from './contract.ts';
import { good, render, samplesOf, viewAfter, viewOf } from './views.ts';

const TOTALS = { numbers: 1, conversations: 1, marketing: 1, service: 1, incoming: 1 };

/** The series of one whole number, as the contract has them. */
function seriesOfNumber(account: string, number: string, names: Record<string, string>) {
  return ofNumbers.flatMap(([name, , labels]) => {
    const identity = { account, number };
    if (labels.includes('display_name')) return [seriesKey(name, { ...identity, ...names })];
    const values = labels.includes('category') ? CATEGORIES : undefined;
    return (
      values?.map((category) => seriesKey(name, { ...identity, category })) ?? [
        seriesKey(name, identity),
      ]
    );
  });
}
function keysOf(samples: readonly ExposedSample[]): readonly string[] {
  return samples.map(({ name, labels }) => seriesKey(name, labels)).toSorted();
}
function seriesOfAccount(samples: readonly ExposedSample[]): readonly ExposedSample[] {
  return samples.filter(({ labels }) => !('number' in labels));
}

/** Without halves of surrogate pairs, which the parser removes and UTF-8 cannot encode. */
const encodableName = anyName.map((name) => Buffer.from(name).toString());

const anyFleet = record({
  account: constantFrom('acme', 'a.b-c_1'),
  numbers: uniqueArray(constantFrom('1', '2', '11', '972501234567'), { minLength: 1 }),
  names: array(record({ display_name: encodableName, business_name: encodableName }), {
    minLength: 4,
    maxLength: 4,
  }),
});

test('for any names, the series are those of the numbers and the names are unchanged', async () => {
  const blank = (account: string): AccountView => ({
    ...viewOf(account, { totals: TOTALS, numbers: [], excluded: 0 }),
    budget: undefined,
  });
  await assert(
    asyncProperty(anyFleet, async ({ account, numbers, names }) => {
      const entries = numbers.map((whatsapp, i) =>
        numberEntry({
          whatsapp,
          displayName: names[i]?.display_name ?? '',
          businessName: names[i]?.business_name ?? '',
        }),
      );
      const text = await render({
        ...viewOf(account, { totals: TOTALS, numbers: entries, excluded: 0 }),
        budget: undefined,
      });
      const served = [...parseExposition(text).values()].flatMap(({ samples }) => samples);
      const expected = [
        ...keysOf(seriesOfAccount(await samplesOf(blank(account)))),
        ...numbers.flatMap((number, i) => seriesOfNumber(account, number, names[i] ?? {})),
      ];
      expect(keysOf(served)).toEqual(expected.toSorted());
    }),
    { numRuns: 200 },
  );
});

test('parsed names are served byte for byte in UTF-8', async () => {
  await assert(
    asyncProperty(anyName, anyName, async (display_name, business_name) => {
      const response = { list: [{ whatsapp: '1', display_name, business_name }] };
      const text = await render(viewAfter('acme', good(response)));
      const [info] =
        parseExposition(Buffer.from(text).toString()).get('whatsapp_number_info')?.samples ?? [];
      const [number] = parseNumbers(response).snapshot.numbers;
      expect(info?.labels['display_name']).toBe(number?.displayName);
      expect(info?.labels['business_name']).toBe(number?.businessName);
    }),
    { numRuns: 200 },
  );
});

test('any valid response is served in valid format with exact values', async () => {
  await assert(
    asyncProperty(nearlyValidResponse, nearlyValidResponse, async (first, second) => {
      const samples = await samplesOf(viewAfter('acme', good(first), good(second)));
      expect(samples.every(({ value }) => Number.isFinite(value) && value >= 0)).toBe(true);
      const numbers = new Set(samples.flatMap(({ labels }) => labels['number'] ?? []));
      const { snapshot } = parseNumbers(second);
      expect(numbers).toEqual(new Set(snapshot.numbers.map(({ whatsapp }) => whatsapp)));
    }),
    { numRuns: 200 },
  );
});

test('before the first poll there are no series of numbers', async () => {
  const start = {
    state: createAccountState('acme'),
    snapshot: undefined,
    pollIntervalS: 60,
    nextPollMs: undefined,
  };
  const samples = await samplesOf(start);
  expect(samples).toEqual(seriesOfAccount(samples));
});
