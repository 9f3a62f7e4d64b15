import { expect, test } from 'vitest';
import { REASON_NAMES } from '../../src/core/reasons.ts';
import { en } from '../../src/web/page/texts/en.ts';
import { he } from '../../src/web/page/texts/he.ts';
import { numberEntry } from '../support/numbers.ts';
import { NOW_MS, accountStatus, failureOf, statusOf } from '../support/status.ts';
import { accountsOf, readable, rowsOf, verdictOf } from './readable.ts';
import { startSite } from './site.ts';

const NUMBERS = [numberEntry({ online: 0 }), numberEntry({ online: undefined }), numberEntry()];

async function get(language: string | undefined, path = '/') {
  const { ask } = await startSite({ status: () => statusOf(accountStatus({ numbers: NUMBERS })) });
  return ask(path, { headers: language === undefined ? {} : { 'Accept-Language': language } });
}

test.each([
  [undefined, '/', 'en'],
  ['en-US,en;q=0.9', '/', 'en'],
  ['he', '/', 'he'],
  ['he-IL,he;q=0.9,en-US;q=0.8', '/', 'he'],
  ['en;q=0.5,he;q=0.9', '/', 'he'],
  ['iw', '/', 'he'],
  ['ar,fr;q=0.5', '/', 'en'],
  ['he;q=0', '/', 'en'],
  ['en', '/?lang=he', 'he'],
  ['he', '/?lang=en', 'en'],
  ['he', '/?lang=xx', 'he'],
])('with Accept-Language %s, %s is in %s', async (header, path, language) => {
  const { body, headers } = await get(header, path);
  const direction = language === 'he' ? 'rtl' : 'ltr';
  expect(body).toContain(`<html lang="${language}" dir="${direction}">`);
  expect(headers['vary']).toBe('Accept-Language, Accept-Encoding');
});

test('the Hebrew page', async () => {
  const { body } = await get('he');
  expect(verdictOf(body)).toBe('מספר אחד מתוך 3 מנותק, מספר אחד במצב לא ידוע');
  expect(accountsOf(body)).toBe(
    'חשבונות acme מספר אחד מתוך 3 מנותק נבדק לפני 42 שניות. הבדיקה הבאה בעוד 18 שניות.',
  );
  expect(rowsOf(body)[0]).toBe(
    'Display +972 50-000-0001 Business מנותק מאז 22 בנוב׳, 08:00 UTC 6 3 2 1',
  );
  expect(body).toContain('<bdi class="digits" dir="ltr">');
});

test('no English text is left on the Hebrew page, except names and the detail of a failure', async () => {
  const status = () => ({
    ...statusOf(
      accountStatus({ name: 'a', numbers: [...NUMBERS], failure: failureOf('network') }),
      accountStatus({ name: 'b', cooldownUntilMs: NOW_MS + 60_000, failure: failureOf('tls') }),
      accountStatus({ name: 'c', numbers: undefined, lastPollMs: undefined }),
      accountStatus({ name: 'd', numbers: undefined, failure: failureOf('timeout') }),
    ),
    reload: { succeeded: false, inForceSinceMs: NOW_MS },
    sharding: { shard: 0, totalShards: 2 },
  });
  const { ask } = await startSite({ status });
  const { body } = await ask('/?lang=he&q=b&account=a&state=offline');
  const known =
    /\b(?:Display|Business|HTTP 403 from the token call|UTC|WhatsApp|HTTP|DNS|TLS|certificate|CA|NODE_EXTRA_CA_CERTS|HTTPS_PROXY|network|tls|timeout|poll\.timeout|CSV|a|b|c|d)\b/g;
  expect(
    readable(body)
      .replace(known, '')
      .match(/[a-z.]*[a-z]+/gi),
  ).toBeNull();
});

test('links keep the language only if the URL sets it', async () => {
  expect((await get('he')).body).not.toContain('lang=he');
  const { body } = await get('en', '/?lang=he&q=dis');
  expect(body).toContain('./?q=dis&amp;sort=-total&amp;lang=he#numbers');
  expect(body).toContain('<a href="./?q=dis&amp;lang=en" lang="en" hreflang="en">English</a>');
});

test('a search finds a state by its name in both languages', async () => {
  for (const [search, count] of [
    ['offline', 1],
    ['Offline ', 1],
    ['מנותק', 1],
    ['לא ידוע', 1],
    ['online', 1],
    ['מחובר', 1],
    ['line', 0],
  ] as const) {
    const { body } = await get('en', `/?q=${encodeURIComponent(search)}`);
    expect(rowsOf(body), search).toHaveLength(count);
  }
});

test('both languages explain every reason and every column of counts', () => {
  for (const texts of [en, he]) {
    for (const reason of REASON_NAMES) expect(texts.reasons[reason].remedy).toMatch(/\.$/);
    const terms = texts.legend.map(([term]) => term);
    const { total, marketing, service, incoming } = texts.columns;
    expect(terms).toEqual([texts.states.offline, total, marketing, service, incoming]);
  }
});

test.each([
  [1, 1, 'מספר אחד מתוך 1 מנותק'],
  [2, 1_234, '2 מתוך 1,234 מספרים מנותקים'],
])('Hebrew counts: %d of %d', (offline, all, text) => {
  expect(he.offlineOf(offline, all)).toBe(text);
});
