import { field, optional, text } from './fields.ts';
import { createListParser } from './list.ts';
import { toDigits, toUnixSeconds } from './values.ts';

/** The provider's own limit of registered numbers that wait to be connected. */
export const REGISTERED_NUMBERS_MAX = 500;

/** A number that was verified and waits to be connected; a missing or invalid field is undefined. */
export interface RegisteredNumber {
  /** Empty for an excluded number. */
  readonly whatsapp: string;
  /** When the registration lapses, in Unix seconds. */
  readonly expiresS: number | undefined;
  /** Whether there is an onboarding link. The link itself is a secret. */
  readonly hasLink: 0 | 1 | undefined;
  /** Free text of the partner. */
  readonly comment: string;
}

/** Parses the response of `GET /whatsapp/getRegisteredNumbers`. */
export const parseRegisteredNumbers = createListParser<RegisteredNumber>({
  fields: {
    whatsapp: field('whatsapp', toDigits),
    expiresS: field('expiration', toUnixSeconds),
    hasLink: field('onboarding_link', toPresence),
    comment: optional(text('comment')),
  },
  identity: ['whatsapp'],
  ignored: { top: [], entry: [] },
  max: REGISTERED_NUMBERS_MAX,
});

function toPresence(link: unknown): 0 | 1 | undefined {
  if (link === null || link === '') return 0;
  return typeof link === 'string' ? 1 : undefined;
}
