import { expect, test } from 'vitest';
import { PAGE_ROWS, pageOf, selectRows, sortRows } from '../../src/web/page/listing.ts';
import { parseQuery, toHref, type Query } from '../../src/web/page/query.ts';
import { numberEntry } from '../support/numbers.ts';
import { accountStatus } from '../support/status.ts';

const everything: Query = {
  search: '',
  account: undefined,
  state: undefined,
  sort: undefined,
  language: undefined,
  page: 1,
  isAll: false,
};
const ALL_SET = { state: 'offline', sort: '-since', language: 'he', isAll: true } as const;
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    numberEntry({ whatsapp: String(972_500_000_000 + i), displayName: `Name ${10_000 + i}` }),
  );
/** The display names that a search finds. */
function find(search: string, numbers = NAMED): readonly string[] {
  const { rows } = selectRows([accountStatus({ numbers })], { ...everything, search });
  return rows.map(({ number }) => number.displayName);
}
const NAMED = [
  numberEntry({ whatsapp: '972541234567', displayName: 'מספרת הדר', businessName: 'הדר בע"מ' }),
  numberEntry({ whatsapp: '972521112222', displayName: 'Café Négev', businessName: 'Negev Ltd.' }),
  numberEntry({ whatsapp: '972509998877', displayName: '\u200fפִּרחי תמר', businessName: '' }),
];

test.each<[string, Partial<Query>]>([
  ['/', {}],
  ['/?q=+dana+&account=acme&page=3', { search: 'dana', account: 'acme', page: 3 }],
  ['/?state=offline&sort=-since&lang=he&all=1', ALL_SET],
  ['/?state=on&sort=--name&sort=name&lang=ar&all=2', {}],
  ['/?q=%D7%93%D7%A0%D7%94', { search: 'דנה' }],
  ['/?q=%ff%zz', { search: '\ufffd%zz' }],
  ['/?q=a?b', { search: 'a?b' }],
  ['/?q=a?&account=acme', { search: 'a?', account: 'acme' }],
  ['/?q=a&q=b&q[]=c&account=', { search: 'a' }],
  [`/?q=${'x'.repeat(5_000)}`, { search: 'x'.repeat(100) }],
  ...['0', '-1', '1.5', '1e3', 'NaN', '9'.repeat(400), ''].map((page): [string, object] => [
    `/?page=${page}`,
    {},
  ]),
])('the valid parameters of URL %.40s are used, within limits', (url, query) => {
  expect(parseQuery(url)).toEqual({ ...everything, ...query });
});

test('a link to the same query is read as that query', () => {
  const query = parseQuery('/?q=a%26b+%22&account=acme&state=unknown&sort=total&lang=he&page=7');
  expect(parseQuery(toHref(query, { page: 7 }))).toEqual(query);
  expect(parseQuery(toHref(query, {})).page).toBe(1);
});

test('offline numbers come first, then unknown ones, each sorted by name', () => {
  const numbers = [
    numberEntry({ displayName: 'b', online: 1 }),
    numberEntry({ displayName: 'd', online: 0 }),
    numberEntry({ displayName: 'A', online: 1 }),
    numberEntry({ displayName: '', businessName: 'c', online: 0 }),
    numberEntry({ displayName: 'z', online: undefined }),
    numberEntry({ displayName: '', businessName: '', whatsapp: '1', online: 0 }),
  ];
  expect(find('', numbers)).toEqual(['', '', 'd', 'z', 'A', 'b']);
});

test.each([
  ['הדר', ['מספרת הדר']],
  ['הדר בע״מ', ['מספרת הדר']],
  ['  הדר   מספרת ', ['מספרת הדר']],
  ['cafe NEGEV', ['Café Négev']],
  ['פרחי', ['\u200fפִּרחי תמר']],
  ['972541234567', ['מספרת הדר']],
  ['+972 54-123-4567', ['מספרת הדר']],
  ['054 1234567', ['מספרת הדר']],
  ['4567', ['מספרת הדר']],
  ['112222 cafe', ['Café Négev']],
  ['nobody', []],
  ['הדר cafe', []],
  ['.*', []],
  ['<script>', []],
])('a search for %j finds the expected numbers', (search, names) => {
  expect(find(search)).toEqual(names);
});

