import type { NumberEntry } from '../../core/snapshot.ts';
import { queryOf } from '../account-filter.ts';
import { stateOf, type AccountStatus, type NumberState } from './model.ts';

/** What somebody asks for in the address of the page. */
export interface Query {
  readonly search: string;
  /** Undefined: all of them. */
  readonly account: string | undefined;
  readonly page: number;
}

/** One number with the account that it belongs to, and what it is searched and sorted by. */
export interface Row {
  readonly account: string;
  readonly number: NumberEntry;
  /** Names and digits, folded. */
  readonly text: string;
  readonly rank: number;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
}

/** More than a person reads through, and about 50 kB of page. */
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

/** What a page that exists shows of the rows: the last one, where the query asks for more. */
export function pageOf(rows: readonly Row[], query: Query): Page {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), page, pages };
}

/** The current numbers that a query asks for: offline first, then by name. */
export function selectRows(accounts: readonly AccountStatus[], query: Query): readonly Row[] {
  const matches = createMatcher(query.search);
  const asked = accounts.filter(({ name }) => (query.account ?? name) === name);
  const lists = asked.map(({ name, numbers = [] }) => {
    const rows = rowsOf(name, numbers);
    return query.search === '' ? rows : rows.filter(matches);
  });
  const [only, ...others] = lists;
  // Quick, since each list is in order already; and a single list is shared by all requests.
  return only !== undefined && others.length === 0 ? only : lists.flat().toSorted(compare);
}

const RANKS: Readonly<Record<NumberState, number>> = { offline: 0, unknown: 1, online: 2 };

/** Of each list that is still in use: to fold 50,000 names takes 100 ms, and a list serves many views. */
const indexes = new WeakMap<readonly NumberEntry[], readonly Row[]>();

function rowsOf(account: string, numbers: readonly NumberEntry[]): readonly Row[] {
  const known = indexes.get(numbers);
  if (known !== undefined) return known;
  const rows = numbers.map((number) => toRow(account, number)).toSorted(compare);
  indexes.set(numbers, rows);
  return rows;
}

function toRow(account: string, number: NumberEntry): Row {
  const { whatsapp, displayName, businessName } = number;
  const text = [displayName, businessName, whatsapp].map(fold).join(' ').trim();
  return { account, number, text, rank: RANKS[stateOf(number)] };
}

/** Not localeCompare: at 50,000 numbers it would hold up scrapes for a second. */
function compare(a: Row, b: Row): number {
  return a.rank - b.rank || (a.text < b.text ? -1 : Number(a.text > b.text));
}

/**
 * A number matches by its digits, however they are grouped and with the 0 of a national number for
 * the country's code, or by its names, in which every word has to occur.
 */
function createMatcher(search: string): (row: Row) => boolean {
  const words = fold(search).split(/\s+/);
  const digits = /^[\d\s()+.-]+$/.test(search) ? search.replace(/\D/g, '').replace(/^0+/, '') : '';
  return ({ number, text }) =>
    (digits !== '' && number.whatsapp.includes(digits)) ||
    words.every((word) => text.includes(word));
}

/** A name is searched as far as this. One character may become 18 when it is normalized. */
const FOLDED_LENGTH_MAX = SEARCH_LENGTH_MAX;

/** Text as it is compared: without case, accents, vowel points, quotes and invisible marks. */
function fold(text: string): string {
  return text
    .slice(0, FOLDED_LENGTH_MAX)
    .normalize('NFKD')
    .slice(0, FOLDED_LENGTH_MAX)
    .replace(/[\p{M}\p{Cf}"'״׳“”„‘’]+/gu, '')
    .toLowerCase()
    .trim();
}
