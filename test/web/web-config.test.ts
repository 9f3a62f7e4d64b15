import { expect, test } from 'vitest';
import { toSecureContextOptions } from '../../src/web/web-config.ts';
import { toTlsConfig } from '../support/certificates.ts';

const TLS = toTlsConfig({ cert: 'fake certificate', key: 'fake-key' });

test('unset options are left to Node.js, except authorities: none are trusted', () => {
  expect(toSecureContextOptions(TLS)).toEqual({
    cert: 'fake certificate',
    key: 'fake-key',
    ca: [],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
  });
});

test('configured options are passed to Node.js', () => {
  const options = toSecureContextOptions({
    ...TLS,
    clientCa: 'fake authority',
    ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'],
    curves: ['X25519', 'P-256'],
    preferServerCiphers: false,
  });
  expect(options).toMatchObject({
    ca: 'fake authority',
    ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384',
    ecdhCurve: 'X25519:P-256',
    honorCipherOrder: false,
  });
});