test('one account can be selected, and an account without current data adds nothing', () => {
  const accounts = [
    accountStatus(),
    accountStatus({ name: 'beta' }),
    accountStatus({ name: 'old', numbers: undefined }),
  ];
  const accountsOf = (account?: string) =>
    selectRows(accounts, { ...everything, account }).rows.map((row) => row.account);
  expect(accountsOf()).toEqual(['acme', 'beta']);
  expect(accountsOf('beta')).toEqual(['beta']);
  expect(accountsOf('old')).toEqual([]);
  expect(accountsOf('ACME')).toEqual([]);
});

test.each<[NonNullable<Query['sort']>, string]>([
  ['name', 'abcd'],
  ['-name', 'dcba'],
  ['state', 'bdca'],
  ['-state', 'acbd'],
  ['since', 'dcba'],
  ['-since', 'abcd'],
  ['total', 'badc'],
  ['-total', 'dbac'],
])(
  'sorted by %s, with unknown values last and equal ones in their usual order: %s',
  (sort, order) => {
    const numbers = [
      numberEntry({ whatsapp: '4', displayName: 'a', online: 1, conversations: 5 }),
      numberEntry({ whatsapp: '3', displayName: 'b', online: 0, conversations: 5 }),
      numberEntry({ whatsapp: '2', displayName: 'c', online: undefined, conversations: undefined }),
      numberEntry({ whatsapp: '1', displayName: 'd', online: 0, conversations: 10 }),
    ];
    const sinceOf = (whatsapp: string) => ({ unixMs: Number(whatsapp), isExact: true });
    const { rows } = selectRows([accountStatus({ numbers, sinceOf })], { ...everything, sort });
    expect(rows.map(({ number }) => number.displayName).join('')).toBe(order);
  },
);

test('requests share the rows of the same lists, and a new list has rows of its own', () => {
  const [acme, beta] = [accountStatus(), accountStatus({ name: 'beta' })];
  const rows = sortRows([acme, beta], everything);
  expect(sortRows([{ ...acme }, { ...beta }], everything)).toBe(rows);
  expect(sortRows([acme, beta], { ...everything, account: 'beta' })).toBe(
    sortRows([beta], everything),
  );
  const byName = sortRows([acme, beta], { ...everything, sort: 'name' });
  expect(sortRows([acme, beta], { ...everything, sort: 'name' })).toBe(byName);
  const polled = accountStatus({ name: 'beta', numbers: numbered(2) });
  expect(sortRows([acme, polled], everything).map(({ account }) => account)).toEqual([
    'acme',
    'beta',
    'beta',
  ]);
});

test.each([
  [1, 1, 0],
  [25, 25, 2_400],
  [26, 25, 2_400],
  [999_999, 25, 2_400],
])('page %d of 2,450 numbers is page %d', (asked, page, first) => {
  const { rows } = selectRows([accountStatus({ numbers: numbered(2_450) })], everything);
  const shown = pageOf(rows, { ...everything, page: asked });
  expect(shown).toMatchObject({ page, pages: 25 });
  expect(shown.rows).toEqual(rows.slice(first, first + PAGE_ROWS));
});

test('without numbers there is one empty page', () => {
  expect(pageOf([], { ...everything, page: 7 })).toEqual({ rows: [], page: 1, pages: 1 });
});

test('names of a character that normalizes to 18 are not much slower', () => {
  const timeOf = (name: string) => {
    const numbers = numbered(5_000).map((number) => ({ ...number, displayName: name }));
    const startMs = performance.now();
    expect(find('a', numbers)).toEqual([]);
    return performance.now() - startMs;
  };
  timeOf('x'.repeat(200));
  expect(timeOf('\ufdfa'.repeat(200)) / timeOf('x'.repeat(200))).toBeLessThan(20);
});
