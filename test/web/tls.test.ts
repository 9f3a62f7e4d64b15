import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';

import { Secret } from '../../src/core/secret.ts';
import type { ClientAuthType, TlsConfig } from '../../src/web/web-config.ts';
import { createCertificate, DNS, EMAIL, IP, toTlsConfig, URI } from '../support/certificates.ts';
import { METRICS, startSite } from './site.ts';

const server = await createCertificate('localhost');
const renewed = await createCertificate('localhost');
const authority = await createCertificate('authority');
const ours = await createCertificate('ours', {
  ca: authority,
  altNames: [
    { type: DNS, value: 'prometheus.example' },
    { type: EMAIL, value: 'ops@example.com' },
    { type: URI, value: 'https://example.com/a,b' },
    { type: IP, ip: '2001:db8::1' },
  ],
});
const theirs = await createCertificate('theirs');

const TLS = toTlsConfig(server);

const TRUST = { ca: server.cert, servername: 'localhost' };

/** The metrics by HTTPS, or the code of what went wrong. */
function scrape(port: number, options: RequestOptions & ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const defaults = { host: '127.0.0.1', servername: 'localhost', path: '/metrics', agent: false };
    const outgoing = request({ port, ca: server.cert, ...defaults, ...options }, (response) => {
      text(response).then(resolve, (error: Error) => resolve(error.message));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    outgoing.end();
  });
}

async function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...TRUST, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

const startTls = (tls: Partial<TlsConfig> = {}) => startSite({}, { tls: { ...TLS, ...tls } });

test('with a certificate the metrics are served by HTTPS, and HTTP gets a 400', async () => {
  const site = await startTls();
  expect(await scrape(site.server.port)).toBe(METRICS);
  expect(await site.ask('/metrics')).toMatchObject({
    status: 400,
    body: 'Client sent an HTTP request to an HTTPS server.\n',
  });
});

test('over HTTPS the targets have the scheme https, and over HTTP none', async () => {
  const encrypted = await scrape((await startTls()).server.port, { path: '/sd' });
  expect(JSON.parse(encrypted)).toMatchObject([{ labels: { __scheme__: 'https' } }, {}]);
  expect((await (await startSite()).ask('/sd')).body).not.toContain('__scheme__');
});

test('a new certificate is used from the next connection, and existing connections continue', async () => {
  const site = await startTls();
  const before = await handshake(site.server.port, {});
  site.web.current = {
    ...site.web.current,
    tls: { ...TLS, cert: renewed.cert, key: new Secret(renewed.key) },
  };
  expect(await scrape(site.server.port)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(await scrape(site.server.port, { ca: renewed.cert })).toBe(METRICS);
  before.setEncoding('utf8').write('GET /-/ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(String(await once(before, 'data'))).toMatch(/^HTTP\/1.1 200 /);
});

test.each<[ClientAuthType, none: boolean, unknown: boolean]>([
  ['NoClientCert', true, true],
  ['RequestClientCert', true, true],
  ['RequireAnyClientCert', false, true],
  ['VerifyClientCertIfGiven', true, false],
  ['RequireAndVerifyClientCert', false, false],
])(
  '%s lets in without a certificate: %s, with one of nobody: %s',
  async (clientAuthType, none, unknown) => {
    const clientCa = clientAuthType.includes('Verify') ? authority.cert : undefined;
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const site = await startTls({ clientAuthType, clientCa, maxVersion: version });
      const { port } = site.server;
      expect((await scrape(port)) === METRICS, version).toBe(none);
      expect((await scrape(port, theirs)) === METRICS, version).toBe(unknown);
      expect(await scrape(port, ours)).toBe(METRICS);
    }
  },
);

test('a request sent with the handshake does not bypass it', async () => {
  let calls = 0;
  const metrics = () => {
    calls += 1;
    return Promise.resolve(METRICS);
  };
  const tls = { ...TLS, clientCa: authority.cert, clientAuthType: 'RequireAndVerifyClientCert' };
  const site = await startSite({ metrics }, { tls: tls as TlsConfig });
  const socket = connect({ port: site.server.port, host: '127.0.0.1', ...TRUST, ...theirs });
  socket.on('error', () => {});
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(5));
  await once(socket, 'close');
  expect(calls).toBe(0);
});

