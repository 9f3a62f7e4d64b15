import { fraction, mix, pick } from './noise.ts';

/** The accounts of the inbox product that the numbers of a fleet are in. */
export interface Online {
  /** Ids, from 1. */
  readonly accounts: readonly number[];
  /** A suspended account's numbers are offline, but still assigned to it. */
  isSuspended(account: number, unixMs: number): boolean;
}

/** Numbers, and therefore inboxes, of an account. */
export const INBOXES = 10;

const HOUR_MS = 3_600_000;
/** The second account is suspended once in a while, if the fleet has one. */
const SUSPENDED = 2;
const SUSPENSION_EVERY_MS = 3 * HOUR_MS;
const SUSPENSION_MS = HOUR_MS;

export function createOnline(seed: number, numbers: number, suspends: boolean): Online {
  const accounts = Array.from({ length: Math.ceil(numbers / INBOXES) }, (_, i) => i + 1);
  const phaseMs = SUSPENSION_EVERY_MS * fraction(mix(seed, 3), 0);
  return {
    accounts,
    isSuspended: (account, unixMs) =>
      suspends && account === SUSPENDED && (unixMs + phaseMs) % SUSPENSION_EVERY_MS < SUSPENSION_MS,
  };
}

const PURPOSES = ['Sales', 'Support', 'Orders', 'מכירות', 'שירות לקוחות'] as const;

export function nameOfInbox(inbox: number): string {
  return `${pick(PURPOSES, fraction(inbox, 1))} ${inbox}`;
}

export function nameOfAccount(account: number): string {
  return `Shop ${String.fromCharCode(64 + (account % 26 || 26))}${account > 26 ? account : ''}`;
}
