import { expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { responseOf, sampleEntry } from '../support/sample.ts';

/** The first number of a list with one entry, and its anomalies. */
function parseEntry(changes: Record<string, unknown>) {
  const { snapshot, anomalies } = parseNumbers(responseOf(sampleEntry(changes)));
  // Another count no longer adds up.
  const odd = anomalies.examples.filter((example) => !/: account\.|^total_mismatch/.test(example));
  return { number: snapshot.numbers[0], odd };
}

test.each([
  ['972501234567', '972501234567'],
  [972_501_234_567, '972501234567'],
  ['0', '0'],
  ['00972501234567', '00972501234567'],
  ['12345678901234567890', '12345678901234567890'],
  ['+972501234567', '972501234567'],
  ['+972 50-000-0001', '972500000001'],
  ['972-50', '97250'],
  ['+1 (555) 010.0199', '15550100199'],
  ['+972\u00a050\u00a0000', '97250000'],
])('whatsapp sent as %j is the number %s', (sent, expected) => {
  expect(parseEntry({ whatsapp: sent }).number?.whatsapp).toBe(expected);
});

const COUNT_FIELDS = [
  ['conversationsThisMonth', 'conversations'],
  ['marketingThisMonth', 'marketing'],
  ['serviceThisMonth', 'service'],
  ['incomingThisMonth', 'incoming'],
  ['onlineInbox', 'onlineInbox'],
  ['onlineAccount', 'onlineAccount'],
] as const;

test.each([
  [0, 0],
  [7, 7],
  [-0, 0],
  ['0', 0],
  ['7', 7],
  ['007', 7],
  [2 ** 53, 2 ** 53],
  ['9007199254740992', 2 ** 53],
])('a count sent as %j is %d', (sent, expected) => {
  for (const [field, key] of COUNT_FIELDS) {
    const { number, odd } = parseEntry({ [field]: sent });
    expect(number?.[key], field).toBe(expected);
    expect(odd).toEqual([]);
  }
});

const NOT_COUNTS: readonly unknown[] = [
  '9007199254740993',
  '99999999999999999',
  '1e3',
  '+7',
  '-7',
  ' 5',
  '5 ',
  '5\n',
  '7.0',
  '0x7',
  '',
  'NaN',
  'Infinity',
  'many',
  '٧',
  '７',
  -1,
  1.5,
  1e300,
  2 ** 53 + 2,
  NaN,
  Infinity,
  true,
  false,
  {},
  { valueOf: 7 },
  [],
  [7],
];

test.each(NOT_COUNTS)('a count sent as %j is invalid, and only its series is dropped', (sent) => {
  const whole = parseEntry({}).number;
  for (const [field, key] of COUNT_FIELDS) {
    const { number, odd } = parseEntry({ [field]: sent });
    expect(number, field).toEqual({ ...whole, [key]: undefined });
    expect(odd).toEqual([`field_invalid: 972501234567.${field}`]);
  }
});

test.each([
  [0, 0],
  ['0', 0],
  [false, 0],
  [1, 1],
  ['1', 1],
  [true, 1],
])('a flag sent as %j is %d', (sent, expected) => {
  const { number, odd } = parseEntry({ isOnline: sent, coexistence: sent });
  expect(number).toMatchObject({ online: expected, coexistence: expected });
  expect(odd).toEqual([]);
});

test.each([2, -1, 0.5, '', 'true', 'yes', '01', ' 1', {}, [1], NaN])(
  'a flag sent as %j is invalid',
  (sent) => {
    const { number, odd } = parseEntry({ isOnline: sent, coexistence: sent });
    expect(number).toMatchObject({ online: undefined, coexistence: undefined });
    expect(odd).toEqual([
      'field_invalid: 972501234567.isOnline',
      'field_invalid: 972501234567.coexistence',
    ]);
  },
);

test.each([
  [1_735_811_185, 1_735_811_185],
  ['1735811185', 1_735_811_185],
  [0, 0],
  [99_999_999_999, 99_999_999_999],
  [100_000_000_000, undefined],
  [1_735_811_185_000, undefined],
  ['2025-01-02T09:46:25Z', undefined],
  [-1, undefined],
])('create_time sent as %j is %j: seconds, not milliseconds or text', (sent, expected) => {
  expect(parseEntry({ create_time: sent }).number?.createdS).toBe(expected);
});

test.each([undefined, null])(
  'a field that is %s is missing, and only its series is dropped',
  (absent) => {
    const whole = parseEntry({}).number;
    for (const [field, key, left] of [
      ...COUNT_FIELDS.map(([name, at]) => [name, at, undefined] as const),
      ['isOnline', 'online', undefined],
      ['coexistence', 'coexistence', undefined],
      ['create_time', 'createdS', undefined],
      ['display_name', 'displayName', ''],
      ['business_name', 'businessName', ''],
    ] as const) {
      const { number, odd } = parseEntry({ [field]: absent });
      expect(number, field).toEqual({ ...whole, [key]: left });
      expect(odd).toEqual([`field_missing: 972501234567.${field}`]);
    }
  },
);
