import type { SecureContextOptions } from 'node:tls';

import type { Secret } from './secret.ts';

/** Who may come in and how, as the web configuration file says it. Holds contents, not paths. */
export interface WebConfig {
  /** Undefined serves without encryption. */
  readonly tls: TlsConfig | undefined;
  /** Sent with every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bcrypt hash by user name; empty lets everybody in. */
  readonly users: ReadonlyMap<string, Secret>;
  /** So many requests at once, and one more each interval. */
  readonly rateLimit: { readonly burst: number; readonly intervalMs: number } | undefined;
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
  /** One of them must be a subject alternative name of the client's certificate. */
  readonly clientAllowedSans: readonly string[] | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's names, as are the curves; undefined leaves the choice to Node.js. */
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly preferServerCiphers: boolean;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** In Node's words, but for the client's certificate. */
export function toSecureContextOptions(tls: TlsConfig): SecureContextOptions {
  const { cert, key, clientCa, minVersion, maxVersion, ciphers, curves } = tls;
  return {
    cert,
    key: key.reveal(),
    // Without any, Node would trust the public authorities: everybody's certificate would do.
    ca: clientCa ?? [],
    minVersion,
    maxVersion,
    honorCipherOrder: tls.preferServerCiphers,
    ...(ciphers === undefined ? {} : { ciphers: ciphers.join(':') }),
    ...(curves === undefined ? {} : { ecdhCurve: curves.join(':') }),
  };
}
