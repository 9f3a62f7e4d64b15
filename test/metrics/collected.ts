import {
  afterRun,
  createCollectorState,
  type Collected,
  type CollectorView,
  type CollectorViews,
} from '../../src/core/collector.ts';
import { parseInboxes } from '../../src/core/inboxes.ts';
import { parseOnlineAccounts } from '../../src/core/online-accounts.ts';
import { NOW_MS } from './views.ts';

/** A response of each call of a collector, as documented. */
export const SAMPLES = {
  online_accounts: {
    status: 'OK',
    reason: 1,
    totalOnline: 2,
    list: [
      {
        create_time: 1_735_811_185,
        account_name: 'Shop A',
        account_id: '1',
        server: 'online',
        account_status: 'active',
        reference: 'fake-reference-a',
      },
      {
        create_time: 1_735_811_186,
        account_name: 'חנות "ב"',
        account_id: '2',
        server: 'online',
        account_status: 'suspended',
        reference: 'fake-reference-b',
      },
    ],
  },
  inboxes: {
    status: 'OK',
    reason: 1,
    accountID: 2,
    server: 'online',
    totalInboxes: 2,
    list: [
      { id: 2, name: 'Sales', channel_type: 'Channel::Api', api_type: 'wa_v2' },
      { id: 3, name: 'שירות', channel_type: 'Channel::Api', api_type: 'wa_v2' },
    ],
  },
};

/** All collectors after one good run. */
export const COLLECTED: Required<CollectorViews> = {
  online_accounts: viewOf(parseOnlineAccounts(SAMPLES.online_accounts)),
  inboxes: viewOf({
    data: [{ account: 2, server: 'online', inboxes: parseInboxes(SAMPLES.inboxes).data }],
  }),
};

function viewOf<T>(collected: Pick<Collected<T>, 'data'>): CollectorView<T> {
  const endedAt = { unixMs: NOW_MS, monotonicMs: 0 };
  const run = { endedAt, durationMs: 120, failure: undefined };
  const state = afterRun(createCollectorState(), run, collected);
  return { state, data: collected.data } as CollectorView<T>;
}
