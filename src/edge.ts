/** What several folders share although it is not part of the domain: see the import rule. */
import { Secret } from './core/secret.ts';

/** The part of a logger that this project uses. Fields never hold a secret or a provider's payload. */
export type Log = Readonly<
  Record<
    'debug' | 'info' | 'warn' | 'error',
    (fields: Readonly<Record<string, unknown>>, message: string) => void
  >
>;

/** The result of the last reload. */
export interface ReloadState {
  /** Whether the last reading of the configuration succeeded; the start counts as one. */
  readonly succeeded: boolean;
  /** When the active configuration was read, in Unix milliseconds. */
  readonly inForceSinceMs: number;
}

/** As in the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); '' means none. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  readonly no: string;
}

/** A whole response. Clients share the chunks. */
export interface Body {
  /** In bytes. */
  readonly length: number;
  readonly chunks: readonly Uint8Array[];
}

/** Where a secret comes from. A file is read again whenever the secret is needed. */
export type SecretSource =
  | { readonly kind: 'value'; readonly value: Secret }
  | { readonly kind: 'file'; readonly path: string };

/** Credentials of an account: a client that requests access tokens, or a fixed token. */
export type Credentials =
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: SecretSource }
  | { readonly kind: 'token'; readonly accessToken: SecretSource };

/** A secret, or what is wrong with it: a phrase that follows the setting's name and never quotes the text. */
export type ParsedSecret = { readonly secret: Secret } | { readonly problem: string };

export type ParseSecret = (text: string) => ParsedSecret;

/** Parses the text of a file, without the one line break that editors leave at the end. */
export function parseSecretFile(text: string, parse: ParseSecret = parseSecret): ParsedSecret {
  return parse(text.replace(/\r?\n$/, ''));
}

/**
 * Parses a secret from a variable or from YAML. A placeholder that was never replaced is refused here:
 * sent to the provider, it would count as a wrong try.
 */
export function parseSecret(text: string): ParsedSecret {
  // It must fit into an HTTP header.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return { problem: 'is empty or contains a space, a line break or a non-ASCII character' };
  }
  if (/^(["'`]).*\1$/.test(text)) return { problem: 'has quotes around it; remove them' };
  if (/^(?:\$\{.*\}|\$[A-Z_]+|<.*>|your-(?:client|access)-.*)$/.test(text)) {
    return { problem: 'is a placeholder; replace it with the real value' };
  }
  return { secret: new Secret(text) };
}

/** Far above any token in use; the provider could send one of 20 MiB. */
const TOKEN_LENGTH_MAX = 4_096;

/** Parses a fixed access token. */
export function parseToken(text: string): ParsedSecret {
  const parsed = parseSecret(text);
  if ('problem' in parsed || tokenFrom(text) !== undefined) return parsed;
  const allowed = 'letters, digits and - . _ ~ + / with = at the end';
  return { problem: `is not an access token: at most ${TOKEN_LENGTH_MAX} ${allowed}` };
}

/** Undefined unless the text is a bearer token of RFC 6750 (`b64token`). */
export function tokenFrom(text: string): Secret | undefined {
  const isToken = text.length <= TOKEN_LENGTH_MAX && /^[A-Za-z0-9._~+/-]+=*$/.test(text);
  return isToken ? new Secret(text) : undefined;
}

/** A secret must be a regular file of at most 64 KiB. */
export type FileKind = 'secret' | undefined;

/** Reads a file as UTF-8 text; throws Node's errors. */
export type ReadFile = (path: string, kind?: FileKind) => string;
