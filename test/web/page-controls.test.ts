import { expect, test } from 'vitest';
import type { AccountStatus, Status } from '../../src/web/page/model.ts';
import { numberEntry } from '../support/numbers.ts';
import { NOW_MS, accountStatus, statusOf } from '../support/status.ts';
import { readable, rowsOf } from './readable.ts';
import { startSite } from './site.ts';

async function startPage(status: Status) {
  const { ask } = await startSite({ status: () => status });
  return async (path = '/') => (await ask(path)).body;
}
const NUMBERS = [
  numberEntry({ displayName: 'Alef', online: 1, conversations: 30 }),
  numberEntry({ displayName: 'Bet', online: 0, conversations: 100 }),
  numberEntry({ displayName: 'Gimel', online: undefined, conversations: 4 }),
  numberEntry({ displayName: 'Dalet', online: 0, conversations: undefined }),
];
const namesIn = (page: string) => rowsOf(page).map((row) => row.split(' ')[0]);
/** The targets of links with this text. */
const linksOf = (page: string, text: string) =>
  Array.from(page.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>([^]*?)<\/a\s*>/g))
    .filter(([, , label = '']) =>
      label
        .replace(/<[^>]*>|\s+/g, ' ')
        .trim()
        .startsWith(text),
    )
    .map(([, href = '']) => href.replaceAll('&amp;', '&'));

