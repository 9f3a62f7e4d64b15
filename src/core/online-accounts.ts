import { field, text } from './fields.ts';
import { createListParser } from './list.ts';
import { toCount, toUnixSeconds } from './values.ts';

/** An account of the provider's inbox product, to which `onlineAccount` of a number refers. */
export interface OnlineAccount {
  readonly id: number;
  /** Subdomain of the server that hosts the account; ids are unique per server. */
  readonly server: string;
  readonly name: string;
  /** Whether it is active (1) or suspended (0). */
  readonly active: 0 | 1 | undefined;
  readonly createdS: number | undefined;
}

/** Bounds the series. A partner has fewer accounts than numbers. */
const ONLINE_ACCOUNTS_MAX = 5_000;

/** Parses the response of `GET /online/getAccounts`. */
export const parseOnlineAccounts = createListParser<OnlineAccount>({
  fields: {
    id: field('account_id', toCount),
    server: field('server', toServer),
    name: text('account_name'),
    active: field('account_status', toActive),
    createdS: field('create_time', toUnixSeconds),
  },
  identity: ['id', 'server'],
  ignored: { top: ['totalOnline'], entry: ['reference'] },
  max: ONLINE_ACCOUNTS_MAX,
});

/** A label, so it must not contain free text. */
function toServer(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9.-]{1,63}$/.test(value) ? value : undefined;
}

function toActive(value: unknown): 0 | 1 | undefined {
  if (value === 'active') return 1;
  return value === 'suspended' ? 0 : undefined;
}
