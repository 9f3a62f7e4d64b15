import {
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  property,
  record,
} from 'fast-check';
import { expect } from 'vitest';
import type { Collected } from '../../src/core/collector.ts';
import { PollError } from '../../src/core/reasons.ts';

const anyValue = oneof(
  constantFrom<unknown>('972501110001', '97257000001', '012026', '122024', 'text\r\nwith breaks'),
  constantFrom<unknown>(0, 1, '1', 12_026, 1_739_874_663, -1, 1.5, 1e300, null, true),
  jsonValue(),
);

/** Checks the data of a parser for any response, most of them with a list of such entries. */
export function anyListNeverBreaks<T>(
  parse: (response: unknown) => Collected<T>,
  keys: readonly string[],
  check: (data: T) => void,
): void {
  const anyEntry = record(Object.fromEntries(keys.map((key) => [key, anyValue])), {
    requiredKeys: [],
  });
  const list = array(oneof({ weight: 9, arbitrary: anyEntry }, jsonValue()), { maxLength: 8 });
  const anyResponse = oneof(
    { weight: 9, arbitrary: record({ list }) },
    jsonValue(),
    dictionary(constantFrom('list', 'status'), jsonValue()),
  );
  let usable = 0;
  assert(
    property(anyResponse, (response) => {
      try {
        check(parse(response).data);
        usable += 1;
      } catch (error) {
        if (!(error instanceof PollError)) throw error;
        expect(error.reason).toBe('invalid_response');
      }
    }),
    { numRuns: 1_000 },
  );
  expect(usable).toBeGreaterThan(100);
}
