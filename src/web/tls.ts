import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import { isIPv6, SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { Log } from '../core/log.ts';
import { toSecureContextOptions, type TlsConfig } from '../core/web-config.ts';

/** A handshake takes a few round trips; whoever takes longer only holds the place. */
const HANDSHAKE_MS_MAX = 10_000;

/**
 * A server that takes each connection with the certificates of `tls` at that time. `first` says
 * whether clients are asked for theirs, which cannot change later.
 */
export function createTlsServer(
  options: ServerOptions,
  first: TlsConfig,
  tls: () => TlsConfig | undefined,
  log: Log,
  listener: RequestListener,
): Server {
  let current = first;
  const server = createServer(
    {
      ...options,
      ...toSecureContextOptions(first),
      handshakeTimeout: HANDSHAKE_MS_MAX,
      requestCert: first.clientAuthType !== 'NoClientCert',
      // Checked below: Node knows fewer ways.
      rejectUnauthorized: false,
    },
    listener,
  );
  // Ahead of Node's own listeners, which begin the handshake and read the first request.
  server.prependListener('connection', () => {
    const now = tls() ?? current;
    if (now === current) return;
    current = now;
    server.setSecureContext(toSecureContextOptions(now));
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const problem = clientProblem(current, socket);
    if (problem === undefined) return;
    log.debug({ client: socket.remoteAddress, problem }, 'a client certificate was refused');
    socket.destroy();
  });
  server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, { remoteAddress }: TLSSocket) => {
    log.debug({ client: remoteAddress, code }, 'a TLS handshake failed');
  });
  return server;
}

/** What is wrong with the certificate of a client, in the way of Go's ClientAuthType. */
function clientProblem(tls: TlsConfig, socket: TLSSocket): string | undefined {
  const { clientAuthType, clientAllowedSans } = tls;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return clientAuthType.startsWith('Require') ? 'there is none' : undefined;
  }
  if (clientAuthType.includes('Verify') && !socket.authorized) {
    return String(socket.authorizationError);
  }
  if (clientAllowedSans === undefined) return undefined;
  const names = new Set(toNames(certificate.subjectAltName));
  const isAllowed = clientAllowedSans.some((name) => names.has(toCanonical(name)));
  return isAllowed ? undefined : 'it has none of the names that are allowed';
}

/** From `DNS:a, IP Address:::1, URI:"a, b"`: Node puts what holds a comma or quote into JSON quotes. */
function toNames(subjectAltName = ''): string[] {
  const parts = subjectAltName.matchAll(
    /(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g,
  );
  return [...parts].map(([, name = '']) =>
    toCanonical(name.startsWith('"') ? (JSON.parse(name) as string) : name),
  );
}

function toCanonical(name: string): string {
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name;
}
