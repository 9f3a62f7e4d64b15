import { createAnomalyTally, type Anomalies, type AnomalyTally } from './anomalies.ts';
import { PollError } from './reasons.ts';
import type { MonthCounts, NumberEntry, Snapshot } from './snapshot.ts';

/** Of the list so many are kept unless told otherwise. Thirteen series a number: 650,000. */
export const NUMBERS_MAX = 50_000;
/** E.164 allows 15 digits; a little room for the provider's own test numbers. */
const NUMBER_DIGITS_MAX = 20;
/** In code points. WhatsApp itself allows display names far shorter than this. */
export const TEXT_LENGTH_MAX = 200;
/** Counts and ids are exact integers only up to here. */
const COUNT_MAX = 2 ** 53;
/** Unix seconds of the year 5138. What is beyond was sent in milliseconds, or is no time at all. */
const TIME_S_MAX = 100_000_000_000;

export interface ParsedResponse {
  readonly snapshot: Snapshot;
  readonly anomalies: Anomalies;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the response of `GET /whatsapp/getWhatsApp`, decoded from JSON, of which the caller knows
 * that it says OK. Picks the documented fields and nothing else, so no `apiKey` gets past here.
 * What is odd about an entry or a field costs only that entry or field and is reported. Throws
 * PollError `invalid_response` where there is no list at all.
 */
export function parseNumbers(response: unknown, numbersMax = NUMBERS_MAX): ParsedResponse {
  const fields = asObject(response);
  const list = fields?.list;
  if (fields === undefined || !Array.isArray(list)) {
    throw new PollError('invalid_response', 'the response holds no list of numbers');
  }
  const odd = createAnomalyTally();
  const numbers = parseList(list, numbersMax, odd);
  const totals = parseTotals(fields, odd);
  // With an entry left out, no sum over the rest can be held against the provider's total.
  if (numbers.length === list.length) compareTotals(totals, numbers, odd);
  return Object.freeze({ snapshot: Object.freeze({ totals, numbers }), anomalies: odd.result() });
}

function parseList(
  list: readonly unknown[],
  numbersMax: number,
  odd: AnomalyTally,
): readonly NumberEntry[] {
  const byNumber = new Map<string, NumberEntry>();
  list.forEach((item, index) => {
    const fields = asObject(item);
    const whatsapp = toDigits(fields?.whatsapp);
    if (fields === undefined || whatsapp === undefined) odd.add('entry_invalid', `list[${index}]`);
    else if (byNumber.has(whatsapp)) odd.add('entry_duplicate', whatsapp);
    else if (byNumber.size >= numbersMax) odd.add('number_limit', whatsapp);
    else byNumber.set(whatsapp, parseEntry(whatsapp, fields, odd));
  });
  return Object.freeze([...byNumber.values()]);
}

function parseEntry(whatsapp: string, fields: Json, odd: AnomalyTally): NumberEntry {
  const tell = fieldTeller(whatsapp, odd);
  return Object.freeze({
    whatsapp,
    displayName: tell('display_name', fields.display_name, toText(fields.display_name)) ?? '',
    businessName: tell('business_name', fields.business_name, toText(fields.business_name)) ?? '',
    online: tell('isOnline', fields.isOnline, toFlag(fields.isOnline)),
    onlineInbox: tell('onlineInbox', fields.onlineInbox, toCount(fields.onlineInbox)),
    onlineAccount: tell('onlineAccount', fields.onlineAccount, toCount(fields.onlineAccount)),
    coexistence: tell('coexistence', fields.coexistence, toFlag(fields.coexistence)),
    createdS: tell('create_time', fields.create_time, toUnixSeconds(fields.create_time)),
    conversations: tell(
      'conversationsThisMonth',
      fields.conversationsThisMonth,
      toCount(fields.conversationsThisMonth),
    ),
    marketing: tell(
      'marketingThisMonth',
      fields.marketingThisMonth,
      toCount(fields.marketingThisMonth),
    ),
    service: tell('serviceThisMonth', fields.serviceThisMonth, toCount(fields.serviceThisMonth)),
    incoming: tell(
      'incomingThisMonth',
      fields.incomingThisMonth,
      toCount(fields.incomingThisMonth),
    ),
  });
}

function parseTotals(fields: Json, odd: AnomalyTally): Snapshot['totals'] {
  const tell = fieldTeller('account', odd);
  return Object.freeze({
    numbers: tell('totalWhatsApp', fields.totalWhatsApp, toCount(fields.totalWhatsApp)),
    conversations: tell(
      'totalConversationsThisMonth',
      fields.totalConversationsThisMonth,
      toCount(fields.totalConversationsThisMonth),
    ),
    marketing: tell(
      'totalMarketingThisMonth',
      fields.totalMarketingThisMonth,
      toCount(fields.totalMarketingThisMonth),
    ),
    service: tell(
      'totalServiceThisMonth',
      fields.totalServiceThisMonth,
      toCount(fields.totalServiceThisMonth),
    ),
    incoming: tell(
      'totalIncomingThisMonth',
      fields.totalIncomingThisMonth,
      toCount(fields.totalIncomingThisMonth),
    ),
  });
}

/** Hands on what became of the value of one field; says where it is missing or makes no sense. */
function fieldTeller(owner: string, odd: AnomalyTally) {
  return <T>(name: string, value: unknown, converted: T | undefined): T | undefined => {
    if (converted === undefined) {
      const kind = value === undefined || value === null ? 'field_missing' : 'field_invalid';
      odd.add(kind, `${owner}.${name}`);
    } else if (typeof converted === 'string' && typeof value === 'string' && converted !== value) {
      // A string becomes another one only by being cut.
      odd.add('text_cut', `${owner}.${name}`);
    }
    return converted;
  };
}

function compareTotals(
  totals: Snapshot['totals'],
  numbers: readonly NumberEntry[],
  odd: AnomalyTally,
): void {
  const compare = (name: string, total: number | undefined, sum: number | undefined) => {
    const comparable = total !== undefined && sum !== undefined;
    if (comparable && total !== sum) odd.add('total_mismatch', `account.${name}`);
  };
  const sumOf = (key: keyof MonthCounts) =>
    numbers.reduce<number | undefined>((sum, number) => {
      const count = number[key];
      return sum === undefined || count === undefined ? undefined : sum + count;
    }, 0);
  compare('totalWhatsApp', totals.numbers, numbers.length);
  compare('totalConversationsThisMonth', totals.conversations, sumOf('conversations'));
  compare('totalMarketingThisMonth', totals.marketing, sumOf('marketing'));
  compare('totalServiceThisMonth', totals.service, sumOf('service'));
  compare('totalIncomingThisMonth', totals.incoming, sumOf('incoming'));
}

/** As JSON makes it: fields that are only inherited are none. */
export function asObject(value: unknown): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as Json) : undefined;
}