test.each([
  ['prometheus.example', true],
  ['ops@example.com', true],
  ['https://example.com/a,b', true],
  ['2001:0DB8:0:0:0:0:0:1', true],
  ['example', false],
  ['*.example', false],
  ['ours', false],
  ['https://example.com/a', false],
])('a client that must have the name %s is accepted: %s', async (name, isIn) => {
  const site = await startTls({
    clientCa: authority.cert,
    clientAuthType: 'RequireAndVerifyClientCert',
    clientAllowedSans: ['other.example', name],
  });
  expect((await scrape(site.server.port, ours)) === METRICS).toBe(isIn);
});

test('an authority that was removed is not trusted, even on session resumption', async () => {
  const verify = {
    clientCa: authority.cert,
    clientAuthType: 'RequireAndVerifyClientCert',
  } as const;
  const site = await startTls(verify);
  const { port } = site.server;
  const first = connect({ port, host: '127.0.0.1', ...TRUST, ...ours });
  onTestFinished(() => void first.destroy());
  const [session] = (await once(first, 'session')) as [Buffer];
  expect(await scrape(port, { ...ours, session })).toBe(METRICS);
  const clientCa = theirs.cert;
  site.web.current = { ...site.web.current, tls: { ...TLS, ...verify, clientCa } };
  expect(await scrape(port, { ...ours, session })).not.toBe(METRICS);
  expect(await scrape(port, theirs)).toBe(METRICS);
});

test('a kept-alive connection ends when its client is no longer trusted', async () => {
  const verify = {
    clientCa: authority.cert,
    clientAuthType: 'RequireAndVerifyClientCert',
  } as const;
  const site = await startTls(verify);
  const socket = await handshake(site.server.port, ours);
  const ready = 'GET /-/ready HTTP/1.1\r\nHost: localhost\r\n\r\n';
  socket.setEncoding('utf8').write(ready);
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 200 /);
  // A new certificate of the server changes nothing for clients.
  const cert = { cert: renewed.cert, key: new Secret(renewed.key) };
  site.web.current = { ...site.web.current, tls: { ...TLS, ...verify, ...cert } };
  socket.write(ready);
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 200 /);
  site.web.current = { ...site.web.current, tls: { ...TLS, ...verify, clientCa: theirs.cert } };
  socket.on('error', () => {}).write(ready);
  const received: unknown[] = [];
  socket.on('data', (part) => received.push(part));
  await once(socket, 'close');
  expect(received).toEqual([]);
});

test('only the allowed versions, suites and curves are accepted', async () => {
  const site = await startTls({
    minVersion: 'TLSv1.3',
    curves: ['P-384'],
    ciphers: ['TLS_AES_256_GCM_SHA384'],
  });
  const { port } = site.server;
  const socket = await handshake(port, {});
  expect([socket.getProtocol(), socket.getCipher().name]).toEqual([
    'TLSv1.3',
    'TLS_AES_256_GCM_SHA384',
  ]);
  expect(await scrape(port, { maxVersion: 'TLSv1.2' })).not.toBe(METRICS);
  expect(await scrape(port, { ecdhCurve: 'P-256' })).not.toBe(METRICS);
  expect(await scrape(port, { ciphers: 'TLS_AES_128_GCM_SHA256' })).not.toBe(METRICS);
});

test('suites of TLS 1.2 do not change those of TLS 1.3', async () => {
  const suite = 'ECDHE-ECDSA-CHACHA20-POLY1305';
  const ciphers = ['TLS_AES_128_GCM_SHA256', suite];
  const { port } = (await startTls({ ciphers })).server;
  const old = await handshake(port, { maxVersion: 'TLSv1.2' });
  expect(old.getCipher().name).toBe(suite);
  const newer = await handshake(port, {});
  expect(newer.getProtocol()).toBe('TLSv1.3');
});

test('a rejected client is logged at debug', async () => {
  const site = await startTls({
    clientCa: authority.cert,
    clientAuthType: 'RequireAndVerifyClientCert',
  });
  await scrape(site.server.port, theirs);
  const [line] = site.lines;
  expect(line).toMatchObject({
    level: 'debug',
    fields: { client: '127.0.0.1', problem: expect.stringMatching(/SELF_SIGNED|VERIFY/) as string },
  });
});

test('a connection without a handshake is closed', async () => {
  const site = await startTls();
  const socket = connectTcp(site.server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /metrics HTTP/1.1\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  expect(await scrape(site.server.port)).toBe(METRICS);
});
