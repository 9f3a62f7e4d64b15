import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { renderLanding, type AccountStatus } from '../../src/web/landing.ts';
import { LANDING, startSite } from './site.ts';

const { nowMs } = LANDING;
const account = (changes: Partial<AccountStatus> = {}): AccountStatus => ({
  name: 'acme',
  lastPoll: { atMs: nowMs - 30_000, failure: undefined },
  lastSuccessMs: nowMs - 30_000,
  numbers: { all: 12, offline: 3 },
  ...changes,
});
/** What a person reads in the row of one account. */
function cellsOf(status: AccountStatus): readonly string[] {
  const page = renderLanding({ ...LANDING, accounts: [status] });
  const [, body = ''] = /<tbody>(.*)<\/tbody>/s.exec(page) ?? [];
  return Array.from(body.matchAll(/<td>(.*?)<\/td>/gs), ([, cell = '']) =>
    cell.replaceAll(/<br>/g, ' ').replaceAll(/<[^>]*>/g, ''),
  );
}

test('the page says what this is, which version, and links to what there is', async () => {
  const links = [
    { path: '/metrics', label: 'Metrics' },
    { path: '/-/healthy', label: 'Health' },
    { path: '/-/ready', label: 'Readiness' },
  ];
  const { ask } = await startSite({
    landing: () => ({ ...LANDING, links, accounts: [account()] }),
  });
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(body).toContain('<h1>WhatsApp numbers exporter</h1>');
  expect(body).toContain('1.2.3');
  const paths = Array.from(body.matchAll(/href="([^"]*)"/g), ([, path = '']) => path);
  expect(paths).toEqual(links.map(({ path }) => path));
  for (const path of paths) expect((await ask(path)).status, path).toBe(200);
});

test('nothing but its own style is allowed to the page, and it needs nothing else', async () => {
  const { ask } = await startSite({ landing: () => ({ ...LANDING, accounts: [account()] }) });
  const { headers, body } = await ask('/');
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(body) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(body).not.toMatch(
    /<script|<img|<link|<iframe|https?:|\/\/|@import|url\(|\son\w+=|style=/i,
  );
});

test('the page is fit for light and dark', async () => {
  const page = renderLanding(LANDING);
  expect(page).toContain('color-scheme: light dark');
  expect(page).toContain('light-dark(');
});

test('text from outside cannot become markup', () => {
  const hostile = `"><script>alert('1')</script>&amp;`;
  const page = renderLanding({
    ...LANDING,
    name: hostile,
    version: hostile,
    links: [{ path: hostile, label: hostile }],
    accounts: [
      account({
        name: hostile,
        lastPoll: {
          atMs: nowMs,
          failure: { reason: hostile, meaning: hostile, remedy: hostile },
        },
      }),
    ],
  });
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;';
  expect(page.split(escaped)).toHaveLength(10);
  expect(page).not.toContain('<script');
  expect(page).not.toContain("alert('");
});

test('a good account shows its numbers, and how many of them are offline', () => {
  expect(cellsOf(account())).toEqual(['acme', 'succeeded 30 s ago', '30 s ago', '12', '3']);
});

test('a failed poll shows its reason, what that means and what to do', () => {
  const failure = { reason: 'network', meaning: 'no connection', remedy: 'Check DNS.' };
  const cells = cellsOf(
    account({ lastPoll: { atMs: nowMs - 1_000, failure }, lastSuccessMs: nowMs - 600_000 }),
  );
  expect(cells.slice(1, 3)).toEqual([
    'failed: network 1 s ago no connection. Check DNS.',
    '10 min ago',
  ]);
});

test('an account without data says so instead of showing 0', () => {
  const cells = cellsOf(
    account({ lastPoll: undefined, lastSuccessMs: undefined, numbers: undefined }),
  );
  expect(cells).toEqual(['acme', 'not polled yet', 'never', 'no current data', '']);
});

test.each([
  [-5_000, '0 s ago'],
  [119_000, '119 s ago'],
  [120_000, '2 min ago'],
  [7_199_000, '120 min ago'],
  [7_200_000, '2 h ago'],
  [864_000_000, '240 h ago'],
])('%d ms is %s', (ageMs, expected) => {
  expect(cellsOf(account({ lastSuccessMs: nowMs - ageMs }))[2]).toBe(expected);
});
