import type { NumberEntry } from '../../core/snapshot.ts';
import { queryOf } from '../account-filter.ts';
import { stateOf, type AccountStatus, type NumberState } from './model.ts';

/** The query in the URL of the page. */
export interface Query {
  readonly search: string;
  /** Undefined: all accounts. */
  readonly account: string | undefined;
  readonly page: number;
}

/** A number with its account, and its keys for search and sorting. */
export interface Row {
  readonly account: string;
  readonly number: NumberEntry;
  /** Names and digits, normalized by `fold`. */
  readonly text: string;
  readonly rank: number;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
}

/** About 50 kB of page. */
export const PAGE_ROWS = 100;
const SEARCH_LENGTH_MAX = 100;

/** Reads the query of a request's URL. What cannot be read is ignored. */
export function parseQuery(url: string): Query {
  const parameters = queryOf(url);
  const page = parameters.get('page') ?? '';
  return {
    search: (parameters.get('q') ?? '').trim().slice(0, SEARCH_LENGTH_MAX),
    account: parameters.get('account') || undefined,
    page: /^\d{1,6}$/.test(page) ? Math.max(1, Number(page)) : 1,
  };
}

/** The requested page of the rows, or the last page if there are fewer. */
export function pageOf(rows: readonly Row[], query: Query): Page {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), page, pages };
}

/** The current numbers that match a query: offline first, then by name. */
export function selectRows(accounts: readonly AccountStatus[], query: Query): readonly Row[] {
  const rows = sortRows(accounts, query.account);
  return query.search === '' ? rows : rows.filter(createMatcher(query.search));
}

/** Cache of merged rows, by the first list, so that slow clients share them. */
const merged = new WeakMap<readonly Row[], { lists: readonly Row[][]; rows: readonly Row[] }>();

/** The sorted numbers of an account, or of all. */
export function sortRows(accounts: readonly AccountStatus[], account?: string): readonly Row[] {
  const lists = accounts.flatMap(({ name, numbers }) =>
    numbers === undefined || (account ?? name) !== name ? [] : [rowsOf(name, numbers)],
  );
  const [first] = lists;
  if (first === undefined || lists.length === 1) return first ?? [];
  const cached = merged.get(first);
  if (cached?.lists.length === lists.length && lists.every((list, i) => list === cached.lists[i])) {
    return cached.rows;
  }
  const rows = lists.flat().toSorted(compare);
  merged.set(first, { lists, rows });
  return rows;
}

const RANKS: Readonly<Record<NumberState, number>> = { offline: 0, unknown: 1, online: 2 };

/** Cache per list: folding 50,000 names takes 100 ms, and a list serves many requests. */
const indexes = new WeakMap<readonly NumberEntry[], Row[]>();

function rowsOf(account: string, numbers: readonly NumberEntry[]): Row[] {
  const cached = indexes.get(numbers);
  if (cached !== undefined) return cached;
  const rows = numbers.map((number) => toRow(account, number)).toSorted(compare);
  indexes.set(numbers, rows);
  return rows;
}

function toRow(account: string, number: NumberEntry): Row {
  const { whatsapp, displayName, businessName } = number;
  const text = [displayName, businessName, whatsapp].map(fold).join(' ').trim();
  return { account, number, text, rank: RANKS[stateOf(number)] };
}

/** Not localeCompare: with 50,000 numbers it would block scrapes for a second. */
function compare(a: Row, b: Row): number {
  return a.rank - b.rank || (a.text < b.text ? -1 : Number(a.text > b.text));
}

/**
 * Matches digits in any grouping, with a leading 0 instead of the country code, or names that contain
 * every word.
 */
export function createMatcher(search: string): (row: Row) => boolean {
  const words = fold(search).split(/\s+/);
  const digits = /^[\d\s()+.-]+$/.test(search) ? search.replace(/\D/g, '').replace(/^0+/, '') : '';
  return ({ number, text }) =>
    (digits !== '' && number.whatsapp.includes(digits)) ||
    words.every((word) => text.includes(word));
}

/** Only this part of a name is searched. Normalization may turn one character into 18. */
const FOLDED_LENGTH_MAX = SEARCH_LENGTH_MAX;

/** Removes case, accents, vowel points, quotes and invisible marks. */
function fold(text: string): string {
  return text
    .slice(0, FOLDED_LENGTH_MAX)
    .normalize('NFKD')
    .slice(0, FOLDED_LENGTH_MAX)
    .replace(/[\p{M}\p{Cf}"'״׳“”„‘’]+/gu, '')
    .toLowerCase()
    .trim();
}
