import { readFileSync } from 'node:fs';
import { parseSecretFile, type ParseSecret, type SecretSource } from '../core/credentials.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';

/** Reads the file on every call. Throws PollError `credentials` if `parse` refuses its text. */
export function readSecret(source: SecretSource, parse: ParseSecret): Secret {
  if (source.kind === 'value') return source.value;
  let text: string;
  try {
    text = readFileSync(source.path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new PollError('credentials', `secret file ${source.path}: ${code}`);
  }
  const parsed = parseSecretFile(text, parse);
  if ('secret' in parsed) return parsed.secret;
  throw new PollError('credentials', `secret file ${source.path} ${parsed.problem}`);
}
