import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, onTestFinished, test } from 'vitest';
import type { AccountStatus, Status } from '../../src/web/page/model.ts';
import { startSite } from '../web/site.ts';
import { startOptionalBrowser } from './browser.ts';
import { numberEntry } from './numbers.ts';
import { accountStatus, failureOf, statusOf } from './status.ts';

const browser = await startOptionalBrowser();
afterAll(() => browser?.close());

/** A test that needs a browser. */
export const inBrowser = test.skipIf(browser === undefined);

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };
export const REFRESH_MS = 15_000;
/** A timeout for a browser on a busy machine. */
export const SOON = { timeout: 10_000 };

/** This many numbers, of which every tenth is offline. */
export const numbersOf = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    numberEntry({
      whatsapp: String(972_500_000_000 + i),
      displayName: i % 2 === 0 ? `מספרת הדר ${i}` : `Harbour Dental ${i}`,
      online: i % 10 === 0 ? 0 : 1,
    }),
  );
/** Accounts in every condition. */
export const EVERY_CONDITION: readonly AccountStatus[] = [
  accountStatus({ name: 'well', numbers: [...numbersOf(120), numberEntry({ online: undefined })] }),
  accountStatus({ name: 'failing', failure: failureOf('network') }),
  accountStatus({ name: 'stale', failure: failureOf('credentials'), numbers: undefined }),
  accountStatus({ name: 'new', numbers: undefined, lastPollMs: undefined }),
];

/** The page of these accounts in its own browser context, with fake timers. */
export async function open(
  accounts: readonly AccountStatus[],
  options: BrowserContextOptions = {},
  path = '/',
  fields: Partial<Status> = {},
) {
  const shown = { accounts, isLost: false };
  const site = await startSite({
    status: () => {
      if (shown.isLost) throw new Error('lost');
      return { ...statusOf(...shown.accounts), ...fields };
    },
  });
  const context = await browser?.newContext({
    viewport: DESKTOP,
    locale: 'en',
    timezoneId: 'Asia/Jerusalem',
    ...options,
  });
  const page = await context?.newPage();
  if (context === undefined || page === undefined) throw new Error('no browser');
  onTestFinished(() => context.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.clock.install();
  const origin = `http://127.0.0.1:${site.server.port}`;
  await page.goto(origin + path);
  const refresh = async () => {
    const answered = page.waitForResponse((response) => response.url().startsWith(origin));
    await page.clock.runFor(REFRESH_MS);
    await answered;
  };
  return { page, shown, refresh, complaints, requests, origin };
}

/** The rows of the numbers. */
export const rows = (page: Page) => page.locator('tbody tr');
