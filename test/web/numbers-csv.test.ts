import { expect, test } from 'vitest';
import { numberEntry } from '../support/numbers.ts';
import { accountStatus, statusOf } from '../support/status.ts';
import { startSite } from './site.ts';

const linesOf = (body: string) => body.replace('\ufeff', '').split('\r\n').slice(0, -1);

test('the CSV file has every number that matches, in the order of the page', async () => {
  const numbers = Array.from({ length: 450 }, (_, i) =>
    numberEntry({ whatsapp: String(972_500_000_000 + i), online: i % 2, conversations: i }),
  );
  const status = () => statusOf(accountStatus({ numbers }), accountStatus({ name: 'beta' }));
  const { ask } = await startSite({ status });
  const {
    status: code,
    headers,
    body,
  } = await ask('/api/numbers.csv?account=acme&state=offline&sort=-total&page=2');
  expect(code).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="whatsapp-numbers.csv"',
    vary: 'Accept-Language',
  });
  const lines = linesOf(body);
  expect(lines).toHaveLength(226);
  expect(lines.slice(0, 2)).toEqual([
    'Number,Display name,Business name,State,Since (UTC),Change was seen,Inbox,Online account,Account,' +
      'Conversations this month,Marketing,Service,Incoming',
    '972 50-000-0448,Display,Business,Offline,2026-11-22 08:00:00,yes,2,1,acme,448,3,2,1',
  ]);
});

test('it is for Excel: Hebrew is recognised, and names cannot be formulas', async () => {
  const names = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '＝1',
    'a "b", c',
    'שלום\nעולם',
    'x; =1;y',
    '12e5',
  ];
  const numbers = names.map((displayName) =>
    numberEntry({ displayName, businessName: displayName, marketing: undefined }),
  );
  const { ask } = await startSite({ status: () => statusOf(accountStatus({ numbers })) });
  const { body } = await ask('/api/numbers.csv?lang=he&sort=name');
  expect(body.startsWith('\ufeffמספר,שם תצוגה,')).toBe(true);
  for (const cell of ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'＝1", "x;' =1;y", "'12e5"]) {
    expect(body).toContain(`,${cell},${cell},מחובר,`);
  }
  expect(body).toContain(',"a ""b"", c","a ""b"", c",');
  expect(body).toContain(',"שלום\nעולם",');
  expect(body).not.toMatch(/(?:^|,|\n)"?[=+@-]/m);
  expect(body).toContain(',6,,2,1\r\n');
});

test('a hidden number stays hidden', async () => {
  const numbers = [
    numberEntry({ whatsapp: 'ab12cd34ef56ab12', displayName: '', businessName: '' }),
  ];
  const { ask } = await startSite({ status: () => statusOf(accountStatus({ numbers })) });
  expect(linesOf((await ask('/api/numbers.csv')).body)[1]).toMatch(/^ab12cd34ef56ab12,,,Online,/);
});

test('an unknown account is refused, as in the JSON', async () => {
  const { ask } = await startSite();
  expect((await ask('/api/numbers.csv?account=gone')).status).toBe(404);
  expect((await ask('/api/numbers.csv?account=acme&account=beta')).status).toBe(400);
});
