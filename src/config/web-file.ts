import { validateHeaderValue } from 'node:http';

import { parseDuration } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import type { WebConfig } from '../core/web-config.ts';
import { invalid, type Problem } from './problems.ts';
import type { ReadFile } from './read-file.ts';
import { parseBoolean } from './text.ts';
import { HEADER_KEYS, HEADERS, HTTP_KEYS, RATE_KEYS, WEB_KEYS } from './web-file-keys.ts';
import { readTls } from './web-file-tls.ts';
import {
  isNull,
  openYaml,
  readMapping,
  readValue,
  refuse,
  toRoot,
  type Entry,
  type Source,
} from './yaml.ts';

/**
 * Reads the web configuration file, in the format of Prometheus' exporter-toolkit, and the files
 * that it names. Whatever would leave a door open that looks closed is a problem: half a setting, an
 * unknown one, one that this program cannot carry out.
 */
export function readWebFile(
  path: string,
  readFile: ReadFile,
): { readonly web: WebConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const web = parseWebFile(path, readFile, problems);
  return web === undefined || problems.length > 0 ? { problems } : { web };
}

function parseWebFile(
  path: string,
  readFile: ReadFile,
  problems: Problem[],
): WebConfig | undefined {
  const example = WEB_KEYS.get('basic_auth_users')?.example ?? '';
  const source = openYaml(readFile(path), path, problems, example);
  if (source === undefined) return undefined;
  const root = toRoot(source, WEB_KEYS);
  if (isNull(root.node)) {
    // Said apart: the key that "has no value" is the whole file.
    const { meaning } = root.help;
    problems.push({ name: path, problem: 'is empty and protects nothing', meaning, example });
    return undefined;
  }
  const entries = readMapping(source, root, WEB_KEYS);
  const section = <T>(key: string, read: (source: Source, entry: Entry) => T): T | undefined => {
    const entry = entries.get(key);
    return entry === undefined ? undefined : read(source, entry);
  };
  return {
    tls: section('tls_server_config', (...at) => readTls(...at, readFile)),
    headers: section('http_server_config', readHttp) ?? {},
    users: section('basic_auth_users', readUsers) ?? new Map(),
    rateLimit: section('rate_limit', readRateLimit),
  };
}

function readHttp(source: Source, section: Entry): WebConfig['headers'] {
  const entries = readMapping(source, section, HTTP_KEYS);
  const http2 = entries.get('http2');
  if (readValue(source, http2, parseBoolean) && http2 !== undefined) {
    refuse(source, http2, 'is true, but only HTTP/1.1 is spoken here; write false');
  }
  const headers = entries.get('headers');
  if (headers === undefined) return {};
  const texts = [...readMapping(source, headers, HEADER_KEYS)].map(([name, entry]) => {
    const value = readValue(source, entry, (text) => parseHeader(name, text));
    return [name, value ?? ''] as const;
  });
  // The format's way to say that a header is not set.
  return Object.fromEntries(texts.filter(([, value]) => value !== ''));
}

function parseHeader(name: string, text: string): string {
  const choices = HEADERS[name] ?? [];
  if (text !== '' && choices.length > 0 && !choices.includes(text)) {
    invalid(`must be ${choices.join(' or ')}`);
  }
  try {
    validateHeaderValue(name, text);
  } catch {
    invalid('holds a character that a header cannot');
  }
  return text;
}

/** More would keep a core busy for seconds with each wrong password. */
const BCRYPT_COST_MAX = 14;

function readUsers(source: Source, section: Entry): WebConfig['users'] {
  const users = new Map<string, Secret>();
  for (const [user, entry] of readMapping(source, section, undefined)) {
    const hash = readValue(source, entry, parseBcrypt);
    // A name with a colon could never log in: it ends at the first one.
    if (user === '' || user.includes(':'))
      refuse(source, entry, 'has a user without a usable name');
    else if (hash !== undefined) users.set(user, hash);
  }
  if (users.size === 0 && source.problems.length === 0) {
    refuse(source, section, 'holds no user; remove the key to let everybody in');
  }
  return users;
}

function parseBcrypt(text: string): Secret {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text) ?? [];
  if (cost === undefined) invalid('has a user whose password is no bcrypt hash ($2a$, $2b$, $2y$)');
  if (Number(cost) < 4)
    invalid('has a user whose hash has a cost below 4, which is none of bcrypt');
  if (Number(cost) > BCRYPT_COST_MAX) {
    invalid(`has a user whose hash has a cost above ${BCRYPT_COST_MAX}`);
  }
  return new Secret(text);
}

const RATE_BURST_MAX = 1_000_000;

function readRateLimit(source: Source, section: Entry): WebConfig['rateLimit'] {
  const entries = readMapping(source, section, RATE_KEYS);
  const [interval, burst] = [entries.get('interval'), entries.get('burst')];
  const intervalMs = readValue(source, interval, parseInterval);
  const count = readValue(source, burst, (text) =>
    /^\d{1,7}$/.test(text) && Number(text) <= RATE_BURST_MAX
      ? Number(text)
      : invalid(`must be a whole number up to ${RATE_BURST_MAX}`),
  );
  if (interval === undefined) refuse(source, section, 'has no interval');
  else if (intervalMs !== undefined && intervalMs > 0 && burst === undefined) {
    refuse(source, section, 'has no burst');
  } else if (intervalMs && count === 0) {
    refuse(source, section, 'has a burst of 0, which lets nobody in');
  }
  return intervalMs && count ? { intervalMs, burst: count } : undefined;
}

/** As elsewhere, and milliseconds, which are of use only here. */
function parseInterval(text: string): number {
  const [, ms] = /^(\d{1,9})ms$/.exec(text) ?? [];
  if (text === '0') return 0;
  return ms === undefined
    ? (parseDuration(text) ?? invalid('is not a duration; write 500ms, 1s or 1m'))
    : Number(ms);
}
