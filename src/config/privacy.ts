import type { PrivacyConfig } from './config.ts';
import { parseGiven, toProblem, type Given } from './given.ts';
import type { Problem } from './problems.ts';
import { readNamedFile, type ReadFile } from './read-file.ts';
import { PRIVACY_KEY_SETTINGS, SETTINGS } from './settings.ts';
import { parseHashKey } from './values.ts';

const { hashKey: KEY, hashKeyFile: KEY_FILE } = PRIVACY_KEY_SETTINGS;

/** A key and a label that do not go together are a problem: one of them was forgotten. */
export function parsePrivacy(
  privacy: Pick<PrivacyConfig, 'numberLabel' | 'noNames'>,
  { key, keyFile }: { readonly key: Given | undefined; readonly keyFile: Given | undefined },
  { readFile, problems }: { readonly readFile: ReadFile; readonly problems: Problem[] },
): PrivacyConfig {
  const refuse = (given: Given, problem: string) =>
    problems.push(toProblem(given === key ? KEY : KEY_FILE, given, problem));
  const given = key ?? keyFile;
  if (privacy.numberLabel === 'full') {
    const problem = `set while ${SETTINGS.numberLabel.key} is full, so that numbers are shown`;
    if (given !== undefined) refuse(given, problem);
    return { ...privacy, hashKey: undefined, hashKeyFile: undefined };
  }
  if (key !== undefined && keyFile !== undefined) {
    refuse(keyFile, `set together with ${key.name}; keep one of them`);
  }
  if (given === undefined) {
    const { env, meaning } = KEY;
    const problem = `not set, nor ${KEY_FILE.env}, while ${SETTINGS.numberLabel.key} is hashed`;
    problems.push({ name: env, problem, meaning, example: `${KEY_FILE.env}=${KEY_FILE.example}` });
  }
  const parse = (path: string) => parseHashKey(readNamedFile(readFile, path));
  const fromFile = key === undefined && keyFile !== undefined;
  const hashKey = fromFile
    ? parseGiven({ ...KEY_FILE, parse }, keyFile, problems)
    : key && parseGiven(KEY, key, problems);
  return { ...privacy, hashKey, hashKeyFile: fromFile ? keyFile.text : undefined };
}
