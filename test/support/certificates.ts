import selfsigned from 'selfsigned';
import { Secret } from '../../src/core/secret.ts';
import type { TlsConfig } from '../../src/web/web-config.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The type numbers of alternative names in the standard. */
export const [EMAIL, DNS, URI, IP] = [1, 2, 6, 7] as const;

type AltName =
  | { readonly type: typeof EMAIL | typeof DNS | typeof URI; readonly value: string }
  | { readonly type: typeof IP; readonly ip: string };

/** A certificate for this host or these names, signed by `ca` or self-signed. */
export async function createCertificate(
  commonName: string,
  options: {
    readonly ca?: Certificate;
    readonly altNames?: readonly AltName[];
    readonly notBeforeDate?: Date;
    readonly notAfterDate?: Date;
  } = {},
): Promise<Certificate> {
  const { ca, altNames = [{ type: DNS, value: 'localhost' }], ...dates } = options;
  const { cert, private: key } = await selfsigned.generate(
    [{ name: 'commonName', value: commonName }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      ...dates,
      ...(ca && { ca }),
      extensions: [
        { name: 'basicConstraints', cA: ca === undefined },
        { name: 'subjectAltName', altNames: [...altNames] },
      ],
    },
  );
  return { cert, key };
}

/** A web configuration file with only a certificate and its key. */
export function toTlsConfig({ cert, key }: Certificate): TlsConfig {
  return {
    cert,
    key: new Secret(key),
    clientCa: undefined,
    clientAuthType: 'NoClientCert',
    clientAllowedSans: undefined,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: undefined,
    curves: undefined,
    preferServerCiphers: true,
  };
}
