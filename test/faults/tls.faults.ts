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

const good = await contextOf('localhost');
const expired = await contextOf('localhost', { untilMs: Date.now() - DAY_MS });

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

const throughProxy = await contextOf(HOST);
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
  failing('handshake that stalls', {
    ...OVER_TLS,
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });

  failing('proxy that never answers CONNECT', {
    ...OVER_PROXY,
    reason: 'timeout',
    begin: ({ door }) => door.lead(silence),
  });
});

/** A key and a certificate, in PEM. */
async function certificate(
  host: string,
  { isAuthority = false, untilMs = Date.now() + DAY_MS }: Options = {},
) {
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 30 * DAY_MS),
    notAfterDate: new Date(untilMs),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
    ...(isAuthority ? {} : { ca: { key: authority.key, cert: authority.cert } }),
  });
  return { key, cert };
}

interface Options {
  readonly isAuthority?: boolean;
  readonly untilMs?: number;
}

async function contextOf(host: string, options?: Options) {
  return createSecureContext(await certificate(host, options));
}
