import { inspect } from 'node:util';
import { array, assert, jsonValue, oneof, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { TEXT_LENGTH_MAX } from '../../src/core/values.ts';
import { PollError } from '../../src/core/reasons.ts';
import { anyName, nearlyValidResponse } from '../support/arbitrary.ts';
import { API_KEY_CANARY, responseOf, sampleEntry } from '../support/sample.ts';

test('any JSON yields a snapshot or PollError, and no other error', () => {
  const anyJson = oneof(
    jsonValue(),
    record({ list: jsonValue() }),
    record({ list: array(jsonValue()) }),
  );
  assert(
    property(anyJson, (response) => {
      try {
        const { snapshot } = parseNumbers(response);
        expect(Array.isArray(snapshot.numbers)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(PollError);
        expect((error as PollError).reason).toBe('invalid_response');
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the snapshot of a nearly valid response can always be served', () => {
  assert(
    property(nearlyValidResponse, (response) => {
      const parsed = parseNumbers(response);
      const { totals, numbers } = parsed.snapshot;
      for (const { whatsapp, displayName, businessName, ...values } of numbers) {
        expect(whatsapp).toMatch(/^\d{1,20}$/);
        expect(isOneLine(displayName) && isOneLine(businessName)).toBe(true);
        expect(Object.values(values).every(isCountOrNothing)).toBe(true);
      }
      expect(Object.values(totals).every(isCountOrNothing)).toBe(true);
      expect(new Set(numbers.map(({ whatsapp }) => whatsapp)).size).toBe(numbers.length);
      expect(inspect(parsed, { depth: null })).not.toContain(API_KEY_CANARY);
    }),
    { numRuns: 1_000 },
  );
});

test('every dropped entry and field is counted', () => {
  assert(
    property(nearlyValidResponse, (response) => {
      const { snapshot, anomalies } = parseNumbers(response);
      const { counts, examples } = anomalies;
      const kept = snapshot.numbers.length;
      expect(kept + counts.entry_invalid + counts.entry_duplicate).toBe(response.list.length);
      const values = [snapshot.totals, ...snapshot.numbers].flatMap(valuesOf);
      const absent = values.filter((value) => value === undefined || value === '').length;
      // A name is also empty if it was sent empty, or if every character was removed.
      expect(counts.field_invalid + counts.field_missing).toBeLessThanOrEqual(absent);
      const undefinedOnes = values.filter((value) => value === undefined).length;
      expect(counts.field_invalid + counts.field_missing).toBeGreaterThanOrEqual(undefinedOnes);
      const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
      expect(examples).toHaveLength(Math.min(all, 10));
    }),
    { numRuns: 500 },
  );
});

test('cleaning a name twice gives the same result', () => {
  const clean = (name: string) => {
    const entry = sampleEntry({ display_name: name });
    return parseNumbers(responseOf(entry)).snapshot.numbers[0]?.displayName ?? '';
  };
  assert(property(anyName, (name) => clean(clean(name)) === clean(name)));
});

function isCountOrNothing(value: number | undefined): boolean {
  return value === undefined || (Number.isInteger(value) && value >= 0 && value <= 2 ** 53);
}

function valuesOf(part: object): readonly unknown[] {
  return Object.values(part);
}

function isOneLine(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const isControl = (code: number) =>
    code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029;
  return codes.length <= TEXT_LENGTH_MAX && text.isWellFormed() && !codes.some(isControl);
}
