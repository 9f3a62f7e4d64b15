import { invalid } from './problems.ts';

/** Reads a file as UTF-8 text; throws Node's errors. */
export type ReadFile = (path: string) => string;

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'names a file that does not exist',
  ENOTDIR: 'names a file that does not exist',
  EISDIR: 'names a directory, not a file',
  EACCES: 'names a file that this user may not read',
};

/** The text of the file that a setting names, for use in the setting's `parse`. */
export function readNamedFile(readFile: ReadFile, path: string): string {
  try {
    return readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return invalid(READ_PROBLEMS[code] ?? `names a file that cannot be read (${code})`);
  }
}
