import { expect, test } from 'vitest';
import { parseOnlineAccounts } from '../../src/core/online-accounts.ts';

const SHOP_A = {
  create_time: 1_735_811_185,
  account_name: 'Shop A',
  account_id: '1',
  server: 'online',
  account_status: 'active',
  reference: 'fake-reference',
};
const parse = (...list: readonly unknown[]) => parseOnlineAccounts({ status: 'OK', list });

test('the documented response is read, without the reference', () => {
  const shopB = { ...SHOP_A, account_id: '2', account_name: 'שם', account_status: 'suspended' };
  const { data, anomalies } = parseOnlineAccounts({
    status: 'OK',
    reason: 1,
    totalOnline: 2,
    list: [SHOP_A, shopB],
  });
  const common = { server: 'online', createdS: 1_735_811_185 };
  expect(data).toEqual([
    { ...common, id: 1, name: 'Shop A', active: 1 },
    { ...common, id: 2, name: 'שם', active: 0 },
  ]);
  expect(anomalies.examples).toEqual([]);
});

test('the same id on another server is another account', () => {
  expect(parse(SHOP_A, { ...SHOP_A, server: 'online2' }).data).toHaveLength(2);
});

test.each([
  ['an unknown status', { account_status: 'closed' }, 'field_invalid: list[1].account_status'],
  ['no name', { account_name: undefined }, 'field_missing: list[1].account_name'],
  ['no id', { account_id: 'abc' }, 'entry_invalid: list[1]'],
  ['a server that is free text', { server: 'a b' }, 'entry_invalid: list[1]'],
  ['the id of another one', { account_id: 1 }, 'entry_duplicate: list[1]'],
  ['an undocumented field', { owner_phone: '97250' }, 'field_unknown: list.owner_phone'],
])('an entry with %s affects nothing else', (_what, changes, example) => {
  const { data, anomalies } = parse(SHOP_A, { ...SHOP_A, account_id: '9', ...changes });
  expect(data[0]).toMatchObject({ id: 1, active: 1 });
  expect(anomalies.examples).toContain(example);
});

test('entries above the limit are dropped and counted', () => {
  const list = Array.from({ length: 5_002 }, (_, i) => ({ ...SHOP_A, account_id: i }));
  const { data, anomalies } = parse(...list);
  expect(data).toHaveLength(5_000);
  expect(anomalies.counts.number_limit).toBe(2);
});

test.each([
  ['null', null],
  ['an array', []],
  ['no list', { status: 'OK' }],
  ['an object as list', { list: { a: SHOP_A } }],
  ['only unusable entries', { list: [null, { account_id: 'x' }] }],
])('%s is an invalid response', (_what, response) => {
  expect(() => parseOnlineAccounts(response)).toThrow(
    expect.objectContaining({ reason: 'invalid_response' }) as Error,
  );
});

test('an empty list is valid: not every partner has Online accounts', () => {
  expect(parse().data).toEqual([]);
});
