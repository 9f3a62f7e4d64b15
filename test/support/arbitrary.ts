import {
  array,
  constantFrom,
  integer,
  jsonValue,
  oneof,
  option,
  record,
  string,
  stringMatching,
  type Arbitrary,
} from 'fast-check';
import { TEXT_LENGTH_MAX } from '../../src/core/values.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { API_KEY_CANARY, SAMPLE_NUMBER } from './sample.ts';

/** Any UTF-16, including lone surrogates and control characters. */
const codeUnits = array(integer({ min: 0, max: 0xffff })).map((units) =>
  String.fromCharCode(...units),
);

/** Realistic and malicious names. */
export const anyName: Arbitrary<string> = oneof(
  string({ unit: 'binary', maxLength: 30 }),
  codeUnits,
  array(
    constantFrom(
      '"',
      '\\',
      '\n',
      '\r',
      '\u2028',
      '{',
      '}',
      ',',
      ':',
      '=',
      ' 1',
      '\\n',
      '# HELP',
      'שם',
      '😀',
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join('')),
  constantFrom(
    'x"} 1\nwhatsapp_up{account="acme"} 1\n',
    'x\\"} 1\nwhatsapp_up 1',
    '1,number:2',
    '\u200fשלום\u200e',
    'x'.repeat(1_000),
  ),
);

const anyCount = oneof(
  { weight: 4, arbitrary: integer({ min: 0, max: 1_000_000 }) },
  constantFrom<unknown>('12', 2 ** 53, '9007199254740993', -1, 1.5, 1e300, -0, NaN, '', ' 5', null),
  jsonValue(),
);
const anyFlag = oneof(constantFrom<unknown>(0, 1, '0', '1', true, false), jsonValue());
const anyText = oneof({ weight: 3, arbitrary: anyName }, jsonValue());
/** Few digits, so that duplicates are common. */
const anyNumber = oneof(
  { weight: 4, arbitrary: constantFrom<unknown>('15550100', '15550199', 15_550_100, '0') },
  string({ unit: constantFrom('1', '2', '+', '"'), maxLength: 22 }),
  jsonValue(),
);

/** Any field of the sample that has no line below is a count. */
const anyCounts = Object.fromEntries(
  Object.keys(SAMPLE_NUMBER).map((field) => [field, anyCount] as const),
);
const anyEntry = record(
  {
    ...anyCounts,
    whatsapp: anyNumber,
    apiKey: constantFrom(`${API_KEY_CANARY}-ANY`),
    display_name: anyText,
    business_name: anyText,
    isOnline: anyFlag,
    coexistence: anyFlag,
  },
  { requiredKeys: [] },
);

/** The documented response with random changes, except that it has a list with a usable entry. */
export const nearlyValidResponse = record(
  {
    list: array(oneof({ weight: 6, arbitrary: anyEntry }, jsonValue()), {
      maxLength: 6,
    }).map((list) => [...list, { whatsapp: '15550123' }]),
    apiKey: option(constantFrom(`${API_KEY_CANARY}-TOP`)),
    totalWhatsApp: anyCount,
    totalConversationsThisMonth: anyCount,
    totalMarketingThisMonth: anyCount,
    totalServiceThisMonth: anyCount,
    totalIncomingThisMonth: anyCount,
  },
  { requiredKeys: ['list'] },
);

/** Any text that needs no cleaning, up to the maximum length. */
const soundName = oneof(
  string({ unit: 'binary', maxLength: TEXT_LENGTH_MAX, size: 'max' }),
  string({
    unit: constantFrom('"', '\\', '\\n', '{', ', ', '\u200f', '\u202e', '\ufeff', 'שם', '😀'),
    maxLength: TEXT_LENGTH_MAX / 2,
    size: 'max',
  }),
).map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ''));

const soundCount = oneof(
  integer({ min: 0, max: 1_000 }),
  integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const soundFlag = constantFrom<0 | 1>(0, 1);

/**
 * A valid entry; other fields are those of the sample. Few different numbers, so that they recur, and
 * none of `anyNumber`.
 */
export const soundEntry = record({
  whatsapp: oneof(
    constantFrom('972500000001', '972500000002', '972500000003'),
    stringMatching(/^972\d{1,17}$/),
  ),
  apiKey: constantFrom(`${API_KEY_CANARY}-SOUND`),
  display_name: soundName,
  business_name: soundName,
  isOnline: soundFlag,
  coexistence: soundFlag,
  onlineAccount: soundCount,
  onlineInbox: soundCount,
  create_time: integer({ min: 0, max: 99_999_999_999 }),
  conversationsThisMonth: soundCount,
  marketingThisMonth: soundCount,
  serviceThisMonth: soundCount,
  incomingThisMonth: soundCount,
}).map((fields): FleetNumber => ({ ...SAMPLE_NUMBER, ...fields }));

export const soundTotals = record({
  totalConversationsThisMonth: soundCount,
  totalMarketingThisMonth: soundCount,
  totalServiceThisMonth: soundCount,
  totalIncomingThisMonth: soundCount,
});
