import axe, { type AxeResults } from 'axe-core';
import { expect } from 'vitest';
import { numberEntry } from '../support/numbers.ts';
import {
  DESKTOP,
  EVERY_CONDITION,
  PHONE,
  SOON,
  inBrowser,
  numbersOf,
  open,
  rows,
} from '../support/open-page.ts';
import { accountStatus } from '../support/status.ts';

inBrowser('names have their own direction, and numbers always run left to right', async () => {
  const numbers = [numberEntry({ displayName: 'מספרת "הדר" 24/7', businessName: 'Harbour (IL)' })];
  const { page } = await open([accountStatus({ numbers })]);
  /** Whether its first character is to the left of its last. */
  const isFromLeft = (selector: string) =>
    page.evaluate<boolean>(`(() => {
      const text = document.querySelector('tbody ${selector}').firstChild;
      const leftOf = (i) => {
        const range = new Range();
        range.setStart(text, i);
        range.setEnd(text, i + 1);
        return range.getBoundingClientRect().left;
      };
      return leftOf(0) < leftOf(text.length - 1);
    })()`);
  expect(await isFromLeft('.name')).toBe(false);
  expect(await isFromLeft('.digits')).toBe(true);
  expect(await isFromLeft('.quiet')).toBe(true);
  const search = page.getByRole('searchbox');
  const direction = () =>
    page.evaluate(`getComputedStyle(document.querySelector('input')).direction`);
  expect(await direction()).toBe('ltr');
  await search.fill('הדר');
  expect(await direction()).toBe('rtl');
});

inBrowser('it is dark if the reader prefers dark mode', async () => {
  const { page } = await open([accountStatus()], { colorScheme: 'light' });
  const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  expect(await background()).toBe('rgb(244, 245, 247)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe('rgb(14, 17, 22)');
});

inBrowser('everything can be used by keyboard, and the focus is visible', async () => {
  const accounts = [accountStatus({ numbers: numbersOf(250) }), accountStatus({ name: 'beta' })];
  const { page } = await open(accounts);
  const reached: unknown[] = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(`(document.activeElement.name || document.activeElement.innerText.trim())
        + ' ' + getComputedStyle(document.activeElement).outlineStyle`),
    );
  }
  expect(reached).toEqual(
    ['Pause refreshing', 'q', 'account', 'Search', 'Next', 'Metrics', 'This page as JSON']
      .concat('Targets for Prometheus', 'Health', 'Readiness')
      .map((name) => `${name} solid`),
  );
  await page.getByRole('searchbox').focus();
  await page.keyboard.type('dental 249');
  await page.keyboard.press('Enter');
  await expect.poll(() => rows(page).count(), SOON).toBe(1);
});

for (const [device, viewport, colorScheme] of [
  ['phone', PHONE, 'light'],
  ['desktop', DESKTOP, 'dark'],
] as const) {
  inBrowser(`axe finds no violations, ${colorScheme}, on a ${device}`, async () => {
    // The last page has every kind of content and few rows, because axe is slow per row.
    const { page } = await open(EVERY_CONDITION, { viewport, colorScheme }, '/?page=2');
    await page.getByRole('button', { name: 'Pause refreshing' }).click();
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  });
}
