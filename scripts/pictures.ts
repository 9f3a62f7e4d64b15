/**
 * Takes the screenshots of the status page in docs/pictures, from the demo. Run
 * `npm run build && npx tsx scripts/pictures.ts` after changing the page.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { startBrowser } from '../test/support/browser.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const DESKTOP = { width: 1000, height: 720 };
const PHONE = { width: 390, height: 844 };
const PICTURES: Readonly<Record<string, BrowserContextOptions>> = {
  'status-page-light': { colorScheme: 'light', viewport: DESKTOP },
  'status-page-dark': { colorScheme: 'dark', viewport: DESKTOP },
  'status-page-phone': { colorScheme: 'light', viewport: PHONE, deviceScaleFactor: 2 },
  'status-page-phone-he': {
    colorScheme: 'light',
    viewport: PHONE,
    deviceScaleFactor: 2,
    locale: 'he',
  },
};

const flags = ['--demo', '--web.listen-address=127.0.0.1:0'];
const demo = spawn(process.execPath, [join(ROOT, 'dist/main.js'), ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await startBrowser();
try {
  const port = await portOfDemo();
  for (const [name, options] of Object.entries(PICTURES)) {
    const context = await browser.newContext({ ...options, timezoneId: 'Asia/Jerusalem' });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.screenshot({ path: join(ROOT, 'docs/pictures', `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  demo.kill();
}

/** Resolves after the first poll. */
async function portOfDemo(): Promise<number> {
  let port = 0;
  for await (const line of createInterface(demo.stdout)) {
    const { msg, ...fields } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'serving metrics') port = fields.port ?? 0;
    if (msg === 'polled') break;
  }
  return port;
}
