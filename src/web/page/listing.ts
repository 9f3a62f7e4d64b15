import type { OnlinePlace } from '../../core/online-places.ts';
import type { NumberEntry } from '../../core/snapshot.ts';
import {
  stateOf,
  tally,
  type AccountStatus,
  type NumberState,
  type Since,
  type Tally,
} from './model.ts';
import { SEARCH_LENGTH_MAX, type Query, type Sort, type SortKey } from './query.ts';
import { en } from './texts/en.ts';
import { he } from './texts/he.ts';

/** A number with its account, and its keys for search and sorting. */
export interface Row {
  readonly account: string;
  readonly number: NumberEntry;
  /** Names and digits, normalized by `fold`. */
  readonly text: string;
  readonly rank: number;
  readonly since: Since;
}

/** Finds the inbox that the number of a row is connected to. */
export function createPlaceFinder(
  accounts: readonly AccountStatus[],
): (row: Row) => OnlinePlace | undefined {
  const byName = new Map(accounts.map((account) => [account.name, account]));
  return ({ account, number }) => byName.get(account)?.placeOf(number);
}

export interface Page {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
}

/** About 50 kB of page. */
export const PAGE_ROWS = 100;
/** All that is printed: half a megabyte, which takes about 50 ms to render. */
const PRINTED_ROWS_MAX = 1_000;

/** The requested page of the rows, or the last page if there are fewer. */
export function pageOf(rows: readonly Row[], query: Pick<Query, 'page' | 'isAll'>): Page {
  if (query.isAll) return { rows: rows.slice(0, PRINTED_ROWS_MAX), page: 1, pages: 1 };
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  return { rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS), page, pages };
}

type Selection = Pick<Query, 'search' | 'account' | 'state' | 'sort'>;

/** The current numbers that match a query, and how many would match it in each state. */
export function selectRows(
  accounts: readonly AccountStatus[],
  query: Selection,
): { readonly rows: readonly Row[]; readonly counts: Tally } {
  const { search, state } = query;
  const all = sortRows(accounts, query);
  const found = search === '' ? all : all.filter(createMatcher({ search, state: undefined }));
  const rows = state ? found.filter(({ number }) => stateOf(number) === state) : found;
  return { rows, counts: tally(found.map(({ number }) => number)) };
}

/** Cache of merged rows, by the first list, so that slow clients share them. */
const merged = new WeakMap<readonly Row[], { lists: readonly Row[][]; rows: readonly Row[] }>();

/** The sorted numbers of an account, or of all: unless asked otherwise offline first, then by name. */
export function sortRows(
  accounts: readonly AccountStatus[],
  { account, sort }: Pick<Query, 'account' | 'sort'>,
): readonly Row[] {
  const rows = mergeRows(accounts, account);
  return sort === undefined ? rows : reorder(rows, sort);
}

function mergeRows(accounts: readonly AccountStatus[], account?: string): readonly Row[] {
  const lists = accounts.flatMap((one) => ((account ?? one.name) === one.name ? rowsOf(one) : []));
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

const SORT_VALUES: Readonly<Record<SortKey, (row: Row) => string | number | undefined>> = {
  name: ({ text }) => text,
  state: ({ rank }) => rank,
  since: ({ since }) => since.unixMs,
  account: ({ account }) => account,
  total: ({ number }) => number.conversations,
  marketing: ({ number }) => number.marketing,
  service: ({ number }) => number.service,
  incoming: ({ number }) => number.incoming,
};

/** The last other order of rows, because readers of a page request it every few seconds. */
const reordered = new WeakMap<readonly Row[], { sort: Sort; rows: readonly Row[] }>();

/** Equal rows keep their order. Unknown values come last in both directions. */
function reorder(before: readonly Row[], sort: Sort): readonly Row[] {
  const cached = reordered.get(before);
  if (cached?.sort === sort) return cached.rows;
  const isDescending = sort.startsWith('-');
  const valueOf = SORT_VALUES[sort.replace('-', '') as SortKey];
  const rows = before.toSorted((rowA, rowB) => {
    const [a, b] = [valueOf(rowA), valueOf(rowB)];
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return a < b === isDescending ? 1 : -1;
  });
  reordered.set(before, { sort, rows });
  return rows;
}

const RANKS: Readonly<Record<NumberState, number>> = { offline: 0, unknown: 1, online: 2 };

/** Cache per list: folding 50,000 names takes 100 ms, and a list serves many requests. */
const indexes = new WeakMap<readonly NumberEntry[], Row[]>();

/** A list of no or one element. */
function rowsOf({ name, numbers, sinceOf }: AccountStatus): Row[][] {
  if (numbers === undefined) return [];
  const cached = indexes.get(numbers);
  if (cached !== undefined) return [cached];
  const rows = numbers.map((number) => toRow(name, number, sinceOf(number.whatsapp)));
  rows.sort(compare);
  indexes.set(numbers, rows);
  return [rows];
}

function toRow(account: string, number: NumberEntry, since: Since): Row {
  const { whatsapp, displayName, businessName } = number;
  const text = [displayName, businessName, whatsapp].map(fold).join(' ').trim();
  return { account, number, text, rank: RANKS[stateOf(number)], since };
}

/** Not localeCompare: with 50,000 numbers it would block scrapes for a second. */
function compare(a: Row, b: Row): number {
  return a.rank - b.rank || (a.text < b.text ? -1 : Number(a.text > b.text));
}

/** The names of the states in all languages, as `fold` leaves them. */
const STATE_NAMES = new Map(
  [en, he].flatMap(({ states }) =>
    Object.entries(states).map(([state, name]) => [name.toLowerCase(), state] as const),
  ),
);

/**
 * Matches the state; and digits in any grouping, with a leading 0 instead of the country code, or names
 * that contain every word. The name of a state also finds the numbers in that state.
 */
export function createMatcher({
  search,
  state,
}: Pick<Query, 'search' | 'state'>): (row: Row) => boolean {
  const folded = fold(search);
  const words = folded.split(/\s+/);
  const digits = /^[\d\s()+.-]+$/.test(search) ? search.replace(/\D/g, '').replace(/^0+/, '') : '';
  const named = STATE_NAMES.get(folded);
  return ({ number, text }) =>
    (state === undefined || stateOf(number) === state) &&
    ((digits !== '' && number.whatsapp.includes(digits)) ||
      (named !== undefined && stateOf(number) === named) ||
      words.every((word) => text.includes(word)));
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
