import { validateHeaderValue } from 'node:http';
import * as z from 'zod';

import { Secret } from '../core/secret.ts';
import { CLIENT_AUTH_TYPES, type TlsVersion } from './web-config.ts';

// Every scalar arrives as text, so that a name such as `no` or `012` stays what it is.

/** An empty value and YAML's null mean that a key is not set. */
const UNSET: readonly unknown[] = ['', '~', 'null', 'Null', 'NULL'];
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (UNSET.includes(value) ? undefined : value), schema.optional());

/** Fails with this message for a value that `parse` makes nothing of. */
const parsed = <T>(parse: (text: string) => T | undefined, message: string) =>
  z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue(message);
    return z.NEVER;
  });
const named = <T>(names: ReadonlyMap<string, T>, more = '') =>
  parsed((text) => names.get(text), `must be one of ${[...names.keys()].join(', ')}${more}`);
const flag = z.stringbool({
  truthy: ['true', 'yes', 'on', 'y'],
  falsy: ['false', 'no', 'off', 'n'],
  error: 'must be true or false',
});

/** The format also has TLS 1.0 and 1.1, which OpenSSL no longer speaks. */
const version = named(
  new Map<string, TlsVersion>([
    ['TLS12', 'TLSv1.2'],
    ['TLS13', 'TLSv1.3'],
  ]),
  '; older versions are not safe',
);

const CURVES = new Map([
  ['CurveP256', 'P-256'],
  ['CurveP384', 'P-384'],
  ['CurveP521', 'P-521'],
  ['X25519', 'X25519'],
]);

/** Suites of TLS 1.3 have the same name everywhere. */
export const CIPHERS_OF_TLS13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
] as const;

/** From Go's names, which are those of the standard, to OpenSSL's. */
const CIPHERS = new Map<string, string>([
  ...CIPHERS_OF_TLS13.map((name): [string, string] => [name, name]),
  ...['ECDSA', 'RSA'].flatMap((auth): [string, string][] => [
    [`TLS_ECDHE_${auth}_WITH_AES_128_CBC_SHA`, `ECDHE-${auth}-AES128-SHA`],
    [`TLS_ECDHE_${auth}_WITH_AES_256_CBC_SHA`, `ECDHE-${auth}-AES256-SHA`],
    [`TLS_ECDHE_${auth}_WITH_AES_128_GCM_SHA256`, `ECDHE-${auth}-AES128-GCM-SHA256`],
    [`TLS_ECDHE_${auth}_WITH_AES_256_GCM_SHA384`, `ECDHE-${auth}-AES256-GCM-SHA384`],
    [`TLS_ECDHE_${auth}_WITH_CHACHA20_POLY1305_SHA256`, `ECDHE-${auth}-CHACHA20-POLY1305`],
  ]),
]);

const AUTH_TYPES = new Map([
  ...CLIENT_AUTH_TYPES.map((type) => [type, type] as const),
  // An old name that the toolkit still accepts.
  ['RequireClientCert', 'RequireAnyClientCert'] as const,
]);

const tlsSection = z.strictObject({
  cert_file: optional(z.string()),
  cert: optional(z.string()),
  key_file: optional(z.string()),
  key: optional(z.string()),
  client_ca_file: optional(z.string()),
  client_ca: optional(z.string()),
  client_auth_type: optional(named(AUTH_TYPES)),
  client_allowed_sans: optional(z.array(z.string())),
  min_version: optional(version),
  max_version: optional(version),
  cipher_suites: optional(z.array(named(CIPHERS))),
  curve_preferences: optional(z.array(named(CURVES))),
  prefer_server_cipher_suites: optional(flag),
});
export type TlsSection = z.infer<typeof tlsSection>;

function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue('any', text);
    return true;
  } catch {
    return false;
  }
}
const header = z.string().refine(isHeaderValue, 'has a character that headers must not have');
const headers = z.strictObject({
  'Strict-Transport-Security': optional(header),
  'X-Content-Type-Options': optional(z.enum(['nosniff'])),
  'X-Frame-Options': optional(z.enum(['deny', 'sameorigin'])),
  'X-XSS-Protection': optional(header),
  'Content-Security-Policy': optional(header),
});

/** A higher cost would keep a core busy for seconds with each wrong password. */
const BCRYPT_COST_MAX = 14;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
export const costOf = (hash: string): number => Number(BCRYPT.exec(hash)?.[1]);
const bcryptHash = parsed((text) => {
  const cost = costOf(text);
  return cost >= 4 && cost <= BCRYPT_COST_MAX ? new Secret(text) : undefined;
}, `needs a bcrypt hash ($2a$, $2b$ or $2y$) of a cost from 4 to ${BCRYPT_COST_MAX}`);
const userName = z.string().regex(/^[^:]+$/, 'has a user name that is empty or has a colon');

const GO_UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3_600e3,
};

/** As Go reads one: `1m30s`, `1.5s`, `500us`; plain digits are nanoseconds. */
function parseGoDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) / 1e6;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/([\d.]+)(\D+)/g);
  return [...parts].reduce((ms, [, n, unit = '']) => ms + Number(n) * (GO_UNITS_MS[unit] ?? 0), 0);
}

const httpSection = z.strictObject({ http2: optional(flag), headers: optional(headers) });

const rateLimit = z.strictObject({
  interval: optional(parsed(parseGoDuration, 'must be a duration such as 500ms, 1.5s or 1m')),
  burst: optional(
    parsed(
      (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
      'must be a whole number up to 999999',
    ),
  ),
});

/** The web configuration file in the format of Prometheus' exporter-toolkit. */
export const webConfigSchema = z.strictObject({
  tls_server_config: optional(tlsSection),
  http_server_config: optional(httpSection),
  basic_auth_users: optional(
    // A Map: zod leaves the key __proto__ out of records, and with it a user.
    z.preprocess(
      (value) => (isMapping(value) ? new Map(Object.entries(value)) : value),
      z.map(userName, bcryptHash),
    ),
  ),
  rate_limit: optional(rateLimit),
});
export type WebConfigFile = z.infer<typeof webConfigSchema>;

const MAPPINGS: Readonly<Record<string, z.ZodObject>> = {
  '': webConfigSchema,
  tls_server_config: tlsSection,
  http_server_config: httpSection,
  'http_server_config.headers': headers,
  rate_limit: rateLimit,
};

/** The keys that a mapping of the file may have. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(MAPPINGS[path.join('.')]?.shape ?? {});
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
