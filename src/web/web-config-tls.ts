import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { codeOf } from '../core/error-code.ts';
import { Secret } from '../core/secret.ts';
import type { ReadFile } from '../edge.ts';
import { toSecureContextOptions, type TlsConfig } from './web-config.ts';
import { CIPHERS_OF_TLS13, type TlsSection } from './web-config-schema.ts';

/** Thrown for what is wrong with the section; its message holds no secret. */
export class TlsProblem extends Error {}

/**
 * The TLS settings with the contents of the files that they name. Undefined where the section asks for
 * no TLS. Whatever looks like a check of the client and checks nothing is a problem.
 */
export function toTls(section: TlsSection, readFile: ReadFile): TlsConfig | undefined {
  const textOf = (key: 'cert' | 'key' | 'client_ca'): string | undefined => {
    const file = section[`${key}_file`];
    if (file === undefined) return section[key];
    try {
      // A bundle of authorities may be larger than a secret.
      return readFile(file, key === 'client_ca' ? undefined : 'secret');
    } catch (error) {
      const code = codeOf(error) ?? 'no reason given';
      // Without its name, which may be a key in the wrong place.
      throw new TlsProblem(`names a ${key}_file that cannot be read (${code})`, { cause: error });
    }
  };
  const [cert, key, clientCa] = [textOf('cert'), textOf('key'), textOf('client_ca')];
  const sans = section.client_allowed_sans ?? [];
  const { client_auth_type: authType } = section;
  if ([cert, key, clientCa, authType, sans[0]].every((value) => value === undefined)) {
    return undefined;
  }
  if (cert === undefined) throw new TlsProblem('has neither cert_file nor cert');
  if (key === undefined) throw new TlsProblem('has neither key_file nor key');
  if (!parseCertificate(cert).checkPrivateKey(parseKey(key))) {
    throw new TlsProblem('has a private key that does not match the certificate');
  }
  if (clientCa !== undefined) parseCertificate(clientCa);
  const ciphers = section.cipher_suites ?? [];
  const curves = section.curve_preferences ?? [];
  const tls: TlsConfig = {
    cert,
    key: new Secret(key),
    clientCa,
    clientAuthType: authType ?? 'NoClientCert',
    clientAllowedSans: sans.length === 0 ? undefined : sans,
    minVersion: section.min_version ?? 'TLSv1.2',
    maxVersion: section.max_version ?? 'TLSv1.3',
    ciphers: ciphers.length === 0 ? undefined : withTls13(ciphers),
    curves: curves.length === 0 ? undefined : curves,
    preferServerCiphers: section.prefer_server_cipher_suites ?? true,
  };
  const problem = contradictionIn(tls);
  if (problem !== undefined) throw new TlsProblem(problem);
  try {
    createSecureContext(toSecureContextOptions(tls));
  } catch (error) {
    const code = codeOf(error) ?? 'no reason given';
    throw new TlsProblem(`is refused by OpenSSL (${code})`, { cause: error });
  }
  return tls;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TlsProblem('has a certificate that is not valid PEM');
  }
}

function parseKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TlsProblem('has a private key that is not valid PEM, or has a passphrase');
  }
}

function contradictionIn(tls: TlsConfig): string | undefined {
  const { clientAuthType, clientCa, clientAllowedSans, minVersion, maxVersion } = tls;
  const verifies = clientAuthType.includes('Verify');
  if (clientCa !== undefined && !verifies) {
    return `has a client CA, but ${clientAuthType} verifies no certificate; use RequireAndVerifyClientCert`;
  }
  if (clientCa === undefined && verifies) return `has ${clientAuthType} without a client_ca_file`;
  if (clientAllowedSans !== undefined && clientAuthType !== 'RequireAndVerifyClientCert') {
    return `has client_allowed_sans, which needs RequireAndVerifyClientCert, not ${clientAuthType}`;
  }
  return minVersion > maxVersion ? 'has a min_version above its max_version' : undefined;
}

/** As in Go, a list without suites of TLS 1.3 leaves those as they are. */
function withTls13(ciphers: readonly string[]): readonly string[] {
  return ciphers.some((name) => name.startsWith('TLS_'))
    ? ciphers
    : [...CIPHERS_OF_TLS13, ...ciphers];
}
