import { expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { TEXT_LENGTH_MAX } from '../../src/core/values.ts';
import { responseOf, sampleEntry } from '../support/sample.ts';

/** The cleaned name, and whether the change was reported. */
function parseText(name: unknown) {
  const entry = sampleEntry({ display_name: name });
  const { snapshot, anomalies } = parseNumbers(responseOf(entry));
  const { text_cut, field_invalid } = anomalies.counts;
  return [snapshot.numbers[0]?.displayName, { text_cut, field_invalid }] as const;
}
const INTACT = { text_cut: 0, field_invalid: 0 };
const CUT = { text_cut: 1, field_invalid: 0 };

test.each([
  ['an empty name', ''],
  ['spaces', '  two  '],
  ['Hebrew', 'חנות הפרחים של דנה'],
  ['Hebrew with points, and direction marks', '\u200fשָׁלוֹם\u200e (Ltd.)'],
  ['Arabic', 'محل الزهور'],
  ['an emoji of several joined', '👩\u200d👩\u200d👧\u200d👦 family'],
  ['a flag and a skin tone', '🇮🇱 👍🏽'],
  ['what has a meaning elsewhere', '"quoted" \\n {a="b"} 1 # <b>&amp;</b>'],
  ['a name of the greatest length', 'x'.repeat(TEXT_LENGTH_MAX)],
  ['as many emoji, each two code units', '😀'.repeat(TEXT_LENGTH_MAX)],
])('%s is unchanged', (_what, name) => {
  expect(parseText(name)).toEqual([name, INTACT]);
});

test.each([
  ['a NUL, an escape and a DEL', 'a\0b\u001b[31mc\u007f', 'ab[31mc'],
  ['C1 controls', 'a\u0080b\u009b', 'ab'],
  ['nothing but control characters', '\0\t\n', ''],
  ['line breaks at the ends', '\na \r\n', 'a '],
  ['a high surrogate alone', 'a\ud83db', 'ab'],
  ['a low surrogate alone', '\ude00b', 'b'],
  ['surrogates the wrong way round', '\ude00\ud83d', ''],
])('%s are removed and reported', (_what, name, expected) => {
  expect(parseText(name)).toEqual([expected, CUT]);
});

test.each([
  ['line breaks', 'a\nb\r\nc', 'a b c'],
  ['tabs', 'a\t\tb', 'a b'],
  ['a line break beside a control character', 'a\0\n\0b', 'a b'],
  ['line and paragraph separators', 'a\u2028b\u2029c\u0085d', 'a b c d'],
])('%s within a name become a space', (_what, name, expected) => {
  expect(parseText(name)).toEqual([expected, CUT]);
});

test('names that contain U+FFFD are kept and counted', () => {
  const names = { display_name: 'a\ufffdb', business_name: '\ufffd\ufffd' };
  const { snapshot, anomalies } = parseNumbers(responseOf(sampleEntry(names)));
  expect(snapshot.numbers[0]).toMatchObject({
    displayName: 'a\ufffdb',
    businessName: '\ufffd\ufffd',
  });
  expect(anomalies.counts).toMatchObject({ text_replacement: 2, text_cut: 0 });
  expect(anomalies.examples).toContain('text_replacement: 972501234567.display_name');
});

test.each([
  ['x', 'one code unit'],
  ['ש', 'a Hebrew letter'],
  ['😀', 'a surrogate pair'],
])('a long name is cut between code points: %s (%s)', (character) => {
  expect(parseText(character.repeat(TEXT_LENGTH_MAX + 1))).toEqual([
    character.repeat(TEXT_LENGTH_MAX),
    CUT,
  ]);
  expect(parseText(`x${character.repeat(100_000)}`)).toEqual([
    `x${character.repeat(TEXT_LENGTH_MAX - 1)}`,
    CUT,
  ]);
});

test('a name of control characters is not cut within a surrogate pair', () => {
  for (let length = 1; length < 2_000; length += 1) {
    const [text] = parseText(`${'\0'.repeat(length)}${'😀'.repeat(1_000)}`);
    expect(text).toMatch(/^(😀)*$/u);
  }
});

test('only the first part of a very long name is processed, four times the limit', () => {
  const before = '\0'.repeat(4 * TEXT_LENGTH_MAX - 1);
  expect(parseText(`${before}ab`)).toEqual(['a', CUT]);
});

test.each([
  [7, '7'],
  [0, '0'],
  [true, 'true'],
  [false, 'false'],
])('a name sent as %j is the text %s', (name, expected) => {
  expect(parseText(name)).toEqual([expected, INTACT]);
});

test.each([{ he: 'שם' }, ['a'], {}, []])('a name sent as %j is invalid', (name) => {
  expect(parseText(name)).toEqual(['', { text_cut: 0, field_invalid: 1 }]);
});