test('a filter by state shows its numbers, with the count of every state', async () => {
  const get = await startPage(statusOf(accountStatus({ numbers: NUMBERS })));
  const page = await get('/?state=offline');
  expect(namesIn(page)).toEqual(['Bet', 'Dalet']);
  expect(readable(page)).toContain('2 numbers: Offline Show all');
  expect(readable(page, '<nav class="filters"', '</nav>')).toBe(
    'All 4 Offline only 2 Unknown only 1 Online only 1',
  );
  expect(page).toMatch(/state=offline#numbers" aria-current="true"/);
  expect(namesIn(await get('/?state=unknown'))).toEqual(['Gimel']);
  expect(namesIn(await get('/?state=sleeping'))).toHaveLength(4);
  expect(linksOf(await get('/?q=e&account=x'), 'Offline only')).toEqual([
    './?q=e&account=x&state=offline#numbers',
  ]);
});

test('columns sort by links: first the useful order, then its reverse', async () => {
  const get = await startPage(statusOf(accountStatus({ numbers: NUMBERS })));
  expect(linksOf(await get(), 'This month')).toEqual(['./?sort=-total#numbers']);
  const page = await get('/?sort=-total&state=offline');
  expect(linksOf(page, 'This month')).toEqual(['./?state=offline&sort=total#numbers']);
  expect(linksOf(page, 'Number')).toEqual(['./?state=offline&sort=name#numbers']);
  expect(linksOf(page, 'State')).toEqual(['./?state=offline#numbers']);
  expect(page).toMatch(/aria-sort="descending">\s*<a [^>]*>This month/);
  expect(page.match(/aria-sort="/g)).toHaveLength(1);
  expect(await get()).toMatch(/aria-sort="ascending">\s*<a [^>]*>State/);
});

test('since when shows whether the exporter saw the change', async () => {
  const get = await startPage(
    statusOf(
      accountStatus({ sinceOf: () => ({ unixMs: NOW_MS - 60_000, isExact: false }) }),
      accountStatus({ name: 'beta' }),
    ),
  );
  const rows = rowsOf(await get('/?sort=account'));
  expect(rows[0]).toContain('Online at least since 22 Nov, 09:59 UTC acme');
  expect(rows[1]).toContain('Online since 22 Nov, 08:00 UTC beta');
});

test('thousands of numbers are split into pages, whose links and form keep everything else', async () => {
  const numbers = Array.from({ length: 5_000 }, (_, i) =>
    numberEntry({ whatsapp: String(972_500_000_000 + i) }),
  );
  const get = await startPage(
    statusOf(accountStatus({ numbers }), accountStatus({ name: 'beta' })),
  );
  const kept = 'q=display&account=acme&state=online&sort=-total&lang=en';
  const page = await get(`/?${kept}&page=3`);
  expect(rowsOf(page)).toHaveLength(100);
  expect(linksOf(page, 'Previous')).toEqual([`./?${kept}&page=2#numbers`]);
  expect(linksOf(page, 'Next')).toEqual([`./?${kept}&page=4#numbers`]);
  const pager = page.slice(
    page.indexOf('<nav class="pager"'),
    page.indexOf('</nav>', page.indexOf('<nav class="pager"')),
  );
  expect(pager).toMatch(/name="page"\s+value="3"\s+min="1"\s+max="50"/);
  expect(readable(pager, '<nav', '</nav>')).toBe('Previous Page of 50 Go Next');
  const hidden = Array.from(pager.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g));
  expect(hidden.map(([, name, value]) => `${name}=${value}`).join('&')).toBe(kept);
  expect(readable(await get('/?page=51'))).toContain('of 51');
  expect(linksOf(await get('/?page=51'), 'Next')).toEqual([]);
});

test('the search form keeps filter, order and language', async () => {
  const get = await startPage(statusOf(accountStatus({ numbers: NUMBERS })));
  const form = readableForm(await get('/?state=offline&sort=-total&lang=en&page=2&q=x&all=1'));
  expect(form).toEqual(['state=offline', 'sort=-total', 'lang=en']);
});
const readableForm = (page: string) => {
  const [, form = ''] = page.split('<form role="search"', 2);
  const [inner = ''] = form.split('</form>');
  return Array.from(inner.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)).map(
    ([, name, value]) => `${name}=${value}`,
  );
};

test('an account links to its numbers; a removed one stays selected, as in the URL', async () => {
  const get = await startPage(statusOf(accountStatus(), accountStatus({ name: 'beta' })));
  expect(linksOf(await get('/?q=x&sort=name'), 'beta')).toEqual([
    './?account=beta&sort=name#numbers',
  ]);
  expect(await get('/?account=gone')).toMatch(/<option value="gone" selected>gone/);
});

test('a number links to its dashboard only if Grafana is configured', async () => {
  const status = statusOf(accountStatus({ name: 'a&b' }));
  expect(linksOf(await (await startPage(status))(), 'Graphs')).toEqual([]);
  const get = await startPage({ ...status, grafanaUrl: 'https://grafana.example/sub' });
  expect(linksOf(await get(), 'Graphs')).toEqual([
    'https://grafana.example/sub/d/whatsapp-number?var-account=a%26b&var-number=972500000001',
  ]);
});

test('for printing all rows are on one page, up to a limit that the page states', async () => {
  const numbers = Array.from({ length: 1_001 }, (_, i) =>
    numberEntry({ whatsapp: String(972_500_000_000 + i), online: i < 150 ? 0 : 1 }),
  );
  const get = await startPage(statusOf(accountStatus({ numbers })));
  expect(linksOf(await get('/?state=offline&page=2'), 'Print')).toEqual(['./?state=offline&all=1']);
  expect(rowsOf(await get('/?state=offline&all=1'))).toHaveLength(150);
  const all = await get('/?all=1');
  expect(rowsOf(all)).toHaveLength(1_000);
  expect(readable(all)).toContain('Only the first 1,000 are shown here');
});

test('the icon is red only while numbers are offline', async () => {
  const iconOf = async (online: number | undefined) => {
    const get = await startPage(statusOf(accountStatus({ numbers: [numberEntry({ online })] })));
    const [, base64 = ''] =
      /<link rel="icon" href="data:image\/svg\+xml;base64,([^"]*)"/.exec(await get()) ?? [];
    return Buffer.from(base64, 'base64').toString();
  };
  const [bad, good, unsure] = [await iconOf(0), await iconOf(1), await iconOf(undefined)];
  expect(bad).toContain('#cf222e');
  expect(good + unsure).not.toContain('#cf222e');
});

test('the names of inbox and Online account are shown beside their ids, and that it is suspended', async () => {
  const account = {
    id: 1,
    server: 'online',
    name: 'Shop A',
    active: 1,
    createdS: undefined,
  } as const;
  const rowWith = async (placeOf: AccountStatus['placeOf']) => {
    const get = await startPage(statusOf(accountStatus({ placeOf })));
    return rowsOf(await get())[0];
  };
  expect(await rowWith(() => ({ account, inbox: 'Sales' }))).toContain(
    'Business Inbox Sales (2) of Shop A (1) Online',
  );
  expect(await rowWith(() => ({ account: { ...account, active: 0 }, inbox: undefined }))).toContain(
    'Inbox 2 of Shop A (1) suspended Online',
  );
  expect(await rowWith(() => ({ account: undefined, inbox: undefined }))).not.toContain('Inbox');
});
