import { expect, test } from 'vitest';
import type { CollectContext } from '../src/collectors.ts';
import type { AccountInboxes } from '../src/core/inboxes.ts';
import { PollError, type Reason } from '../src/core/reasons.ts';
import type { Snapshot } from '../src/core/snapshot.ts';
import { collectInboxes, inboxRuns } from '../src/inboxes.ts';
import { numberEntry } from './support/numbers.ts';

interface Call {
  readonly accountID: number;
  readonly server: string;
}

/** Numbers that refer to these accounts, and calls that fail for some of them. */
function start(ids: readonly number[], failures: Readonly<Record<number, Reason>> = {}) {
  const calls: number[] = [];
  let inboxes: readonly AccountInboxes[] = [];
  const numbers = ids.map((onlineAccount) => numberEntry({ onlineAccount }));
  const accounts = [...new Set(ids), 99].map((id) => ({
    id,
    server: 'online',
    name: '',
    active: 1 as const,
    createdS: 0,
  }));
  const last = (name: string) => (name === 'inboxes' ? inboxes : accounts);
  const context: Parameters<typeof collectInboxes>[0] = {
    snapshot: () => ({ numbers }) as unknown as Snapshot,
    last: last as CollectContext['last'],
    request: async (_call, body) => {
      const { accountID, server } = body as Call;
      expect(server).toBe('online');
      calls.push(accountID);
      const reason = failures[accountID];
      if (reason !== undefined) throw new PollError(reason, `account ${accountID}`);
      return { list: [{ id: accountID * 10, name: `Inbox of ${accountID}` }] };
    },
  };
  const run = async () => {
    const collected = await collectInboxes(context);
    inboxes = collected.data;
    return collected;
  };
  return { run, calls, context, data: () => inboxes };
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('the inboxes of the accounts that numbers refer to are requested, and of no other', async () => {
  const { run, calls, data } = start([2, 1, 2]);
  await run();
  expect(calls).toEqual([2, 1]);
  expect(data()).toContainEqual({
    account: 1,
    server: 'online',
    inboxes: [{ id: 10, name: 'Inbox of 1' }],
  });
});

test('of many accounts, each run requests the ten that were requested longest ago', async () => {
  const { run, calls, context, data } = start(upTo(25));
  expect(inboxRuns(context)).toBe(3);
  for (const expected of [upTo(10), upTo(20).slice(10), [21, 22, 23, 24, 25, 1, 2, 3, 4, 5]]) {
    await run();
    expect(calls.splice(0)).toEqual(expected);
  }
  expect(data()).toHaveLength(25);
});

test('without accounts in use there is nothing to request', () => {
  expect(inboxRuns(start([]).context)).toBe(0);
});

test('an account that fails does not keep the others waiting, and the run counts as failed', async () => {
  const { run, calls, data } = start(upTo(12), { 1: 'provider_failed', 2: 'network' });
  const { failure } = await run();
  expect(failure?.reason).toBe('provider_failed');
  expect(data()[1]).toMatchObject({ account: 2, inboxes: [] });
  calls.splice(0);
  await run();
  expect(calls).toEqual([11, 12, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('what is known of an account is kept when its call fails', async () => {
  const failures: Record<number, Reason> = {};
  const { run, data } = start([1, 2], failures);
  await run();
  failures[1] = 'network';
  await run();
  expect(data().map(({ inboxes }) => inboxes.length)).toEqual([1, 1]);
});

test.each(['rate_limited', 'token', 'credentials'] as const)(
  'after %s no other account is requested',
  async (reason) => {
    const { run, calls, data } = start(upTo(3), { 2: reason });
    expect(await run()).toMatchObject({ failure: { reason } });
    expect(calls.splice(0)).toEqual([1, 2]);
    expect(data()).toMatchObject([{ account: 1, inboxes: [{ id: 10 }] }]);
    // The run goes on where it stopped.
    await expect(run()).rejects.toMatchObject({ reason });
    expect(calls).toEqual([2]);
  },
);

test('a failure before any answer fails the run', async () => {
  const { run } = start(upTo(3), { 1: 'rate_limited' });
  await expect(run()).rejects.toMatchObject({ reason: 'rate_limited' });
});

test('an account that takes all of the time moves to the end', async () => {
  const { run, calls } = start(upTo(3), { 1: 'timeout' });
  expect(await run()).toMatchObject({ failure: { reason: 'timeout' } });
  expect(calls.splice(0)).toEqual([1]);
  await run();
  expect(calls).toEqual([2, 3, 1]);
});

test('ten accounts that fail do not keep the others waiting', async () => {
  const failures = Object.fromEntries(upTo(10).map((id) => [id, 'provider_failed' as const]));
  const { run, calls } = start(upTo(12), failures);
  await run();
  calls.splice(0);
  await run();
  expect(calls).toEqual([11, 12, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('if every call fails, the run fails', async () => {
  const { run, calls } = start([1, 2], { 1: 'network', 2: 'timeout' });
  await expect(run()).rejects.toMatchObject({ reason: 'network' });
  expect(calls).toEqual([1, 2]);
});
