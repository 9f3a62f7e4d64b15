import { createAnomalyTally, type Anomalies, type AnomalyTally } from './anomalies.ts';
import {
  createFieldReader,
  createUnknownFields,
  documentedKeys,
  NUMBER_FIELDS,
  TOTAL_FIELDS,
  type Json,
} from './fields.ts';
import { PollError } from './reasons.ts';
import { CATEGORIES, type NumberEntry, type Snapshot } from './snapshot.ts';
import { toDigits } from './values.ts';

/** Default limit of numbers per account: more than half a million series. */
export const NUMBERS_MAX = 50_000;

export interface ParsedResponse {
  readonly snapshot: Snapshot;
  readonly anomalies: Anomalies;
}

const readEntry = createFieldReader(NUMBER_FIELDS);
const readTotals = createFieldReader(TOTAL_FIELDS);
const ENTRY_KEYS = documentedKeys(NUMBER_FIELDS, 'whatsapp');
const TOP_KEYS = documentedKeys(TOTAL_FIELDS, 'status', 'reason', 'list');

/**
 * Parses the JSON response of `GET /whatsapp/getWhatsApp`; the caller has checked that its status is
 * OK. Reads documented fields only, so no `apiKey` passes this point. An invalid entry or field is
 * dropped on its own. Throws PollError `invalid_response` if there is no list, or if the list has no
 * number although it should.
 */
export function parseNumbers(
  response: unknown,
  numbersMax = NUMBERS_MAX,
  isIncluded: (number: string) => boolean = () => true,
): ParsedResponse {
  const fields = asObject(response);
  const list: unknown = fields?.list;
  if (fields === undefined || !Array.isArray(list))
    refuse('the response contains no list of numbers');
  const tally = createAnomalyTally();
  reportUnknownFields(fields, list, tally);
  const { numbers, excluded } = parseList(list, numbersMax, isIncluded, tally);
  const all = excluded.length === 0 ? numbers : [...numbers, ...excluded];
  const totals = Object.freeze(readTotals(fields, 'account', tally, {}));
  if (all.length === 0 && list.length > 0) refuse('no entry of the list is usable');
  if (list.length === 0 && (totals.numbers ?? 0) > 0) {
    refuse('the list is empty, but totalWhatsApp is above 0');
  }
  // If an entry was dropped, the sum over the rest need not match the provider's total.
  if (all.length === list.length) compareTotals(totals, all, tally);
  const snapshot = Object.freeze({ totals, numbers, excluded: excluded.length });
  return Object.freeze({ snapshot, anomalies: tally.result() });
}

function refuse(problem: string): never {
  throw new PollError('invalid_response', problem);
}

function reportUnknownFields(top: Json, list: readonly unknown[], tally: AnomalyTally): void {
  const report = createUnknownFields(tally);
  report(top, TOP_KEYS, 'account');
  for (const item of list) report(asObject(item) ?? {}, ENTRY_KEYS, 'list');
}

/** Anomalies of excluded numbers are not reported: they appear nowhere. */
function parseList(
  list: readonly unknown[],
  numbersMax: number,
  isIncluded: (number: string) => boolean,
  tally: AnomalyTally,
): { readonly numbers: readonly NumberEntry[]; readonly excluded: readonly NumberEntry[] } {
  const byNumber = new Map<string, NumberEntry>();
  const excluded = new Map<string, NumberEntry>();
  const unreported = createAnomalyTally();
  list.forEach((item, index) => {
    const fields = asObject(item);
    const whatsapp = toDigits(fields?.whatsapp);
    if (fields === undefined || whatsapp === undefined)
      tally.add('entry_invalid', `list[${index}]`);
    else if (!isIncluded(whatsapp))
      excluded.set(whatsapp, parseEntry(whatsapp, fields, unreported));
    else if (byNumber.has(whatsapp)) tally.add('entry_duplicate', whatsapp);
    else if (byNumber.size >= numbersMax) tally.add('number_limit', whatsapp);
    else byNumber.set(whatsapp, parseEntry(whatsapp, fields, tally));
  });
  return { numbers: Object.freeze([...byNumber.values()]), excluded: [...excluded.values()] };
}

function parseEntry(whatsapp: string, fields: Json, tally: AnomalyTally): NumberEntry {
  const entry = Object.freeze(readEntry(fields, whatsapp, tally, { whatsapp }));
  const { conversations, marketing, service, incoming } = entry;
  if (differ(conversations, sumUp([marketing, service, incoming]))) {
    tally.add('total_mismatch', `${whatsapp}.${NUMBER_FIELDS.conversations.name}`);
  }
  return entry;
}

function compareTotals(
  totals: Snapshot['totals'],
  numbers: readonly NumberEntry[],
  tally: AnomalyTally,
): void {
  const compare = (key: keyof typeof totals, sum: number | undefined) => {
    if (differ(totals[key], sum)) tally.add('total_mismatch', `account.${TOTAL_FIELDS[key].name}`);
  };
  compare('numbers', numbers.length);
  for (const key of ['conversations', ...CATEGORIES] as const) {
    compare(key, sumUp(numbers.map((number) => number[key])));
  }
}

/** Undefined if any count is undefined. */
function sumUp(counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

function differ(total: number | undefined, sum: number | undefined): boolean {
  return total !== undefined && sum !== undefined && total !== sum;
}

/** A plain object, as JSON.parse creates it: inherited fields must not count. */
export function asObject(value: unknown): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as Json) : undefined;
}
