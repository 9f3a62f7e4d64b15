import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  EVERY_CONDITION,
  PHONE,
  REFRESH_MS,
  SOON,
  inBrowser,
  numbersOf,
  open,
  rows,
} from '../support/open-page.ts';
import { accountStatus } from '../support/status.ts';
import { en } from '../../src/web/page/texts/en.ts';
import { he } from '../../src/web/page/texts/he.ts';

/** An expression as text, because tests are not typed for a browser. */
const scrollOf = (page: Page) => page.evaluate<number>('Math.round(scrollY)');

inBrowser('it loads without errors or external requests, and fits a small phone', async () => {
  const narrow = { width: 320, height: 640 };
  const { page, complaints, requests, origin } = await open(EVERY_CONDITION, { viewport: narrow });
  await expect.poll(() => rows(page).count(), SOON).toBe(100);
  expect(await rows(page).first().textContent()).toContain('Offline');
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
  expect(requests).toEqual([`${origin}/`]);
  expect(complaints).toEqual([]);
});

inBrowser('typing filters the list, and the URL keeps the search', async () => {
  const { page } = await open([accountStatus({ numbers: numbersOf(120) })]);
  await page.getByRole('searchbox').fill('הדר 11');
  await page.clock.runFor(1_000);
  await expect.poll(() => rows(page).count(), SOON).toBe(5);
  expect(decodeURIComponent(page.url())).toMatch(/\?q=הדר\+11$/);
  await page.reload();
  expect(await page.getByRole('searchbox').inputValue()).toBe('הדר 11');
  expect(await rows(page).count()).toBe(5);
  await page.getByRole('searchbox').fill('');
  await page.clock.runFor(1_000);
  await expect.poll(() => rows(page).count(), SOON).toBe(100);
  expect(page.url()).not.toContain('?');
});

inBrowser(
  'it refreshes itself and keeps search, scroll position, focus and selection',
  async () => {
    const { page, shown, refresh } = await open(
      [accountStatus({ numbers: numbersOf(120) })],
      { viewport: PHONE },
      '/?q=harbour',
    );
    await page.getByRole('searchbox').fill('harbour dent');
    const found = page.getByText('60 numbers for “harbour dent”');
    await expect.poll(() => found.isVisible(), SOON).toBe(true);
    await page.evaluate('scrollTo(0, 1500)');
    await page.evaluate(
      `getSelection().selectAllChildren(document.querySelectorAll('.digits')[9])`,
    );
    const [scroll, selected] = [
      await scrollOf(page),
      await page.evaluate('String(getSelection())'),
    ];
    expect(scroll).toBe(1500);
    shown.accounts = [
      accountStatus({
        numbers: numbersOf(120).map((number, i) => (i === 1 ? { ...number, online: 0 } : number)),
      }),
    ];
    await refresh();
    await expect
      .poll(() => page.locator('.verdict').textContent(), SOON)
      .toBe('13 of 120 numbers offline');
    expect(await rows(page).first().textContent()).toContain('Harbour Dental 1');
    expect(await rows(page).count()).toBe(60);
    expect(await page.title()).toBe('13 of 120 numbers offline – WhatsApp numbers');
    expect(await scrollOf(page)).toBe(scroll);
    expect(await page.evaluate('String(getSelection())')).toBe(selected);
    expect(await page.getByRole('searchbox').inputValue()).toBe('harbour dent');
    expect(await page.evaluate('document.activeElement.name')).toBe('q');
  },
);

inBrowser('expanded accounts stay expanded', async () => {
  const many = Array.from({ length: 9 }, (_, i) => accountStatus({ name: `account-${i}` }));
  const { page, shown, refresh } = await open(many);
  await page.locator('summary').click();
  shown.accounts = many.slice(1);
  await refresh();
  await expect
    .poll(() => page.locator('summary').textContent(), SOON)
    .toBe('8 accounts without problems');
  expect(await page.getByRole('heading', { name: 'account-8' }).isVisible()).toBe(true);
});

inBrowser('a page that cannot refresh shows a note, until it can', async () => {
  const { page, shown, refresh } = await open([accountStatus()]);
  const note = page.getByRole('alert');
  shown.isLost = true;
  await refresh();
  // 10:00 UTC in Jerusalem.
  await expect
    .poll(() => note.textContent(), SOON)
    .toBe('This page could not be refreshed since 12:00 and may be out of date.');
  shown.isLost = false;
  await refresh();
  await expect.poll(() => note.textContent(), SOON).toBe('');
});

inBrowser('it can be paused, and shows since when', async () => {
  const { page, requests } = await open([accountStatus()]);
  const pause = page.getByRole('button', { name: 'Pause refreshing' });
  await pause.click();
  await page.clock.runFor(3 * REFRESH_MS);
  expect(requests).toHaveLength(1);
  expect(await page.getByRole('alert').textContent()).toBe('Refreshing paused at 12:00.');
  await pause.click();
  await expect.poll(() => requests.length, SOON).toBe(2);
});

for (const texts of [en, he]) {
  const { language } = texts;
  inBrowser(`without JavaScript, in ${language}, forms, links and reload work`, async () => {
    const { page } = await open([accountStatus({ numbers: numbersOf(250) })], {
      javaScriptEnabled: false,
      locale: language,
    });
    const link = (name: string) => page.getByRole('link', { name, exact: true });
    expect(await page.getByRole('button', { name: texts.pause }).isVisible()).toBe(false);
    expect(await page.locator('.accounts .at').first().isVisible()).toBe(true);
    await link(texts.next).click();
    const pageInput = page.getByRole('spinbutton', { name: texts.page });
    expect(await pageInput.inputValue()).toBe('2');
    await pageInput.fill('3');
    await page.getByRole('button', { name: texts.goToPage, exact: true }).click();
    expect(await rows(page).count()).toBe(50);
    await link(texts.columns.total).click();
    await page.getByRole('link', { name: texts.filters.offline }).click();
    expect(await rows(page).count()).toBe(25);
    await page.getByRole('searchbox').fill('הדר 240');
    await page.getByRole('button', { name: texts.search, exact: true }).click();
    expect(await rows(page).count()).toBe(1);
    await link(texts.reload).click();
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({
      q: 'הדר 240',
      state: 'offline',
      sort: '-total',
    });
  });
}

inBrowser('a page of 5,000 numbers has less than 90 kB, 10 kB compressed', async () => {
  const accounts = [accountStatus({ numbers: numbersOf(5_000) })];
  const { page, origin } = await open(accounts);
  const response = await fetch(origin, { headers: { 'Accept-Encoding': 'identity' } });
  const body = Buffer.from(await response.arrayBuffer());
  expect(body.length).toBeLessThan(90_000);
  expect(gzipSync(body, { level: 1 }).length).toBeLessThan(10_000);
  expect(await rows(page).count()).toBe(100);
  expect(await page.getByText('of 50').isVisible()).toBe(true);
});
