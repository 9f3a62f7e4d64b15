import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { codeOf } from '../core/error-code.ts';
import { parseSecretFile, type ParseSecret, type SecretSource } from '../edge.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** Reads the file on every call. Throws PollError `credentials` if `parse` refuses its text. */
export function readSecret(source: SecretSource, parse: ParseSecret): Secret {
  if (source.kind === 'value') return source.value;
  let text: string;
  try {
    text = readSecretFile(source.path);
  } catch (error) {
    throw new PollError(
      'credentials',
      `secret file ${source.path}: ${codeOf(error) ?? 'unreadable'}`,
    );
  }
  const parsed = parseSecretFile(text, parse);
  if ('secret' in parsed) return parsed.secret;
  throw new PollError('credentials', `secret file ${source.path} ${parsed.problem}`);
}

const BYTES_MAX = 64 * 1024;

/** Throws Node's errors, and EFTYPE or EFBIG without reading if it is no regular file or too large. */
export function readSecretFile(path: string): string {
  // Opening a FIFO would wait for its writer, and block the process.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw failure('EISDIR');
    if (!stats.isFile()) throw failure('EFTYPE');
    if (stats.size > BYTES_MAX) throw failure('EFBIG');
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

const failure = (code: string) => Object.assign(new Error(code), { code });
