import { expect, test } from 'vitest';
import { parseInboxes } from '../../src/core/inboxes.ts';
import { createOnlinePlaces } from '../../src/core/online-places.ts';
import { COLLECTED, SAMPLES } from '../metrics/collected.ts';

test('the documented response is read: id and name of each inbox', () => {
  const { data, anomalies } = parseInboxes(SAMPLES.inboxes);
  expect(data).toEqual([
    { id: 2, name: 'Sales' },
    { id: 3, name: 'שירות' },
  ]);
  expect(anomalies.examples).toEqual([]);
});

test('entries without an id and above the limit are dropped, and text is cleaned', () => {
  const many = Array.from({ length: 1_001 }, (_, i) => ({ id: i + 1, name: `a\n${i}` }));
  const { data, anomalies } = parseInboxes({ list: [{ name: 'no id' }, ...many] });
  expect(data).toHaveLength(1_000);
  expect(data[0]).toEqual({ id: 1, name: 'a 0' });
  expect(anomalies.counts).toMatchObject({ entry_invalid: 1, number_limit: 1, text_cut: 1_000 });
});

test('the account and the inbox of a number are found by their ids', () => {
  const placeOf = createOnlinePlaces(COLLECTED);
  expect(placeOf({ onlineAccount: 1, onlineInbox: 3 })).toMatchObject({
    account: { name: 'Shop A', active: 1 },
    inbox: 'שירות',
  });
  const nowhere = { account: undefined, inbox: undefined };
  expect(placeOf({ onlineAccount: 0, onlineInbox: 0 })).toEqual(nowhere);
  expect(placeOf({ onlineAccount: undefined, onlineInbox: undefined })).toEqual(nowhere);
  expect(placeOf({ onlineAccount: 2, onlineInbox: 3 }).inbox).toBeUndefined();
  expect(createOnlinePlaces()({ onlineAccount: 1, onlineInbox: 3 })).toEqual(nowhere);
});

test('an id on two servers is not resolved', () => {
  const { online_accounts: online, inboxes } = COLLECTED;
  const twice = online.data?.flatMap((one) => [one, { ...one, server: 'online2' }]);
  const placeOf = createOnlinePlaces({ online_accounts: { ...online, data: twice }, inboxes });
  expect(placeOf({ onlineAccount: 1, onlineInbox: 3 })).toEqual({
    account: undefined,
    inbox: undefined,
  });
});
