import { createServer, type RequestListener, type Server } from 'node:http';

import type { Log } from '../edge.ts';
import { ANSWERED, limitConnections, oneAtATime } from './connections.ts';
import { listen, type Address } from './listen.ts';
import { createTlsServer } from './tls.ts';
import type { TlsConfig } from './web-config.ts';

export interface WebServer {
  /** As people write them: `127.0.0.1:10972`, `unix:/run/exporter.sock`. */
  readonly addresses: readonly string[];
  /** Of the first address that has one. */
  readonly port: number | undefined;
  /** Accepts no new requests, lets running ones finish, then closes the remaining connections. */
  close(): Promise<void>;
}

/** How long a client may hold a connection, in milliseconds. */
export const PATIENCE = {
  /** For sending a request, from its first byte or from connecting. */
  requestMs: 10_000,
  /** For reading the response. A scrape has its own timeout, 10 s by default. */
  responseMs: 60_000,
  /** Between two requests. A scraper that comes once a minute can connect again. */
  keepAliveMs: 5_000,
  /** How often requestMs is enforced. */
  checkMs: 1_000,
};
/** Far more than scrapers need, and far fewer than the files that a process may have open. */
const CONNECTIONS_MAX = 500;
/** With keepAliveMs an hour at most: after it a client has to show its certificate again. */
const REQUESTS_PER_CONNECTION_MAX = 720;
/** Long enough for a scrape that has begun, short enough for the 10 s that a stop may take. */
const CLOSE_MS_MAX = 5_000;

export interface WebServerOptions {
  /** The current settings; undefined serves plain HTTP, which cannot change later. */
  readonly tls: () => TlsConfig | undefined;
  readonly log: Log;
  readonly patience?: typeof PATIENCE;
}

/** Listens on every address, or on none: rejects with Node's error (EADDRINUSE, EACCES ...). */
export async function startWebServer(
  handler: RequestListener,
  addresses: readonly Address[],
  options: WebServerOptions,
): Promise<WebServer> {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  const names: string[] = [];
  for (const address of addresses) {
    const server = createAnyServer(handler, options);
    try {
      names.push(await listen(server, address));
    } catch (error) {
      await close();
      throw error;
    }
    // As when the system has no file left for a new connection; unhandled it would end the process.
    server.on('error', (error) => options.log.error({ err: error }, 'listening server failed'));
    servers.push(server);
  }
  const bound = servers.map((server) => server.address());
  const port = bound.find((address) => typeof address === 'object' && address !== null)?.port;
  return { addresses: names, port, close };
}

function createAnyServer(
  handler: RequestListener,
  { tls, log, patience = PATIENCE }: WebServerOptions,
): Server {
  const settings = {
    headersTimeout: patience.requestMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.keepAliveMs,
    connectionsCheckingInterval: patience.checkMs,
  };
  const listener = oneAtATime((request, response) => {
    // A client that does not read, or reads a byte now and then, would keep it in memory.
    const cut = setTimeout(() => request.socket.destroy(), patience.responseMs);
    // Perhaps it has gone: it gets its answer if not, but holds no place meanwhile.
    const onEnd = () => response.emit(ANSWERED);
    request.socket.once('end', onEnd);
    response.once('close', () => {
      clearTimeout(cut);
      request.socket.off('end', onEnd);
      // Without this a connection that is kept alive holds up close() after its last response.
      if (!server.listening) server.closeIdleConnections();
    });
    handler(request, response);
  });
  const first = tls();
  const server: Server =
    first === undefined
      ? createServer(settings, listener)
      : createTlsServer(settings, first, tls, log, listener);
  // A client may end its side after the request, as `nc` does; Node would not answer it.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  limitConnections(server, CONNECTIONS_MAX);
  return server;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
