import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { inBrowser, numbersOf, open, rows, SOON } from '../support/open-page.ts';
import { NOW_MS, accountStatus, failureOf } from '../support/status.ts';

const textOf = (selector: string) => `document.querySelector('${selector}').innerText`;

inBrowser('ages go on between two refreshes, by the clock of the server', async () => {
  const { page } = await open([accountStatus({ numbers: numbersOf(3) })]);
  expect(await page.evaluate(textOf('.accounts li p'))).toBe(
    'Checked 42 seconds ago. Next check in 18 seconds.',
  );
  await page.clock.runFor(5_000);
  expect(await page.evaluate(textOf('.accounts li p'))).toBe(
    'Checked 47 seconds ago. Next check in 13 seconds.',
  );
});

inBrowser('times are in the reader’s zone, and those of today without the day', async () => {
  const sinceOf = (whatsapp: string) => ({
    unixMs: NOW_MS - (whatsapp.endsWith('1') ? 13 * 3_600_000 : 3_600_000),
    isExact: true,
  });
  const { page } = await open([accountStatus({ numbers: numbersOf(2), sinceOf })]);
  expect(await page.locator('.since').allInnerTexts()).toEqual([
    'since 11:00',
    'since 21 Nov, 23:00',
  ]);
});

inBrowser('a number is copied as digits', async () => {
  const { page } = await open([accountStatus({ numbers: numbersOf(1) })]);
  expect(await page.evaluate(textOf('.digits'))).toBe('+972 50-000-0000');
  const copied = await page.evaluate(
    `getSelection().selectAllChildren(document.querySelector('.digits')), String(getSelection())`,
  );
  expect(copied).toBe('972500000000');
});

inBrowser('the icon of the tab follows the refreshed page', async () => {
  const { page, shown, refresh } = await open([accountStatus()]);
  const icon = () =>
    page.evaluate<string>(`atob(document.querySelector('link').href.split(',')[1])`);
  expect(await icon()).not.toContain('#cf222e');
  shown.accounts = [accountStatus({ numbers: numbersOf(1) })];
  await refresh();
  await expect.poll(icon, SOON).toContain('#cf222e');
});

inBrowser(
  'the account filter learns of accounts that a reload adds, and keeps its choice',
  async () => {
    const [acme, beta] = [accountStatus(), accountStatus({ name: 'beta' })];
    const { page, shown, refresh } = await open([acme, beta]);
    const select = page.getByRole('combobox');
    const options = () => select.locator('option').allTextContents();
    await select.selectOption('beta');
    await page.clock.runFor(1_000);
    await expect.poll(() => page.url(), SOON).toContain('account=beta');
    shown.accounts = [accountStatus({ name: 'added' }), acme, beta];
    await refresh();
    await expect.poll(options, SOON).toEqual(['All accounts', 'added', 'acme', 'beta']);
    expect(await select.inputValue()).toBe('beta');
    shown.accounts = [acme];
    await refresh();
    await expect.poll(options, SOON).toEqual(['All accounts', 'acme', 'beta']);
    expect(await select.inputValue()).toBe('beta');
  },
);

inBrowser('a search as you type also changes the links', async () => {
  const { page } = await open([accountStatus({ numbers: numbersOf(250) })], {}, '/?sort=-total');
  await page.getByRole('searchbox').fill('dental');
  await page.clock.runFor(1_000);
  await expect.poll(() => page.locator('.pager').innerText(), SOON).toContain('of 2');
  await page.getByRole('link', { name: 'Next' }).click();
  expect(new URL(page.url()).search).toBe('?q=dental&sort=-total&page=2');
  expect(await page.getByRole('searchbox').inputValue()).toBe('dental');
});

inBrowser('the CSV file holds the filtered list', async () => {
  const { page } = await open([accountStatus({ numbers: numbersOf(250) })], {}, '/?state=offline');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('whatsapp-numbers.csv');
  const text = await readFile(await download.path(), 'utf8');
  expect(text.split('\r\n')).toHaveLength(27);
});

inBrowser(
  'on paper there are all rows of the filter, absolute times, and no controls',
  async () => {
    const accounts = [
      accountStatus({ numbers: numbersOf(250) }),
      accountStatus({ name: 'beta', failure: failureOf('network') }),
    ];
    const { page } = await open(accounts, {}, '/?state=online&all=1');
    await page.emulateMedia({ media: 'print' });
    expect(await rows(page).count()).toBe(226);
    expect(await page.locator('.accounts .at').first().isVisible()).toBe(true);
    expect(await page.evaluate(textOf('.accounts'))).toContain('HTTP 403 from the token call');
    const controls = await page.evaluate(
      `[...document.querySelectorAll('button, input, select, nav, footer a, .tools a')]
      .filter((element) => element.checkVisibility())
      .map((element) => element.outerHTML)`,
    );
    expect(controls).toEqual([]);
  },
);
