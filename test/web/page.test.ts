import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AccountStatus } from '../../src/web/page/model.ts';
import { numberEntry } from '../support/numbers.ts';
import { NOW_MS, accountStatus, failureOf, statusOf } from '../support/status.ts';
import { accountsOf, readable, rowsOf, verdictOf } from './readable.ts';
import { startSite } from './site.ts';

/** The page of these accounts, as it comes over HTTP. */
async function pageOf(accounts: readonly AccountStatus[], path = '/'): Promise<string> {
  const { ask } = await startSite({ status: () => statusOf(...accounts) });
  return (await ask(path)).body;
}

test('the page shows its title and version, and links to the endpoints', async () => {
  const { ask } = await startSite({ status: () => statusOf(accountStatus()) });
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(body).toContain('<h1>WhatsApp numbers</h1>');
  expect(readable(body, '<footer', '</footer>')).toContain('whatsapp-numbers-exporter 1.2.3');
  const links = Array.from(body.matchAll(/href="\.(\/[^"?#]+)"/g), ([, path = '']) => path);
  expect(links).toEqual([
    '/api/numbers.csv',
    '/metrics',
    '/api/status',
    '/sd',
    '/-/healthy',
    '/-/ready',
  ]);
  for (const path of links) expect((await ask(path)).status, path).toBe(200);
});

test('the policy of the page allows only its own style and script, and it needs nothing else', async () => {
  const { ask } = await startSite({ status: () => statusOf(accountStatus()) });
  const { headers, body } = await ask('/');
  const hashOf = (tag: string) => {
    const [, text = ''] = new RegExp(`<${tag}>(.*)</${tag}>`, 's').exec(body) ?? [];
    return `sha256-${createHash('sha256').update(text).digest('base64')}`;
  };
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src '${hashOf('style')}'; script-src '${hashOf('script')}'; ` +
      "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(headers['referrer-policy']).toBe('no-referrer');
  const markup = body
    .replace(/<script>.*<\/script>/s, '')
    .replace(/<link rel="icon" href="data:image\/svg\+xml;base64,[\w+=/]+" \/>/, '');
  expect(markup).not.toMatch(
    /<script|<img|<link|<iframe|http-equiv|https?:|\/\/|@import|url\(|\son\w+=|style=/i,
  );
  expect(body).not.toMatch(/https?:|innerHTML|eval\(/);
});

test('text from outside cannot become markup', async () => {
  const hostile = `"><script>alert('1')</script>&amp;`;
  const { ask } = await startSite({
    telemetryPath: '/metrics',
    status: () => ({
      ...statusOf(
        accountStatus({
          name: hostile,
          failure: { reason: hostile, detail: hostile, meaning: hostile, remedy: hostile },
          numbers: [
            numberEntry({ whatsapp: hostile, displayName: hostile, businessName: `${hostile}2` }),
          ],
          placeOf: () => ({
            account: { id: 1, server: hostile, name: hostile, active: 1, createdS: undefined },
            inbox: hostile,
          }),
        }),
        accountStatus({ name: `${hostile}3` }),
      ),
      version: hostile,
    }),
  });
  const query = new URLSearchParams({ q: hostile, account: hostile });
  const { body } = await ask(`/?${query.toString()}`);
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;';
  expect(body.split(escaped)).toHaveLength(21);
  expect(body.match(/<script/g)).toHaveLength(1);
  expect(body).not.toContain("alert('");
});

test.each([
  [{ numbers: [numberEntry()] }, '1 number, none offline', 'good'],
  [{ numbers: [numberEntry({ online: 0 }), numberEntry()] }, '1 of 2 numbers offline', 'bad'],
  [
    { numbers: [numberEntry({ online: undefined })] },
    '1 number, none offline, 1 unknown',
    'unsure',
  ],
  [{ numbers: [] }, '0 numbers, none offline', 'good'],
  [{ numbers: undefined }, 'No current data', 'unsure'],
])('the first line is the summary: %j', async (fields, text, tone) => {
  const page = await pageOf([accountStatus(fields)]);
  expect(verdictOf(page)).toBe(text);
  expect(page).toContain(`<title>${text} – WhatsApp numbers</title>`);
  expect(page).toContain(`<p class="verdict ${tone}"`);
});

test('the summary is not good while an account has no current data', async () => {
  const page = await pageOf([accountStatus(), accountStatus({ name: 'b', numbers: undefined })]);
  expect(verdictOf(page)).toBe('1 number, none offline, no current data for 1 account');
  expect(page).toContain('class="verdict unsure"');
});

test('the page shows the age of its oldest data', async () => {
  const page = await pageOf([
    accountStatus(),
    accountStatus({ name: 'b', lastSuccessMs: NOW_MS - 200_000 }),
    accountStatus({ name: 'c', lastSuccessMs: NOW_MS - 9_000_000, numbers: undefined }),
  ]);
  expect(readable(page, '<p id="asof"', '</p>')).toBe(
    'Data from 3 minutes ago. Page from 22 Nov, 10:00 UTC.',
  );
});

test('an account without problems shows its last and next check', async () => {
  expect(accountsOf(await pageOf([accountStatus()]))).toBe(
    'Accounts acme 1 number online Checked 42 seconds ago. Next check in 18 seconds.',
  );
});

test('a failed check shows meaning, remedy, and the age of the data', async () => {
  const failure = failureOf('network');
  const account = accountStatus({ failure, lastSuccessMs: NOW_MS - 200_000 });
  expect(accountsOf(await pageOf([account]))).toBe(
    `Accounts acme Last check failed Last check failed 42 seconds ago: ${failure.detail}. ` +
      'Data from 3 minutes ago. Next check in 18 seconds. ' +
      `Why it failed: ${failure.meaning} (network). What to do: ${failure.remedy}`,
  );
});

test('a cool-down shows its end and its cause, and the next check is the first after it', async () => {
  const cooldownUntilMs = NOW_MS + 14 * 60_000;
  const cooling = { failure: failureOf('blocked'), cooldownUntilMs };
  const page = await pageOf([accountStatus({ ...cooling, nextPollMs: NOW_MS + 900_000 })]);
  expect(accountsOf(page)).toContain(
    'No requests until 22 Nov, 10:14 UTC, because the provider has blocked this IP address after ' +
      'too many failed attempts. Next check in 15 minutes.',
  );
});

test('stale data is not shown, only its age', async () => {
  const failure = failureOf('timeout');
  const lastSuccessMs = NOW_MS - 2 * 3_600_000;
  const page = await pageOf([accountStatus({ failure, lastSuccessMs, numbers: undefined })]);
  expect(accountsOf(page)).toContain(
    'The last successful check was 2 hours ago; its numbers are too old to show.',
  );
  expect(readable(page)).toContain('There are no current numbers to show.');
  expect(page).not.toContain('<table');
});

test('an account without a successful poll has no data yet', async () => {
  const never = { lastSuccessMs: undefined, numbers: undefined };
  const waiting = await pageOf([accountStatus({ ...never, lastPollMs: undefined })]);
  expect(accountsOf(waiting)).toBe(
    'Accounts acme Not checked yet No data yet. Next check in 18 seconds.',
  );
  const failed = await pageOf([accountStatus({ ...never, failure: failureOf('tls') })]);
  expect(accountsOf(failed)).toMatch(/^Accounts acme No current data Last check.*\. No data yet\./);
});

test.each([
  [{ numbers: [numberEntry({ online: 0 })] }, '1 of 1 number offline', 'bad'],
  [{ numbers: [numberEntry({ online: undefined })] }, '1 unknown', 'unsure'],
  [{ failure: failureOf('network') }, 'Last check failed', 'unsure'],
  [{ failure: failureOf('network'), numbers: undefined }, 'No current data', 'bad'],
  [{ numbers: undefined, lastPollMs: undefined }, 'Not checked yet', 'unsure'],
  [{ numbers: [numberEntry(), numberEntry()] }, '2 numbers online', 'good'],
])(
  'the badge of an account shows health, however fresh the data: %j',
  async (fields, text, tone) => {
    const page = await pageOf([accountStatus(fields)]);
    expect(page).toContain(`<span class="state ${tone}">${text}</span>`);
  },
);

test('of many accounts the worst come first, and healthy ones are collapsed', async () => {
  const well = Array.from({ length: 99 }, (_, i) => accountStatus({ name: `well-${i}` }));
  const offline = (share: number) =>
    Array.from({ length: 10 }, (_, i) => numberEntry({ online: i < share ? 0 : 1 }));
  const page = await pageOf([
    ...well,
    accountStatus({ name: 'one-off', numbers: offline(1) }),
    accountStatus({ name: 'half-off', numbers: offline(5) }),
    accountStatus({ name: 'failing', failure: failureOf('blocked') }),
    accountStatus({ name: 'stale', failure: failureOf('blocked'), numbers: undefined }),
  ]);
  const [open = '', collapsed = ''] = page.split(/<summary>99 accounts without problems/);
  const namesIn = (part: string) => part.match(/<bdi>[\w-]+(?=<\/bdi><\/a>)/g);
  expect(namesIn(open)).toEqual(['<bdi>stale', '<bdi>failing', '<bdi>half-off', '<bdi>one-off']);
  expect(namesIn(collapsed)).toHaveLength(99);
});

test('a row has the names, the number, its state and the counts of the month', async () => {
  const numbers = [
    numberEntry({ displayName: 'Dana', businessName: 'Dana Ltd.', conversations: 12_345 }),
    numberEntry({ displayName: 'Same', businessName: 'Same', online: undefined }),
    numberEntry({ displayName: '', businessName: '', marketing: undefined, online: 0 }),
  ];
  expect(rowsOf(await pageOf([accountStatus({ numbers })]))).toEqual([
    '+972 50-000-0001 Offline since 22 Nov, 08:00 UTC 6 – 2 1',
    'Same +972 50-000-0001 Unknown since 22 Nov, 08:00 UTC 6 3 2 1',
    'Dana +972 50-000-0001 Dana Ltd. Online since 22 Nov, 08:00 UTC 12,345 3 2 1',
  ]);
});

test('a hidden number is shown unchanged', async () => {
  const numbers = [
    numberEntry({ whatsapp: '0123456789012345', displayName: '', businessName: '' }),
  ];
  expect(rowsOf(await pageOf([accountStatus({ numbers })]))[0]).toBe(
    '0123456789012345 Online since 22 Nov, 08:00 UTC 6 3 2 1',
  );
});

test('the account of a number is shown only if there are several', async () => {
  expect(await pageOf([accountStatus()])).not.toMatch(/<select|>Account</);
  const page = await pageOf([accountStatus(), accountStatus({ name: 'beta' })], '/?account=beta');
  expect(rowsOf(page)[0]).toMatch(/^Display .* UTC beta 6 3 2 1$/);
  expect(page).toMatch(/<option value="beta"\s+selected>/);
});

test('a search uses a plain form, shows the count, and links back', async () => {
  const numbers = [numberEntry({ displayName: 'Dana' }), numberEntry({ displayName: 'Omer' })];
  const page = await pageOf([accountStatus({ numbers })], '/?q=dana');
  expect(rowsOf(page)).toHaveLength(1);
  expect(page).toContain('value="dana"');
  expect(readable(page)).toContain('1 number for “dana” Show all');
  const none = await pageOf([accountStatus({ numbers })], '/?q=nobody');
  expect(readable(none)).toContain('No numbers for “nobody” Show all');
});

test.each([
  [-5_000, '0 seconds ago'],
  [1_000, '1 second ago'],
  [89_000, '89 seconds ago'],
  [91_000, '2 minutes ago'],
  [5_400_000, '90 minutes ago'],
  [7_200_000, '2 hours ago'],
  [864_000_000, '10 days ago'],
])('%d ms is %s', async (ageMs, expected) => {
  const page = await pageOf([accountStatus({ lastPollMs: NOW_MS - ageMs })]);
  expect(accountsOf(page)).toContain(`Checked ${expected}.`);
});
