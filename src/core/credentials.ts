import { Secret } from './secret.ts';

/** Where a secret comes from. A file is read again whenever the secret is needed. */
export type SecretSource =
  | { readonly kind: 'value'; readonly value: Secret }
  | { readonly kind: 'file'; readonly path: string };

/** What an account proves itself with: a client that asks for access tokens, or a fixed token. */
export type Credentials =
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: SecretSource }
  | { readonly kind: 'token'; readonly accessToken: SecretSource };

/** A secret, or what is wrong with the text: a phrase that follows its name and never quotes it. */
export type ParsedSecret = { readonly secret: Secret } | { readonly problem: string };

/** Parses the text of a file, without the one line break that editors leave at the end. */
export function parseSecretFile(text: string): ParsedSecret {
  return parseSecret(text.replace(/\r?\n$/, ''));
}

/**
 * Parses a secret from a variable or from YAML. A placeholder that was never replaced is refused here:
 * sent to the provider, it would count as a wrong try.
 */
export function parseSecret(text: string): ParsedSecret {
  const secret = secretFrom(text);
  if (secret === undefined) {
    return { problem: 'is empty or contains a space, a line break or a non-ASCII character' };
  }
  if (/^(["'`]).*\1$/.test(text)) return { problem: 'has quotes around it; remove them' };
  if (/^(?:\$\{.*\}|\$[A-Z_]+|<.*>|your-(?:client|access)-.*)$/.test(text)) {
    return { problem: 'is a placeholder; replace it with the real value' };
  }
  return { secret };
}

/** Undefined if the text cannot stand in an HTTP header (visible ASCII only). */
export function secretFrom(text: string): Secret | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined;
}
