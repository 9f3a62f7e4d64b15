import { Secret } from './secret.ts';

/** Where a secret comes from. A file is read again whenever the secret is needed. */
export type SecretSource =
  | { readonly kind: 'value'; readonly value: Secret }
  | { readonly kind: 'file'; readonly path: string };

/** What an account proves itself with: a client that asks for access tokens, or a fixed token. */
export type Credentials =
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: SecretSource }
  | { readonly kind: 'token'; readonly accessToken: SecretSource };

/**
 * The secret that a file holds: its text without the one line break that editors leave at the end.
 * Undefined where that is empty or could not stand in an HTTP header (visible ASCII only).
 */
export function secretFromFile(text: string): Secret | undefined {
  return secretFrom(text.replace(/\r?\n$/, ''));
}

/** A secret as it stands in a variable or in YAML; undefined as in `secretFromFile`. */
export function secretFrom(text: string): Secret | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined;
}
