import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type * as z from 'zod';

import { codeOf } from '../core/error-code.ts';
import { nearest } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import type { ReadFile } from '../edge.ts';
import type { WebConfig } from './web-config.ts';
import { costOf, keysAt, webConfigSchema, type WebConfigFile } from './web-config-schema.ts';
import { TlsProblem, toTls } from './web-config-tls.ts';

/** Far more than any such file needs. The YAML library takes 5 s for 20,000. */
const ALIASES_MAX = 100;

type Help = Pick<Problem, 'meaning' | 'example'>;
const ROOT_HELP: Help = {
  meaning: 'Its keys are tls_server_config, http_server_config, basic_auth_users and rate_limit',
  example: "basic_auth_users: { prometheus: '$2y$10$...' }",
};
const HELP: Readonly<Record<string, Help>> = {
  tls_server_config: {
    meaning: 'TLS: the certificate, its key, and which certificate clients need',
    example: 'tls_server_config: { cert_file: server.crt, key_file: server.key }',
  },
  http_server_config: {
    meaning: 'Headers of every response',
    example: 'http_server_config: { headers: { X-Frame-Options: deny } }',
  },
  basic_auth_users: {
    meaning: 'Users, each with the bcrypt hash of the password, as from htpasswd -nBC 10 ""',
    example: ROOT_HELP.example,
  },
  rate_limit: {
    meaning: 'How many requests may come at once, and the time until one more',
    example: 'rate_limit: { interval: 100ms, burst: 20 }',
  },
};

/**
 * Reads the web configuration file and the files that it names. Whatever looks protected and is not is
 * a problem. `readFile` throws Node's errors.
 */
export function readWebConfig(
  path: string,
  readFile: ReadFile,
): { readonly web: WebConfig } | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const refuse = (
    problem: string,
    key: readonly PropertyKey[] = [],
    document?: Document,
    place = key,
  ) => {
    const [section, ...rest] = key;
    // Names of users are not repeated: one may be a password in the wrong place.
    const shown = section === 'basic_auth_users' ? [section] : [section, ...rest];
    const offset = document && offsetOf(document, place);
    const where = offset === undefined ? path : `${path}, line ${lines.linePos(offset).line}`;
    const name = section === undefined ? where : `${shown.join('.')} in ${where}`;
    return { name, problem, ...(HELP[String(section)] ?? ROOT_HELP) };
  };

  let text: string;
  try {
    text = readFile(path, 'secret');
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { problems: [refuse(`cannot be read (${code})`)] };
  }
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    // Its warnings quote the file.
    logLevel: 'error',
  });
  const [flaw] = [...document.errors, ...document.warnings];
  if (flaw !== undefined) {
    // The library's messages quote the file, which holds secrets; its codes do not.
    const what = flaw.code.toLowerCase().replaceAll('_', ' ');
    const { line } = lines.linePos(flaw.pos[0]);
    return { problems: [refuse(`is not valid YAML (${what} in line ${line})`)] };
  }
  let aliases = 0;
  visit(document, { Alias: () => void (aliases += 1) });
  if (aliases > ALIASES_MAX) return { problems: [refuse('has too many aliases')] };
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    return { problems: [refuse('has an alias without its anchor, or too many levels')] };
  }
  const result = webConfigSchema.safeParse(content ?? {});
  if (!result.success) {
    const { issues } = result.error;
    return {
      problems: issues.flatMap((issue) => {
        const { code, path: at } = issue;
        return code === 'unrecognized_keys'
          ? issue.keys.map((key) => refuse(explainUnknown(at, key), at, document, [...at, key]))
          : [refuse(explain(issue), at, document)];
      }),
    };
  }

  const file = result.data;
  const problems: Problem[] = [];
  const rateLimit = toRateLimit(file.rate_limit);
  if (typeof rateLimit === 'string') problems.push(refuse(rateLimit, ['rate_limit'], document));
  let tls: WebConfig['tls'];
  try {
    // Relative to this file, wherever the program was started.
    const read: ReadFile = (name, kind) => readFile(resolve(dirname(path), name), kind);
    tls = file.tls_server_config && toTls(file.tls_server_config, read);
  } catch (error) {
    if (!(error instanceof TlsProblem)) throw error;
    problems.push(refuse(error.message, ['tls_server_config'], document));
  }
  if (typeof rateLimit === 'string' || problems.length > 0) return { problems };
  const web: Omit<WebConfig, 'warnings'> = {
    tls,
    headers: Object.fromEntries(
      Object.entries(file.http_server_config?.headers ?? {}).filter(isSet),
    ),
    users: file.basic_auth_users ?? new Map(),
    rateLimit,
  };
  return isEmpty(web)
    ? { problems: [refuse('protects nothing; add TLS or users, or do not name the file')] }
    : { web: { ...web, warnings: warningsOf(file, web) } };
}

