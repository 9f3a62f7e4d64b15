import { queryOf } from '../account-filter.ts';
import type { NumberState } from './model.ts';

export const LANGUAGES = ['en', 'he'] as const;
export type Language = (typeof LANGUAGES)[number];

export const COUNT_KEYS = ['total', 'marketing', 'service', 'incoming'] as const;
export const SORT_KEYS = ['name', 'state', 'since', 'account', ...COUNT_KEYS] as const;
export type SortKey = (typeof SORT_KEYS)[number];
/** With a minus: descending. */
export type Sort = SortKey | `-${SortKey}`;

/** The query in the URL of the page. Undefined is the default. */
export interface Query {
  readonly search: string;
  readonly account: string | undefined;
  readonly state: NumberState | undefined;
  readonly sort: Sort | undefined;
  /** Undefined: what the browser asks for. */
  readonly language: Language | undefined;
  readonly page: number;
  /** All rows on one page, for printing. */
  readonly isAll: boolean;
}

export const SEARCH_LENGTH_MAX = 100;

const STATES: readonly NumberState[] = ['offline', 'unknown', 'online'];
const SORTS: readonly Sort[] = SORT_KEYS.flatMap((key): Sort[] => [key, `-${key}`]);

/** Reads the query of a request's URL. What cannot be read is ignored. */
export function parseQuery(url: string): Query {
  const parameters = queryOf(url);
  const oneOf = <T extends string>(name: string, known: readonly T[]): T | undefined =>
    known.find((one) => one === parameters.get(name));
  const page = parameters.get('page') ?? '';
  return {
    search: (parameters.get('q') ?? '').trim().slice(0, SEARCH_LENGTH_MAX),
    account: parameters.get('account') || undefined,
    state: oneOf('state', STATES),
    sort: oneOf('sort', SORTS),
    language: oneOf('lang', LANGUAGES),
    page: /^\d{1,6}$/.test(page) ? Math.max(1, Number(page)) : 1,
    isAll: parameters.get('all') === '1',
  };
}

/** The parameters of a query that are not the default, in a fixed order. */
export function toParameters(query: Query): [name: string, value: string][] {
  const { search, account = '', state = '', sort = '', language = '', page, isAll } = query;
  const all = {
    q: search,
    account,
    state,
    sort,
    lang: language,
    page: page > 1 ? String(page) : '',
    all: isAll ? '1' : '',
  };
  return Object.entries(all).filter(([, value]) => value !== '');
}

/** A relative link with these changes. A different list starts at its first page. */
export function toHref(query: Query, changes: Partial<Query>, path = './'): string {
  const next = { ...query, page: 1, isAll: false, ...changes };
  const parameters = new URLSearchParams(toParameters(next)).toString();
  return parameters === '' ? path : `${path}?${parameters}`;
}
