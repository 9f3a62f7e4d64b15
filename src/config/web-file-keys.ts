import type { TlsVersion } from '../core/web-config.ts';
import { toMappingHelp, type Help, type KnownKeys } from './yaml.ts';

const keysOf = (section: string, rows: Readonly<Record<string, [string, string]>>): KnownKeys =>
  new Map(
    Object.entries(rows).map(([key, [meaning, value]]): [string, Help] => [
      key,
      { meaning, example: `${section}: { ${key}: ${value} }` },
    ]),
  );

export const TLS_KEYS = keysOf('tls_server_config', {
  cert_file: ['File with the certificate (PEM), followed by its intermediates', 'server.crt'],
  key_file: ['File with the private key of the certificate (PEM)', 'server.key'],
  cert: ['The certificate itself (PEM), in place of cert_file', '"-----BEGIN CERTIFICATE..."'],
  key: ['The private key itself (PEM), in place of key_file', '"-----BEGIN PRIVATE KEY..."'],
  client_auth_type: ['Which certificate a client needs', 'RequireAndVerifyClientCert'],
  client_ca_file: ["File with the authorities of the clients' certificates (PEM)", 'clients.crt'],
  client_ca: ['The authorities themselves (PEM)', '"-----BEGIN CERTIFICATE..."'],
  client_allowed_sans: ['Names of which a client certificate needs one', '[prometheus.example]'],
  min_version: ['Oldest version of TLS that is spoken', 'TLS12'],
  max_version: ['Newest version of TLS that is spoken', 'TLS13'],
  cipher_suites: ["Cipher suites, by Go's names", '[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]'],
  prefer_server_cipher_suites: ["Whether the server's order of suites counts", 'true'],
  curve_preferences: ['Curves of the key exchange, best first', '[X25519, CurveP256]'],
});

export const HTTP_KEYS = keysOf('http_server_config', {
  http2: ['Whether to speak HTTP/2; this program does not', 'false'],
  headers: ['Headers of every response', '{ X-Frame-Options: deny }'],
});

/** The headers that may be set, and where it is a closed set their values. */
export const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
  'Content-Security-Policy': [],
};

export const HEADER_KEYS: KnownKeys = new Map(
  Object.entries(HEADERS).map(([name, [value = '...']]): [string, Help] => [
    name,
    { meaning: 'A header of every response', example: `headers: { ${name}: ${value} }` },
  ]),
);

export const RATE_KEYS = keysOf('rate_limit', {
  interval: ['Time from one request to the next; 0 for no limit', '1s'],
  burst: ['So many requests may come at once', '20'],
});

const USERS_HELP: Help = {
  meaning: 'Users, each with the bcrypt hash of the password, as of htpasswd -nBC 10 ""',
  example: "basic_auth_users: { prometheus: '$2y$10$...' }",
};

export const WEB_KEYS: KnownKeys = new Map([
  ['tls_server_config', toMappingHelp(TLS_KEYS)],
  ['http_server_config', toMappingHelp(HTTP_KEYS)],
  ['basic_auth_users', USERS_HELP],
  ['rate_limit', toMappingHelp(RATE_KEYS)],
]);

/** TLS 1.0 and 1.1, which the format also knows, are past their end, and OpenSSL refuses them. */
export const TLS_VERSIONS = new Map<string, TlsVersion>([
  ['TLS12', 'TLSv1.2'],
  ['TLS13', 'TLSv1.3'],
]);

export const CURVES: ReadonlyMap<string, string> = new Map([
  ['CurveP256', 'P-256'],
  ['CurveP384', 'P-384'],
  ['CurveP521', 'P-521'],
  ['X25519', 'X25519'],
]);

/** Those of TLS 1.3 have one name everywhere. */
export const CIPHERS_OF_TLS13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
] as const;

/** From Go's names, which are those of the standard, to OpenSSL's. */
export const CIPHERS: ReadonlyMap<string, string> = new Map([
  ...CIPHERS_OF_TLS13.map((name): [string, string] => [name, name]),
  ...['ECDSA', 'RSA'].flatMap((auth): [string, string][] => [
    [`TLS_ECDHE_${auth}_WITH_AES_128_CBC_SHA`, `ECDHE-${auth}-AES128-SHA`],
    [`TLS_ECDHE_${auth}_WITH_AES_256_CBC_SHA`, `ECDHE-${auth}-AES256-SHA`],
    [`TLS_ECDHE_${auth}_WITH_AES_128_GCM_SHA256`, `ECDHE-${auth}-AES128-GCM-SHA256`],
    [`TLS_ECDHE_${auth}_WITH_AES_256_GCM_SHA384`, `ECDHE-${auth}-AES256-GCM-SHA384`],
    [`TLS_ECDHE_${auth}_WITH_CHACHA20_POLY1305_SHA256`, `ECDHE-${auth}-CHACHA20-POLY1305`],
  ]),
]);