/** The problems of the file, for --check-config. */
export function checkWebConfig(path: string, readFile: ReadFile): readonly Problem[] {
  const result = readWebConfig(path, readFile);
  return 'problems' in result ? result.problems : [];
}

/** A cut or emptied file reads like this, and would open the port to everybody. */
function isEmpty({ tls, headers, users, rateLimit }: Omit<WebConfig, 'warnings'>): boolean {
  const hasHeaders = Object.keys(headers).length > 0;
  return tls === undefined && users.size === 0 && rateLimit === undefined && !hasHeaders;
}

function warningsOf(
  file: WebConfigFile,
  { tls, users }: Pick<WebConfig, 'tls' | 'users'>,
): readonly string[] {
  const costs = new Set([...users.values()].map((hash) => costOf(hash.reveal())));
  const verifies = tls?.clientAuthType === 'RequireAndVerifyClientCert';
  const warnings: readonly (readonly [boolean, string])[] = [
    [
      users.size === 0 && !verifies,
      'the web configuration restricts nobody: it has no users and verifies no client certificates',
    ],
    [
      file.tls_server_config !== undefined && tls === undefined,
      'tls_server_config has no certificate: the exporter serves plain HTTP',
    ],
    [
      file.http_server_config?.http2 === true,
      'http2 has no effect: the exporter speaks HTTP/1.1 only',
    ],
    [costs.size > 1, 'the bcrypt costs of users differ, so response times reveal user names'],
  ];
  return warnings.filter(([applies]) => applies).map(([, text]) => text);
}

/** A text says what is wrong. */
function toRateLimit(section: WebConfigFile['rate_limit']): WebConfig['rateLimit'] | string {
  const { interval: intervalMs, burst } = section ?? {};
  if (intervalMs === undefined) return burst === undefined ? undefined : 'has no interval';
  if (intervalMs === 0) return undefined;
  if (burst === undefined) return 'has no burst';
  return burst === 0 ? 'has a burst of 0, which refuses every request' : { intervalMs, burst };
}

/** What is wrong, without the value, which may be a secret. */
function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string') return 'must be a single value';
      return issue.expected === 'array' ? 'must be a list' : 'must be a mapping of keys to values';
    case 'invalid_value':
      return issue.message.startsWith('must')
        ? issue.message
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has an invalid key';
    default:
      return issue.message;
  }
}

function explainUnknown(path: readonly PropertyKey[], key: string): string {
  const near = nearest(key, keysAt(path));
  // A text in the place of a key may be a secret: only what looks like a key is shown.
  const shown = near !== undefined || /^[a-z_-]{1,40}$/i.test(key) ? `: ${key}` : '';
  return `has an unknown key${shown}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Where in the file a key is, or the nearest part of it that can be found. */
function offsetOf(document: Document, key: readonly PropertyKey[]): number | undefined {
  for (let length = key.length; length > 0; length -= 1) {
    const node = document.getIn(key.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
