import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createAnomalyTally, noAnomalies, type AnomalyKind } from '../../src/core/anomalies.ts';
import { createFieldReader, optional } from '../../src/core/fields.ts';
import { NUMBERS_MAX, parseNumbers } from '../../src/core/parse.ts';
import { API_KEY_CANARY, responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';

/** The kinds that occurred, with their counts. */
function oddOf(counts: Readonly<Record<AnomalyKind, number>>) {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

test('the documented sample response becomes this snapshot without anomalies', async () => {
  const { snapshot, anomalies } = parseNumbers(sampleResponse());
  const text = `${JSON.stringify(snapshot, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../golden/snapshot.json');
  expect(anomalies).toEqual({ counts: noAnomalies(), examples: [] });
});

test('no apiKey passes the parser, whatever its key', () => {
  const parsed = parseNumbers(
    sampleResponse({ apiKey: `${API_KEY_CANARY}-TOP`, list: [sampleEntry(), { apiKey: 1 }] }),
  );
  const printed = JSON.stringify(parsed) + inspect(parsed, { depth: Infinity, showHidden: true });
  expect(printed).not.toContain(API_KEY_CANARY);
  expect(printed).not.toMatch(/api_?key/i);
});

test('the snapshot is deeply frozen', () => {
  const { snapshot } = parseNumbers(sampleResponse());
  const parts = [snapshot, snapshot.totals, snapshot.numbers, ...snapshot.numbers];
  expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
});

test.each([
  null,
  undefined,
  'OK',
  7,
  true,
  [],
  [sampleEntry()],
  {},
  { list: null },
  { list: {} },
  { list: 'none' },
  { list: { length: 1, 0: sampleEntry() } },
])('a response without a list is rejected: %j', (response) => {
  expect(() => parseNumbers(response)).toThrow(
    expect.objectContaining({ name: 'PollError', reason: 'invalid_response', isTransient: false }),
  );
});

test('an empty list is an account without numbers', () => {
  const { snapshot, anomalies } = parseNumbers(sampleResponse({ list: [], totalWhatsApp: 0 }));
  expect(snapshot.numbers).toEqual([]);
  expect(snapshot.totals.numbers).toBe(0);
  expect(anomalies.counts.entry_invalid).toBe(0);
});

test.each([
  ['an empty list, but totalWhatsApp above 0', { list: [], totalWhatsApp: 7 }, 'the list is empty'],
  [
    'an empty list, but totalWhatsApp above 0 as text',
    { list: [], totalWhatsApp: '7' },
    'is empty',
  ],
  ['no usable entry', { list: [{}, null, { whatsapp: 'none' }] }, 'no entry of the list is usable'],
])('%s is a failure, not a success with 0 numbers', (_what, changes, message) => {
  const parse = () => parseNumbers(sampleResponse(changes));
  expect(parse).toThrow(expect.objectContaining({ reason: 'invalid_response' }));
  expect(parse).toThrow(message);
});

test('categories that do not add up to the conversations of a number are an anomaly', () => {
  const [first, second] = sampleResponse().list;
  const list = [{ ...first, conversationsThisMonth: 7 }, second];
  const { anomalies } = parseNumbers(sampleResponse({ list, totalConversationsThisMonth: 11 }));
  expect(oddOf(anomalies.counts)).toEqual({ total_mismatch: 1 });
  expect(anomalies.examples).toEqual(['total_mismatch: 972501234567.conversationsThisMonth']);
  const unknown = [{ ...first, conversationsThisMonth: 7, serviceThisMonth: null }, second];
  expect(parseNumbers(sampleResponse({ list: unknown })).anomalies.counts.total_mismatch).toBe(1);
});

test('an undocumented field is reported once, by name', () => {
  const entry = { ...sampleEntry(), authenticationThisMonth: 'CANARY' };
  const more = { ...sampleEntry({ whatsapp: '15550100' }), authenticationThisMonth: 'CANARY' };
  const response = { ...responseOf(entry, more), nextPage: 'CANARY' };
  const { counts, examples } = parseNumbers(response).anomalies;
  expect(counts.field_unknown).toBe(2);
  expect(examples.slice(0, 2)).toEqual([
    'field_unknown: account.nextPage',
    'field_unknown: list.authenticationThisMonth',
  ]);
  expect(examples.join()).not.toContain('CANARY');
});

test.each(['972500000001', 'n972500000001', 'a b', 'שם', 'x'.repeat(41), '', 'a\n', 'x"}'])(
  'an unknown field named %j is reported without its name',
  (name) => {
    const entry = { ...sampleEntry(), [name]: 1 };
    const { counts, examples } = parseNumbers(responseOf(entry)).anomalies;
    expect(counts.field_unknown).toBe(1);
    expect(examples[0]).toBe('field_unknown: list.?');
  },
);

test('at most eight unknown fields are counted', () => {
  const keys = Array.from({ length: 1_000 }, (_, i) => [`new_${i}`, 1]);
  const entry = { ...sampleEntry(), ...(Object.fromEntries(keys) as object) };
  expect(parseNumbers(responseOf(entry)).anomalies.counts.field_unknown).toBe(8);
});

test('an optional field may be missing, and is checked otherwise', () => {
  const read = createFieldReader<{ authentication: number | undefined }>({
    authentication: optional({
      name: 'authenticationThisMonth',
      convert: (value) => (typeof value === 'number' ? value : undefined),
      without: undefined,
    }),
  });
  const found = [
    {},
    { authenticationThisMonth: null },
    { authenticationThisMonth: 3 },
    { authenticationThisMonth: 'x' },
  ].map((json) => {
    const tally = createAnomalyTally();
    return [read(json, '1', tally, {}).authentication, tally.result().examples];
  });
  expect(found).toEqual([
    [undefined, []],
    [undefined, []],
    [3, []],
    [undefined, ['field_invalid: 1.authenticationThisMonth']],
  ]);
});

test('a missing or invalid total affects only that total', () => {
  const { snapshot, anomalies } = parseNumbers(
    sampleResponse({ totalMarketingThisMonth: null, totalServiceThisMonth: { sum: 5 } }),
  );
  expect(snapshot.totals).toEqual({
    numbers: 2,
    conversations: 10,
    marketing: undefined,
    service: undefined,
    incoming: 1,
  });
  expect(oddOf(anomalies.counts)).toEqual({ field_missing: 1, field_invalid: 1 });
});

test.each([
  ['totalWhatsApp', 'numbers'],
  ['totalConversationsThisMonth', 'conversations'],
  ['totalMarketingThisMonth', 'marketing'],
  ['totalServiceThisMonth', 'service'],
  ['totalIncomingThisMonth', 'incoming'],
])('an invalid %s is reported by name', (field, key) => {
  const { snapshot, anomalies } = parseNumbers(sampleResponse({ [field]: 'many' }));
  expect(snapshot.totals).toMatchObject({ [key]: undefined });
  expect(anomalies.examples).toEqual([`field_invalid: account.${field}`]);
});

const NOT_NUMBERS: readonly unknown[] = [
  '',
  '+',
  '+-972',
  '++972',
  '972-',
  '972+50',
  'tel:972',
  '9-7-2-5-0-1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6',
  `9${' '.repeat(60)}7`,
  ' 972',
  '972\n',
  '١٢٣',
  '123456789012345678901',
  '9"} 1\nx{a="',
  undefined,
  null,
  -1,
  1.5,
  1e21,
  2 ** 53,
  NaN,
  true,
  {},
  ['972501234567'],
];

test.each(NOT_NUMBERS)(
  'an entry whose whatsapp is %j is dropped, and the others are kept',
  (sent) => {
    const other = sampleEntry({ whatsapp: '15550100' });
    const { snapshot, anomalies } = parseNumbers(
      responseOf(sampleEntry({ whatsapp: sent }), other),
    );
    expect(snapshot.numbers.map(({ whatsapp }) => whatsapp)).toEqual(['15550100']);
    expect(anomalies.counts.entry_invalid).toBe(1);
    expect(anomalies.examples[0]).toBe('entry_invalid: list[0]');
  },
);

test.each([null, 'text', 7, [], [sampleEntry()]])('an entry that is %j is dropped', (entry) => {
  const { snapshot, anomalies } = parseNumbers(responseOf(sampleEntry(), entry));
  expect(snapshot.numbers).toHaveLength(1);
  expect(anomalies.counts.entry_invalid).toBe(1);
});

test('the first of two entries for a number is kept, sent as text or as an integer', () => {
  const { snapshot, anomalies } = parseNumbers(
    responseOf(
      sampleEntry({ whatsapp: '15550100', marketingThisMonth: 1 }),
      sampleEntry({ whatsapp: '15550199' }),
      sampleEntry({ whatsapp: 15_550_100, marketingThisMonth: 2 }),
      sampleEntry({ whatsapp: '15550100', marketingThisMonth: 3 }),
    ),
  );
  expect(snapshot.numbers.map(({ whatsapp, marketing }) => [whatsapp, marketing])).toEqual([
    ['15550100', 1],
    ['15550199', 3],
  ]);
  expect(anomalies.counts.entry_duplicate).toBe(2);
});

test.each([
  'totalWhatsApp',
  'totalConversationsThisMonth',
  'totalMarketingThisMonth',
  'totalServiceThisMonth',
  'totalIncomingThisMonth',
])('a %s that contradicts the list is an anomaly, and both are served as received', (field) => {
  const { snapshot, anomalies } = parseNumbers(sampleResponse({ [field]: 999 }));
  expect(Object.values(snapshot.totals)).toContain(999);
  expect(snapshot.numbers).toEqual(parseNumbers(sampleResponse()).snapshot.numbers);
  expect(oddOf(anomalies.counts)).toEqual({ total_mismatch: 1 });
  expect(anomalies.examples).toEqual([`total_mismatch: account.${field}`]);
});

test.each([
  ['an entry was left out', [sampleEntry(), { whatsapp: 'none' }]],
  ['a number is duplicated', [sampleEntry(), sampleEntry()]],
])('totals are not compared with the list when %s', (_why, list) => {
  expect(parseNumbers(sampleResponse({ list })).anomalies.counts.total_mismatch).toBe(0);
});

test('a total is not compared with a sum that lacks a count', () => {
  const [first, second] = sampleResponse().list;
  const list = [{ ...first, marketingThisMonth: 'many' }, second];
  const { anomalies } = parseNumbers(sampleResponse({ list, totalServiceThisMonth: 6 }));
  expect(oddOf(anomalies.counts)).toEqual({ field_invalid: 1, total_mismatch: 1 });
});

test('numbers above the limit are dropped and counted', () => {
  const list = Array.from({ length: NUMBERS_MAX + 2 }, (_, i) => ({ whatsapp: String(i) }));
  const { snapshot, anomalies } = parseNumbers({ list });
  expect(snapshot.numbers).toHaveLength(NUMBERS_MAX);
  expect(snapshot.numbers.at(-1)?.whatsapp).toBe(String(NUMBERS_MAX - 1));
  expect(anomalies.counts.number_limit).toBe(2);
});

test('only the first few anomalies have an example, with a position and never a value', () => {
  const list = Array.from({ length: 1_000 }, (_, i) =>
    sampleEntry({ whatsapp: String(i), display_name: 'CANARY\n', isOnline: 'CANARY' }),
  );
  const { counts, examples } = parseNumbers(sampleResponse({ list })).anomalies;
  expect(counts).toMatchObject({ field_invalid: 1_000, text_cut: 1_000 });
  expect(examples).toHaveLength(10);
  expect(examples.slice(0, 2)).toEqual(['text_cut: 0.display_name', 'field_invalid: 0.isOnline']);
  expect(examples.join()).not.toContain('CANARY');
});

test('keys with a special meaning in JavaScript are ordinary keys', () => {
  const text = `{"__proto__": {"list": []}, "list": [
    {"__proto__": {"whatsapp": "15550100"}, "constructor": 1, "hasOwnProperty": 2},
    {"whatsapp": "15550199", "__proto__": {"isOnline": 1}, "hasOwnProperty": null, "toString": 3}
  ]}`;
  const { snapshot, anomalies } = parseNumbers(JSON.parse(text));
  expect(snapshot.numbers.map(({ whatsapp, online }) => [whatsapp, online])).toEqual([
    ['15550199', undefined],
  ]);
  expect(anomalies.counts.entry_invalid).toBe(1);
  expect(() => parseNumbers(JSON.parse('{"__proto__": {"list": []}}'))).toThrow('no list');
});

test('inherited fields are not read', () => {
  const inherited = Object.create(sampleEntry()) as unknown;
  const { snapshot } = parseNumbers(responseOf(inherited, sampleEntry({ whatsapp: '15550100' })));
  expect(snapshot.numbers.map(({ whatsapp }) => whatsapp)).toEqual(['15550100']);
  expect(() => parseNumbers(Object.create(sampleResponse()))).toThrow('no list');
});
