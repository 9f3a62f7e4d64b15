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
import { accountStatus, failureOf } from '../support/status.ts';
import { SORT_KEYS } from '../../src/web/page/query.ts';
import { en } from '../../src/web/page/texts/en.ts';
import { he } from '../../src/web/page/texts/he.ts';

for (const locale of ['en', 'he']) {
  inBrowser(
    `in ${locale}, names have their own direction, and numbers run left to right`,
    async () => {
      const numbers = [
        numberEntry({ displayName: 'מספרת "הדר" 24/7', businessName: 'Harbour (IL)' }),
      ];
      const { page } = await open([accountStatus({ numbers })], { locale });
      /** Whether its first character is to the left of its last. */
      const isFromLeft = (selector: string) =>
        page.evaluate<boolean>(`(() => {
      const { childNodes } = document.querySelector('tbody ${selector}');
      const texts = [...childNodes].filter(({ nodeName }) => nodeName === '#text');
      const leftOf = (text, i) => {
        const range = new Range();
        range.setStart(text, i);
        range.setEnd(text, i + 1);
        return range.getBoundingClientRect().left;
      };
      return leftOf(texts[0], 0) < leftOf(texts.at(-1), texts.at(-1).length - 1);
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
    },
  );
}

inBrowser('it is dark if the reader prefers dark mode', async () => {
  const { page } = await open([accountStatus()], { colorScheme: 'light' });
  const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  expect(await background()).toBe('rgb(244, 245, 247)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe('rgb(14, 17, 22)');
});

for (const texts of [en, he]) {
  const { language } = texts;
  inBrowser(
    `in ${language} everything can be used by keyboard, and the focus is visible`,
    async () => {
      const accounts = [
        accountStatus({ numbers: numbersOf(250) }),
        accountStatus({ name: 'beta' }),
      ];
      const { page } = await open(accounts, { locale: language });
      const reached: string[] = [];
      while (reached.length < 50) {
        await page.keyboard.press('Tab');
        reached.push(
          await page.evaluate<string>(`(() => {
          const { activeElement: { name, innerText } } = document;
          const { outlineStyle } = getComputedStyle(document.activeElement);
          return (name || innerText.trim().replace(/\\s+/g, ' ')) + ' ' + outlineStyle;
        })()`),
        );
        if (reached.at(-1)?.startsWith(texts.links.readiness) === true) break;
      }
      const { filters, columns, links } = texts;
      expect(reached).toEqual(
        [texts.pause, 'acme', 'beta', `${filters.all} 251`, `${filters.offline} 25`]
          .concat(`${filters.online} 226`, 'q', 'account', texts.search)
          .concat(SORT_KEYS.map((key) => columns[key]))
          .concat('page', texts.goToPage, texts.next, texts.asCsv, texts.print)
          .concat(language === 'en' ? he.ownName : en.ownName)
          .concat(links.metrics, links.json, links.targets, links.health, links.readiness)
          .map((name) => `${name} solid`),
      );
      await page.getByRole('searchbox').focus();
      await page.keyboard.type('dental 249');
      await page.keyboard.press('Enter');
      await expect.poll(() => rows(page).count(), SOON).toBe(1);
    },
  );

  for (const [device, viewport, colorScheme] of [
    ['phone', PHONE, 'light'],
    ['desktop', DESKTOP, 'dark'],
  ] as const) {
    inBrowser(
      `axe finds no violations in ${language}, ${colorScheme}, on a ${device}`,
      async () => {
        // The last page has every kind of content and few rows, because axe is slow per row.
        const { page } = await open(
          EVERY_CONDITION,
          { viewport, colorScheme, locale: language },
          '/?page=2',
        );
        await page.getByRole('button', { name: texts.pause }).click();
        await page.locator('summary').first().click();
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
      },
    );
  }

  inBrowser(`in ${language}, everything to touch on a phone has 44 px`, async () => {
    const { page } = await open(
      EVERY_CONDITION,
      { viewport: PHONE, locale: language },
      '/?q=a&page=2',
      { grafanaUrl: 'https://grafana.example' },
    );
    const small =
      await page.evaluate(`[...document.querySelectorAll('a, button, input, select, summary')]
      .filter((element) => element.checkVisibility() && element.type !== 'hidden')
      .map((element) => [element.outerHTML, element.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 44 || height < 44)
      .map(([text]) => text)`);
    expect(small).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  inBrowser(
    `in ${language}, with three accounts, a phone shows offline numbers at once`,
    async () => {
      const accounts = ['a', 'b'].map((name) => accountStatus({ name, numbers: numbersOf(20) }));
      const failing = accountStatus({ name: 'c', failure: failureOf('network') });
      const { page } = await open([...accounts, failing], {
        viewport: { width: 390, height: 844 },
        locale: language,
      });
      const box = await rows(page).nth(1).locator('.offline').boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(844);
    },
  );
}
