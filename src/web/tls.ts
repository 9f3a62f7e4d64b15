import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import { isIPv6, SocketAddress, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { Log } from '../edge.ts';
import { connectionOf } from './connections.ts';
import { toSecureContextOptions, type TlsConfig } from './web-config.ts';

/** A handshake takes a few round trips; a slower client only occupies a connection. */
const HANDSHAKE_MS_MAX = 10_000;

/** As Go answers, so that a client with the wrong scheme learns why. */
const PLAIN_HTTP_RESPONSE =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n' +
  'Client sent an HTTP request to an HTTPS server.\n';

/**
 * A server that accepts each connection with the certificates that `tls` returns at that time. `first`
 * decides whether clients are asked for theirs, which cannot change later.
 */
export function createTlsServer(
  options: ServerOptions,
  first: TlsConfig,
  tls: () => TlsConfig | undefined,
  log: Log,
  listener: RequestListener,
): Server {
  let current = first;
  /** The settings under which a client was let in. */
  const admittedBy = new WeakMap<Socket, TlsConfig>();
  const server = createServer(
    {
      ...options,
      ...toSecureContextOptions(first),
      handshakeTimeout: HANDSHAKE_MS_MAX,
      requestCert: first.clientAuthType !== 'NoClientCert',
      // Checked below: Node.js knows fewer ways.
      rejectUnauthorized: false,
    },
    (request, response) => {
      refresh();
      const admitted = admittedBy.get(request.socket);
      // A kept-alive connection must not outlive the authority that vouched for its client.
      if (admitted !== undefined && admitsSameClients(admitted, current)) {
        listener(request, response);
      } else request.socket.destroy();
    },
  );
  function refresh(): void {
    const now = tls() ?? current;
    if (now === current) return;
    current = now;
    server.setSecureContext(toSecureContextOptions(now));
  }
  // Before Node's own listeners, which begin the handshake and read the first request.
  server.prependListener('connection', refresh);
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const problem = clientProblem(current, socket);
    admittedBy.set(socket, current);
    if (problem === undefined) return;
    log.debug({ client: socket.remoteAddress, problem }, 'client certificate refused');
    socket.destroy();
  });
  server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, socket: TLSSocket) => {
    log.debug({ client: socket.remoteAddress, code }, 'TLS handshake failed');
    if (code === 'ERR_SSL_HTTP_REQUEST') connectionOf(socket).end(PLAIN_HTTP_RESPONSE);
  });
  return server;
}

function admitsSameClients(a: TlsConfig, b: TlsConfig): boolean {
  return (
    a === b ||
    (a.clientCa === b.clientCa &&
      a.clientAuthType === b.clientAuthType &&
      String(a.clientAllowedSans) === String(b.clientAllowedSans))
  );
}

/** What is wrong with the certificate of a client, by Go's ClientAuthType. */
function clientProblem(tls: TlsConfig, socket: TLSSocket): string | undefined {
  const { clientAuthType, clientAllowedSans } = tls;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return clientAuthType.startsWith('Require') ? 'no certificate' : undefined;
  }
  if (clientAuthType.includes('Verify') && !socket.authorized) {
    return String(socket.authorizationError);
  }
  if (clientAllowedSans === undefined) return undefined;
  const names = new Set(toNames(certificate.subjectAltName));
  const isAllowed = clientAllowedSans.some((name) => names.has(toCanonical(name)));
  return isAllowed ? undefined : 'none of its names is allowed';
}

/** From `DNS:a, IP Address:::1, URI:"a, b"`: Node.js quotes names with a comma or quote as JSON. */
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
