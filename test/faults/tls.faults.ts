import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket, createSecureContext, type SecureContext } from 'node:tls';
import selfsigned from 'selfsigned';
import { afterAll, describe } from 'vitest';
import { silence, tunnelTo, type Behind } from './door.ts';
import { failing } from './row.ts';
import type { SceneOptions } from './scene.ts';

const DAY_MS = 86_400_000;
const HOST = 'provider.invalid';

const authority = await certificate('Fake authority', { isAuthority: true });
const CA_FILE = join(tmpdir(), `faults-ca-${process.pid}.pem`);
writeFileSync(CA_FILE, authority.cert);
afterAll(() => rmSync(CA_FILE));

const good = await contextOf('localhost', { signed: true });
const expired = await contextOf('localhost', { signed: true, endedMs: DAY_MS });
const otherHost = await contextOf('other.example', { signed: true });
const nobodys = await contextOf('localhost', { signed: false });

let providerPort = 0;
/** Terminates TLS with this certificate and forwards to the simulator over HTTP. */
const withTls = (context: SecureContext, port = providerPort): Behind => {
  const behind = tunnelTo(port);
  return (socket) => {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
    secure.on('error', () => socket.destroy());
    socket.on('close', () => secure.destroy());
    behind(secure);
  };
};
const OVER_TLS: SceneOptions = {
  way: (port) => ({
    WHATSAPP_API_URL: `https://localhost:${port}/api`,
    NODE_EXTRA_CA_CERTS: CA_FILE,
  }),
  between: (port) => withTls(good, (providerPort = port)),
};

const throughProxy = await contextOf(HOST, { signed: true });
/** The door is a proxy, and only the proxy can resolve the provider's host name. */
const OVER_PROXY: SceneOptions = {
  // The shortest interval for a provider that is not on loopback.
  pace: { intervalS: 10, staleAfterS: 11 },
  way: (port) => ({
    WHATSAPP_API_URL: `https://${HOST}/api`,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    NODE_EXTRA_CA_CERTS: CA_FILE,
  }),
  between: (port) => {
    const proxy = createServer();
    const behind = withTls(throughProxy, port);
    proxy.on('connect', (_request, socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      behind(socket);
    });
    return (socket) => void proxy.emit('connection', socket);
  },
};

describe('TLS and proxy', () => {
  failing('certificate expired', {
    ...OVER_TLS,
    reason: 'tls',
    begin: ({ door }) => door.lead(withTls(expired)),
  });
  failing('certificate for another host', {
    ...OVER_TLS,
    reason: 'tls',
    begin: ({ door }) => door.lead(withTls(otherHost)),
  });
  failing('untrusted certificate', {
    ...OVER_TLS,
    reason: 'tls',
    begin: ({ door }) => door.lead(withTls(nobodys)),
  });
  failing('handshake that stalls', {
    ...OVER_TLS,
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });
  failing('plain HTTP where TLS is expected', {
    ...OVER_TLS,
    reason: 'tls',
    begin: ({ door }) => door.lead(tunnelTo(providerPort)),
  });

  failing('proxy that never answers CONNECT', {
    ...OVER_PROXY,
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });
  failing('proxy that rejects CONNECT with 407', {
    ...OVER_PROXY,
    reason: 'network',
    begin: ({ door }) =>
      door.lead((socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n'));
      }),
  });
});

/** A key and a certificate, in PEM. */
async function certificate(
  host: string,
  options: { isAuthority?: boolean; signed?: boolean; endedMs?: number } = {},
) {
  const untilMs = Date.now() + (options.endedMs === undefined ? DAY_MS : -options.endedMs);
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 30 * DAY_MS),
    notAfterDate: new Date(untilMs),
    extensions: [
      { name: 'basicConstraints', cA: options.isAuthority ?? false },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
    ...(options.signed === true ? { ca: { key: authority.key, cert: authority.cert } } : {}),
  });
  return { key, cert };
}

async function contextOf(host: string, options: { signed: boolean; endedMs?: number }) {
  return createSecureContext(await certificate(host, options));
}
