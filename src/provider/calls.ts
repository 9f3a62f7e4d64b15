import type { Reason } from '../core/reasons.ts';

export interface ApiCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /**
   * The documented `reason` codes that the exporter handles. The token call uses the same codes for
   * different things. A code with another meaning does not belong here.
   */
  readonly rejections: Readonly<Record<number, readonly [Reason, string]>>;
}

/** What every call with an access token may return. */
const REJECTIONS: ApiCall['rejections'] = {
  2: ['credentials', 'the credentials are wrong'],
  3: ['token', 'the access token does not exist or has expired'],
};

/** Every call of the provider's API. */
export const CALLS = {
  token: {
    method: 'POST',
    path: '/settings/accessToken',
    rejections: {
      2: ['credentials', 'client id or client secret is wrong'],
      3: ['blocked', 'this IP address is blocked after too many failed attempts'],
    },
  },
  numbers: { method: 'GET', path: '/whatsapp/getWhatsApp', rejections: REJECTIONS },
  online_accounts: { method: 'GET', path: '/online/getAccounts', rejections: REJECTIONS },
  inboxes: {
    method: 'POST',
    path: '/online/getInboxes',
    rejections: {
      ...REJECTIONS,
      33: ['provider_failed', 'the Online account is wrong'],
      34: ['provider_failed', 'the server of the Online account is wrong'],
    },
  },
  registered_numbers: {
    method: 'GET',
    path: '/whatsapp/getRegisteredNumbers',
    rejections: REJECTIONS,
  },
  onboardings: { method: 'GET', path: '/whatsapp/getAccounts', rejections: REJECTIONS },
  monthly_statistics: {
    method: 'GET',
    path: '/whatsapp/getConversationsStatistics',
    rejections: REJECTIONS,
  },
} as const satisfies Record<string, ApiCall>;

export type Call = keyof typeof CALLS;

/** The calls of collectors. */
export type FurtherCall = Exclude<Call, 'token' | 'numbers'>;
