import {
  afterRun,
  createCollectorState,
  type Collected,
  type CollectorView,
  type CollectorViews,
} from '../../src/core/collector.ts';
import { parseInboxes } from '../../src/core/inboxes.ts';
import { parseMonthlyStatistics } from '../../src/core/monthly-statistics.ts';
import { parseOnboardings } from '../../src/core/onboardings.ts';
import { parseOnlineAccounts } from '../../src/core/online-accounts.ts';
import { parseRegisteredNumbers } from '../../src/core/registered-numbers.ts';
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
    accountID: 1,
    server: 'online',
    totalInboxes: 2,
    list: [
      { id: 2, name: 'Sales', channel_type: 'Channel::Api', api_type: 'wa_v2' },
      { id: 3, name: 'שירות', channel_type: 'Channel::Api', api_type: 'wa_v2' },
    ],
  },
  registered_numbers: {
    status: 'OK',
    reason: 1,
    list: [
      {
        whatsapp: '972501110001',
        expiration: 1_770_000_000,
        onboarding_link: 'https://onboarding.example/fake-link-1',
        comment: 'kept for "ב"',
      },
      {
        whatsapp: '972501110002',
        expiration: 1_770_000_001,
        onboarding_link: null,
        comment: '',
      },
    ],
  },
  onboardings: {
    status: 'OK',
    reason: 1,
    list: [
      onboarding('972501110003', 0, 0),
      onboarding('972570000004', 0, 1),
      onboarding('972501110005', 1, 0),
      onboarding('972501110006', 1, 1),
    ],
  },
  monthly_statistics: {
    status: 'OK',
    reason: 1,
    totalWhatsApp: 2,
    whatsapp: null,
    list: [
      {
        monthYear: '012025',
        totalConversations: 12_530,
        totalMarketing: 10_200,
        totalService: 1_000,
        totalIncoming: 1_330,
      },
      {
        monthYear: '122024',
        totalConversations: 154_320,
        totalMarketing: 72_063,
        totalService: 12_650,
        totalIncoming: 69_607,
      },
    ],
  },
};

function onboarding(whatsapp: string, status: 0 | 1, coexistence: 0 | 1) {
  return {
    create_time: 1_739_874_663,
    whatsapp,
    coexistence,
    business_name: `Example ${whatsapp.slice(-1)} Ltd`,
    business_email: 'fake-email@example.com',
    business_id: 'fake-business-id',
    business_address: 'fake-address',
    landing_page: 'https://landing.example/fake-page',
    onboarding_link: 'https://onboarding.example/fake-link-2',
    display_name: 'fake-display-name',
    reference: 'fake-reference-c',
    status,
  };
}

/** All collectors after one good run. */
export const COLLECTED: Required<CollectorViews> = {
  online_accounts: viewOf(parseOnlineAccounts(SAMPLES.online_accounts)),
  inboxes: viewOf({
    data: [{ account: 1, server: 'online', inboxes: parseInboxes(SAMPLES.inboxes).data }],
  }),
  registered_numbers: viewOf(parseRegisteredNumbers(SAMPLES.registered_numbers)),
  onboardings: viewOf(parseOnboardings(SAMPLES.onboardings)),
  monthly_statistics: viewOf(parseMonthlyStatistics(SAMPLES.monthly_statistics)),
};

function viewOf<T>(collected: Pick<Collected<T>, 'data'>): CollectorView<T> {
  const endedAt = { unixMs: NOW_MS, monotonicMs: 0 };
  const run = { endedAt, durationMs: 120, failure: undefined };
  const state = afterRun(createCollectorState(), run, collected);
  return { state, data: collected.data } as CollectorView<T>;
}
