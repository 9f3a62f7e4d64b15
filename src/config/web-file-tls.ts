import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';

import { Secret } from '../core/secret.ts';
import {
  CLIENT_AUTH_TYPES,
  toSecureContextOptions,
  type ClientAuthType,
  type TlsConfig,
} from '../core/web-config.ts';
import { invalid } from './problems.ts';
import { readNamedFile, type ReadFile } from './read-file.ts';
import { parseBoolean } from './text.ts';
import { CIPHERS, CIPHERS_OF_TLS13, CURVES, TLS_KEYS, TLS_VERSIONS } from './web-file-keys.ts';
import { readList, readMapping, readValue, refuse, type Entry, type Source } from './yaml.ts';

/** Undefined after telling what is wrong, which is tried out as far as it goes without a client. */
export function readTls(source: Source, section: Entry, readFile: ReadFile): TlsConfig | undefined {
  const countBefore = source.problems.length;
  const entries = readMapping(source, section, TLS_KEYS);
  const read = <T>(key: string, parse: (text: string) => T) =>
    readValue(source, entries.get(key), parse);
  const readPem = <T>(key: string, parse: (pem: string) => T) => {
    const [inline, file] = [entries.get(key), entries.get(`${key}_file`)];
    if (inline !== undefined && file !== undefined) {
      refuse(source, file, `set together with ${key}; keep one of them`);
    }
    // Relative to the file that names it, wherever the program was started.
    const toPath = (name: string) => resolve(dirname(source.path), name);
    return (
      read(key, (text) => ({ text, parsed: parse(text) })) ??
      read(`${key}_file`, (name) => {
        const text = readNamedFile(readFile, toPath(name));
        return { text, parsed: parse(text) };
      })
    );
  };
  const readNames = (key: string, names: ReadonlyMap<string, string>) => {
    const entry = entries.get(key);
    const given = entry && readList(source, entry);
    return given?.flatMap((name) => {
      const known = names.get(name);
      if (known !== undefined) return [known];
      refuse(source, entry as Entry, `holds a name other than ${[...names.keys()].join(', ')}`);
      return [];
    });
  };

  const cert = readPem('cert', parseCertificate);
  const key = readPem('key', parseKey);
  const clientCa = readPem('client_ca', parseCertificate);
  const sans = entries.get('client_allowed_sans');
  const ciphers = readNames('cipher_suites', CIPHERS);
  const tls = {
    clientAuthType: read('client_auth_type', parseClientAuthType) ?? 'NoClientCert',
    clientCa: clientCa?.text,
    clientAllowedSans: sans && readList(source, sans),
    minVersion: read('min_version', parseVersion) ?? 'TLSv1.2',
    maxVersion: read('max_version', parseVersion) ?? 'TLSv1.3',
    ciphers: ciphers && withTls13(ciphers),
    curves: readNames('curve_preferences', CURVES),
    preferServerCiphers: read('prefer_server_cipher_suites', parseBoolean) ?? true,
  } as const;
  if (source.problems.length > countBefore) return undefined;

  const problem = contradictionIn(tls) ?? pairProblem(cert?.parsed, key?.parsed);
  if (problem !== undefined) refuse(source, section, problem);
  if (problem !== undefined || cert === undefined || key === undefined) return undefined;
  const whole: TlsConfig = { ...tls, cert: cert.text, key: new Secret(key.text) };
  try {
    createSecureContext(toSecureContextOptions(whole));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
    refuse(source, section, `is refused by OpenSSL (${code})`);
    return undefined;
  }
  return whole;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    return invalid('holds no PEM certificate');
  }
}

function parseKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    return invalid('holds no PEM private key, or one with a passphrase');
  }
}

function pairProblem(
  cert: X509Certificate | undefined,
  key: ReturnType<typeof createPrivateKey> | undefined,
): string | undefined {
  if (cert === undefined) return 'has neither cert_file nor cert';
  if (key === undefined) return 'has neither key_file nor key';
  return cert.checkPrivateKey(key) ? undefined : 'has a key that is not of its certificate';
}

/** What would look like a check of the client and be none. */
function contradictionIn(
  tls: Pick<
    TlsConfig,
    'clientAuthType' | 'clientCa' | 'clientAllowedSans' | 'minVersion' | 'maxVersion'
  >,
): string | undefined {
  const { clientAuthType, clientCa, clientAllowedSans, minVersion, maxVersion } = tls;
  const verifies = clientAuthType.includes('Verify');
  if (clientCa !== undefined && clientAuthType === 'NoClientCert') {
    return 'has a client CA without a client_auth_type that asks for certificates';
  }
  if (verifies && clientCa === undefined) return `has ${clientAuthType} without a client_ca_file`;
  if (clientAllowedSans !== undefined && !clientAuthType.startsWith('Require')) {
    return `has client_allowed_sans, but with ${clientAuthType} no certificate is required`;
  }
  return minVersion > maxVersion ? 'has a min_version above its max_version' : undefined;
}

function parseClientAuthType(text: string): ClientAuthType {
  // An old name that the toolkit still takes.
  const name = text === 'RequireClientCert' ? 'RequireAnyClientCert' : text;
  return (
    CLIENT_AUTH_TYPES.find((type) => type === name) ??
    invalid(`must be one of ${CLIENT_AUTH_TYPES.join(', ')}`)
  );
}

function parseVersion(text: string) {
  const old = /^TLS1[01]$/.test(text) ? ': older ones are not safe any more' : '';
  return TLS_VERSIONS.get(text) ?? invalid(`must be TLS12 or TLS13${old}`);
}

/** As in Go, a list that names none of TLS 1.3 says nothing about them. */
function withTls13(ciphers: readonly string[]): readonly string[] {
  return ciphers.some((name) => name.startsWith('TLS_'))
    ? ciphers
    : [...CIPHERS_OF_TLS13, ...ciphers];
}