/** The identity of a number: its digits as a string, or an integer that is still exact. */
function toDigits(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && text.length <= NUMBER_DIGITS_MAX && /^\d+$/.test(text)
    ? text
    : undefined;
}

/** A count or an id: an integer from 0 to 2^53, or the same as a string of digits. */
function toCount(value: unknown): number | undefined {
  // BigInt first: as a Number, 2^53 + 1 would already have been rounded to 2^53.
  const isText =
    typeof value === 'string' && /^\d{1,16}$/.test(value) && BigInt(value) <= COUNT_MAX;
  const count = isText ? Number(value) : value;
  const isCount =
    Number.isInteger(count) && (count as number) >= 0 && (count as number) <= COUNT_MAX;
  // Adding 0 turns the -0 that JSON can say into 0.
  return isCount ? (count as number) + 0 : undefined;
}

function toUnixSeconds(value: unknown): number | undefined {
  const count = toCount(value);
  return count !== undefined && count < TIME_S_MAX ? count : undefined;
}

function toFlag(value: unknown): 0 | 1 | undefined {
  if (value === 1 || value === '1' || value === true) return 1;
  if (value === 0 || value === '0' || value === false) return 0;
  return undefined;
}

/** Nearly every name: printable ASCII and Hebrew, of which nothing has to be taken away. */
const PLAIN_TEXT = /^[ -~\u05d0-\u05ea]*$/;

/**
 * Free text, made safe to print on one line: no control characters (nor line and paragraph
 * separators), no half of a surrogate pair, at most TEXT_LENGTH_MAX code points. Format characters
 * stay: emoji and Hebrew need joiners and direction marks.
 */
function toText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  if (value.length <= TEXT_LENGTH_MAX && PLAIN_TEXT.test(value)) return value;
  // What lies far beyond the limit can be dropped before the costly part.
  const near = value.slice(0, 4 * TEXT_LENGTH_MAX);
  const clean = near.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
  if (clean.length <= TEXT_LENGTH_MAX) return clean;
  return Array.from(clean).slice(0, TEXT_LENGTH_MAX).join('');
}
