import { codeOf } from '../core/error-code.ts';
import type { FileKind, ReadFile } from '../edge.ts';
import { invalid } from './problems.ts';

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
    const code = codeOf(error);
    if (code === undefined) throw error;
    return invalid(READ_PROBLEMS[code] ?? `names a file that cannot be read (${code})`);
  }
}
