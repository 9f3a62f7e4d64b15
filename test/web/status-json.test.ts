import { expect, test } from 'vitest';
import { numberEntry } from '../support/numbers.ts';
import { NOW_MS, accountStatus, failureOf, statusOf } from '../support/status.ts';
import { startSite } from './site.ts';

const offline = numberEntry({ whatsapp: '972500000002', online: 0, conversations: undefined });
const STATUS = statusOf(
  accountStatus({
    numbers: [numberEntry(), offline],
    placeOf: () => ({
      account: { id: 1, server: 'online', name: 'Shop A', active: 0, createdS: undefined },
      inbox: undefined,
    }),
  }),
  accountStatus({
    name: 'beta',
    numbers: undefined,
    failure: failureOf('network'),
    cooldownUntilMs: NOW_MS + 14 * 60_000,
    lastSuccessMs: NOW_MS - 3_600_250,
  }),
  accountStatus({
    name: 'new',
    numbers: undefined,
    lastPollMs: undefined,
    lastSuccessMs: undefined,
  }),
);

test('the status for scripts is complete and has its own format', async () => {
  const { ask } = await startSite({ status: () => STATUS });
  const { status, headers, body } = await ask('/api/status');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const names = { displayName: 'Display', businessName: 'Business' };
  const counts = { marketingThisMonth: 3, serviceThisMonth: 2, incomingThisMonth: 1 };
  const place = {
    onlineAccount: 1,
    onlineAccountName: 'Shop A',
    onlineAccountActive: false,
    inbox: 2,
    inboxName: null,
  };
  const since = { stateSince: '2026-11-22T08:00:00Z', stateSinceIsExact: true };
  expect(JSON.parse(body)).toEqual({
    version: '1.2.3',
    time: '2026-11-22T10:00:00Z',
    configuration: { inForceSince: '2026-11-22T09:00:00Z', lastReload: 'ok' },
    sharding: null,
    accounts: [
      {
        name: 'acme',
        condition: 'ok',
        lastPoll: '2026-11-22T09:59:18Z',
        lastSuccess: '2026-11-22T09:59:18Z',
        nextPoll: '2026-11-22T10:00:18Z',
        coolingDownUntil: null,
        failure: null,
        numbers: { all: 2, offline: 1, unknown: 0, online: 1 },
      },
      {
        name: 'beta',
        condition: 'stale',
        lastPoll: '2026-11-22T09:59:18Z',
        lastSuccess: '2026-11-22T08:59:59Z',
        nextPoll: '2026-11-22T10:00:18Z',
        coolingDownUntil: '2026-11-22T10:14:00Z',
        failure: failureOf('network'),
        numbers: null,
      },
      {
        name: 'new',
        condition: 'waiting',
        lastPoll: null,
        lastSuccess: null,
        nextPoll: '2026-11-22T10:00:18Z',
        coolingDownUntil: null,
        failure: null,
        numbers: null,
      },
    ],
    numbers: [
      {
        account: 'acme',
        number: '972500000002',
        state: 'offline',
        ...since,
        ...names,
        conversationsThisMonth: null,
        ...counts,
        ...place,
      },
      {
        account: 'acme',
        number: '972500000001',
        state: 'online',
        ...since,
        ...names,
        conversationsThisMonth: 6,
        ...counts,
        ...place,
      },
    ],
  });
});

test.each([
  ['?account=gone', 404, 'There is no account "gone" here.\n'],
  ['?account=gone&q=x', 404, 'There is no account "gone" here.\n'],
  ['?account=', 400, 'The parameter account is empty: name an account, or leave it out for all.\n'],
])(
  '%s is no answer without numbers, which would look well, but %i',
  async (query, status, body) => {
    const { ask } = await startSite({ status: () => STATUS });
    expect(await ask(`/api/status${query}`)).toMatchObject({ status, body });
  },
);

test('with sharding it contains the shard, as the page does', async () => {
  const sharding = { shard: 0, totalShards: 3 };
  const { ask } = await startSite({ status: () => ({ ...STATUS, sharding }) });
  expect(JSON.parse((await ask('/api/status')).body)).toMatchObject({ sharding });
});

test('it supports the same search as the page, without paging', async () => {
  const numbers = Array.from({ length: 250 }, (_, i) =>
    numberEntry({ whatsapp: String(972_500_000_000 + i) }),
  );
  const accounts = [accountStatus({ numbers }), accountStatus({ name: 'beta' })];
  const { ask } = await startSite({ status: () => statusOf(...accounts) });
  const count = async (query: string) => {
    const { body } = await ask(`/api/status?${query}`);
    return (JSON.parse(body) as { numbers: unknown[] }).numbers.length;
  };
  expect(await count('page=2')).toBe(251);
  expect(await count('account=beta')).toBe(1);
  expect(await count('q=000249')).toBe(1);
  expect(await count('state=online')).toBe(251);
  expect(await count('state=offline')).toBe(0);
});
