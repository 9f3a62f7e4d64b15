import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/chromium');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Starts the Chromium named by $CHROMIUM, or one in the PATH, or else that of Debian, unpacked into
 * a cache folder. Rejects where there is none to be had.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? (await findInstalled()) ?? (await fetched());
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
export async function startOptionalBrowser(): Promise<Browser | undefined> {
  try {
    return await startBrowser();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn(`No Chromium, its tests are skipped: ${String(error)}`);
    return undefined;
  }
}

async function findInstalled(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

async function fetched(): Promise<string> {
  await run(join(ROOT, 'scripts/fetch-chromium.sh'), [CACHE], { cwd: ROOT });
  return join(CACHE, 'chromium');
}
