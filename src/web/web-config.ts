import type { SecureContextOptions } from 'node:tls';

import type { Secret } from '../core/secret.ts';

/** What the web configuration file says. Holds contents, not paths. */
export interface WebConfig {
  /** Undefined serves plain HTTP. */
  readonly tls: TlsConfig | undefined;
  /** Sent with every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bcrypt hash by user name; empty asks nobody for a password. */
  readonly users: ReadonlyMap<string, Secret>;
  /** A burst of requests, and one more each interval. */
  readonly rateLimit: { readonly burst: number; readonly intervalMs: number } | undefined;
  /** What the operator should know about a file that is valid. */
  readonly warnings: readonly string[];
}

/** Go's names, from the least demanding to the most. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

export interface TlsConfig {
  /** PEM, as are the key and the CA. */
  readonly cert: string;
  readonly key: Secret;
  readonly clientCa: string | undefined;
  readonly clientAuthType: ClientAuthType;
  /** The client's certificate must have one of these as a subject alternative name. */
  readonly clientAllowedSans: readonly string[] | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's names, as are the curves; undefined leaves the choice to Node.js. */
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly preferServerCiphers: boolean;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** In Node's words, without what concerns the client's certificate. */
export function toSecureContextOptions(tls: TlsConfig): SecureContextOptions {
  const { cert, key, clientCa, minVersion, maxVersion, ciphers, curves } = tls;
  return {
    cert,
    key: key.reveal(),
    // An empty list: Node would otherwise trust every public certificate authority.
    ca: clientCa ?? [],
    minVersion,
    maxVersion,
    honorCipherOrder: tls.preferServerCiphers,
    ...(ciphers === undefined ? {} : { ciphers: ciphers.join(':') }),
    ...(curves === undefined ? {} : { ecdhCurve: curves.join(':') }),
  };
}

const PROTECTIONS: Readonly<Record<string, (web: WebConfig) => boolean>> = {
  TLS: ({ tls }) => tls !== undefined,
  'verified client certificates': ({ tls }) => tls?.clientAuthType === 'RequireAndVerifyClientCert',
  client_allowed_sans: ({ tls }) => tls?.clientAllowedSans !== undefined,
  basic_auth_users: ({ users }) => users.size > 0,
};

/** Which protection `after` lacks although `before` has it; undefined for none. */
export function lostProtection(before: WebConfig, after: WebConfig): string | undefined {
  return Object.keys(PROTECTIONS).find((name) => {
    const holds = PROTECTIONS[name];
    return holds?.(before) === true && !holds(after);
  });
}
