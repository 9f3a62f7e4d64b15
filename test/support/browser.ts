import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { fetchPrograms, findProgram, unlessMissing } from './programs.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Starts $CHROMIUM, or a Chromium in the PATH, or else Debian's, unpacked into
 * a cache folder. Rejects if none is available.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath =
    process.env['CHROMIUM'] ??
    (await findProgram(...NAMES)) ??
    join(await fetchPrograms('chromium'), 'chromium');
  // Without a sandbox, because it may run as root, and without background requests.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
  ];
  return chromium.launch({ executablePath, args: [...args, '--disable-component-update'] });
}

/** Like startBrowser, but returns undefined with a warning if none is available; in CI it rejects. */
export function startOptionalBrowser(): Promise<Browser | undefined> {
  return unlessMissing('Chromium', startBrowser);
}
