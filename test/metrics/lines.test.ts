import {
  array,
  assert,
  constantFrom,
  double,
  integer,
  nat,
  oneof,
  property,
  record,
  string,
  stringMatching,
  tuple,
} from 'fast-check';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createKeys, createLine, createLineDeflater } from '../../src/metrics/lines.ts';

interface Shape {
  readonly prefix: string;
  readonly suffix: string;
}

/** A key, and for each of the shapes a value, NaN for none. */
type Row = readonly [key: string, ...values: number[]];

function render(shapes: readonly Shape[], rows: readonly Row[]): string {
  const lines = rows.flatMap(([key, ...values]) =>
    shapes.map(({ prefix, suffix }, j) => {
      const value = values[j] ?? NaN;
      return Number.isNaN(value) ? '' : `${prefix}${key}${suffix}${value}`;
    }),
  );
  return lines.join('');
}

/** One deflater for all: nothing may be left of what it made before. */
const deflater = createLineDeflater();

function expectSame(shapes: readonly Shape[], rows: readonly Row[]): Uint8Array {
  const text = render(shapes, rows);
  const lines = shapes.map(({ prefix, suffix }) => createLine(prefix, suffix));
  const values = shapes.map((_, j) => Float64Array.from(rows, (row) => Number(row[j + 1] ?? NaN)));
  const part = deflater.deflate(lines, createKeys(rows.map(([key]) => key)), values);
  const inflated = inflateRawSync(part.deflated, { finishFlush: constants.Z_SYNC_FLUSH });
  expect(inflated.toString()).toBe(text);
  expect(part.crc).toBe(crc32(text));
  expect(part.length).toBe(inflated.length);
  // It ends on a byte, so that the next one can stand behind it.
  expect([...part.deflated.subarray(-4)]).toEqual([0, 0, 0xff, 0xff]);
  return part.deflated;
}

const anyShape = record({
  prefix: oneof(
    string({ minLength: 3, unit: 'binary' }),
    string({ minLength: 250, maxLength: 600 }),
  ),
  suffix: constantFrom('"} ', '",category="marketing"} '),
});
const anyKey = oneof(stringMatching(/^9725\d{8}$/), stringMatching(/^[0-9a-f]{16}$/));
const anyValue = oneof(
  nat(30),
  integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  constantFrom(NaN, 0, 9_999, 10_000),
);

test('whatever the lines are, zlib reads them as they were meant', () => {
  const anyRows = array(tuple(anyKey, anyValue, anyValue, anyValue), { maxLength: 200 });
  assert(
    property(array(anyShape, { minLength: 1, maxLength: 3 }), anyRows, (shapes, rows) => {
      expectSame(shapes, rows);
    }),
    { numRuns: 300 },
  );
});

test('also a number that is none of ours is written as it is', () => {
  assert(
    property(double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expectSame(
        [{ prefix: '\nmetric{number="', suffix: '"} ' }],
        [
          ['1', value],
          ['2', value],
        ],
      );
    }),
  );
});

const shape = (length: number): Shape => ({ prefix: `\n${'a'.repeat(length - 1)}`, suffix: '"} ' });

// A copy has 3 to 258 characters: what is longer takes several, none of them shorter than that.
test.each([3, 257, 258, 259, 260, 261, 262, 516, 517, 775])(
  'a line of which %i characters come again',
  (length) => {
    expectSame(
      [shape(length)],
      [
        ['1', 5],
        ['2', 5],
        ['3', 6],
      ],
    );
  },
);

test('a line is not copied from further back than deflate can reach', () => {
  for (const length of [32_760, 32_764, 32_765, 32_766, 32_768, 40_000]) {
    expectSame(
      [shape(length)],
      [
        ['1', 5],
        ['2', 5],
        ['3', 6],
      ],
    );
  }
});

test('a line that comes again after a gap does not rely on what was between', () => {
  const rows = Array.from({ length: 2_000 }, (_, i): Row => [
    `97250${i}`,
    i % 3 === 0 ? NaN : i,
    i,
  ]);
  expectSame([shape(40), shape(50)], rows);
});

test('thousands of lines take less than ten bytes each', () => {
  // Numbers as they are given out: in no order.
  const rows = Array.from({ length: 2_048 }, (_, i): Row => {
    return [`9725${(i * 7_919_317) % 100_000_000}`.padEnd(12, '0'), (i * 37) % 1_000];
  });
  const bytes = expectSame([shape(70)], rows);
  expect(bytes.length / rows.length).toBeLessThan(10);
});
