import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { fetchPrograms, findProgram, unlessMissing } from './programs.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Starts the Chromium named by $CHROMIUM, or one in the PATH, or else that of Debian, unpacked into
 * a cache folder. Rejects where there is none to be had.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath =
    process.env['CHROMIUM'] ??
    (await findProgram(...NAMES)) ??
    join(await fetchPrograms('chromium'), 'chromium');
  // Without a sandbox, since it may run as root; and without a word to anybody but the page.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
  ];
  return chromium.launch({ executablePath, args: [...args, '--disable-component-update'] });
}

/** The same, but undefined, with a warning, where there is none to be had; in CI that is an error. */
export function startOptionalBrowser(): Promise<Browser | undefined> {
  return unlessMissing('Chromium', startBrowser);
}
