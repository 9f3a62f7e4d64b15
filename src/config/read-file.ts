import { invalid } from './problems.ts';

/** A secret must be a regular file of at most 64 KiB. */
export type FileKind = 'secret' | undefined;

/** Reads a file as UTF-8 text; throws Node's errors. */
export type ReadFile = (path: string, kind?: FileKind) => string;

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'names a file that does not exist',
  ENOTDIR: 'names a file that does not exist',
  EISDIR: 'names a directory, not a file',
  EACCES: 'names a file that this user may not read',
  EFTYPE: 'names a pipe or a device, not a file',
  EFBIG: 'names a file larger than 64 KiB',
};

/** The text of the file that a setting names, for use in the setting's `parse`. */
export function readNamedFile(readFile: ReadFile, path: string, kind?: FileKind): string {
  try {
    return readFile(path, kind);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return invalid(READ_PROBLEMS[code] ?? `names a file that cannot be read (${code})`);
  }
}
