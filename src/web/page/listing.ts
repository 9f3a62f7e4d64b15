import type { NumberEntry } from '../../core/snapshot.ts';
import { queryOf } from '../part.ts';
import { stateOf, type AccountStatus, type NumberState } from './model.ts';

/** What somebody asks for in the address of the page. */
export interface Query {
  readonly search: string;
  /** Undefined: all of them. */
  readonly account: string | undefined;
  readonly page: number;
}

/** One number with the account that it belongs to. */
export interface Row {
  readonly account: string;
  readonly number: NumberEntry;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
}

/** More than a person reads through, and about 50 kB of page. */
export const PAGE_ROWS = 100;
const SEARCH_LENGTH_MAX = 100;

/** Reads the query of a request's URL. Whatever cannot be read counts as not given. */
export function parseQuery(url: string): Query {
  const parameters = queryOf(url);
  const page = parameters.get('page') ?? '';
  return {
    search: (parameters.get('q') ?? '').trim().slice(0, SEARCH_LENGTH_MAX),
    account: parameters.get('account') || undefined,
    page: /^\d{1,6}$/.test(page) ? Math.max(1, Number(page)) : 1,
  };
}

/** What a page that exists shows of the rows: the last one, where the query asks for more. */
export function pageOf(rows: readonly Row[], query: Query): Page {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), page, pages };
}

/** The current numbers that a query asks for: offline first, then by name. */
export function selectRows(accounts: readonly AccountStatus[], query: Query): readonly Row[] {
  const matches = createMatcher(query.search);
  const found: { readonly account: string; readonly entry: Entry }[] = [];
  for (const { name: account, numbers = [] } of accounts) {
    if (query.account !== undefined && query.account !== account) continue;
    for (const entry of indexOf(numbers)) if (matches(entry)) found.push({ account, entry });
  }
  // Quick, since each account's numbers are in order already.
  found.sort((a, b) => compare(a.entry, b.entry));
  return found.map(({ account, entry }) => ({ account, number: entry.number }));
}

/** A number with what it is searched and sorted by. */
interface Entry {
  readonly number: NumberEntry;
  /** Names and digits, folded. */
  readonly text: string;
  readonly rank: number;
}

const RANKS: Readonly<Record<NumberState, number>> = { offline: 0, unknown: 1, online: 2 };

/** Of each list that is still in use, since 5,000 names take a while and a list serves many views. */
const indexes = new WeakMap<readonly NumberEntry[], readonly Entry[]>();

function indexOf(numbers: readonly NumberEntry[]): readonly Entry[] {
  const known = indexes.get(numbers);
  if (known !== undefined) return known;
  const index = numbers.map(toEntry).toSorted(compare);
  indexes.set(numbers, index);
  return index;
}

function toEntry(number: NumberEntry): Entry {
  const { whatsapp, displayName, businessName } = number;
  const text = fold(`${displayName} ${businessName} ${whatsapp}`);
  return { number, text, rank: RANKS[stateOf(number)] };
}

/** Not localeCompare: at 50,000 numbers it would hold up scrapes for a second. */
function compare(a: Entry, b: Entry): number {
  return a.rank - b.rank || (a.text < b.text ? -1 : Number(a.text > b.text));
}

/**
 * A number matches by its digits, however they are grouped and with the 0 of a national number for
 * the country's code, or by its names, in which every word has to occur.
 */
function createMatcher(search: string): (entry: Entry) => boolean {
  const words = fold(search).split(/\s+/);
  const digits = /^[\d\s()+.-]+$/.test(search) ? search.replace(/\D/g, '').replace(/^0+/, '') : '';
  return ({ number, text }) =>
    (digits !== '' && number.whatsapp.includes(digits)) ||
    words.every((word) => text.includes(word));
}

/** Text as it is compared: without case, accents, vowel points, quotes and invisible marks. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}"'״׳“”„‘’]+/gu, '')
    .toLowerCase()
    .trim();
}
