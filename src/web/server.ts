import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Log } from '../core/log.ts';
import type { TlsConfig } from '../core/web-config.ts';
import { ANSWERED, limitConnections } from './connections.ts';
import { listen, type Address } from './listen.ts';
import { createTlsServer } from './tls.ts';

export interface WebServer {
  /** As people write them: `127.0.0.1:10972`, `unix:/run/exporter.sock`. */
  readonly addresses: readonly string[];
  /** Of the first address that has one. */
  readonly port: number | undefined;
  /** Takes no new requests, lets running ones finish, then cuts what is left. */
  close(): Promise<void>;
}

/** How long a client may hold a connection, in milliseconds, before it is cut. */
export const PATIENCE = {
  /** For sending a request; the first byte of it counts too. */
  requestMs: 10_000,
  /** For taking the answer. A scrape has its own time-out, which is 10 s unless it was raised. */
  responseMs: 60_000,
  /** Between two requests. A scraper that comes back each minute may as well connect again. */
  keepAliveMs: 5_000,
  /** How often the first is looked after. */
  checkMs: 1_000,
};
/** Far more than a scraper needs, and far fewer than the files that a process may have open. */
const CONNECTIONS_MAX = 500;
/** Long enough for a scrape under way, short enough for the 10 s that a stop may take. */
const CLOSE_MS_MAX = 5_000;

export interface WebServerOptions {
  /** What is in force now; undefined serves without encryption, which cannot change later. */
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
  const bound = servers.map((server) => server.address() as AddressInfo | string);
  const port = bound.find((address) => typeof address !== 'string')?.port;
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
  const listener: RequestListener = (request, response) => {
    // A client that does not read, or reads a byte now and then, would hold it all in memory.
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
  };
  const first = tls();
  const server: Server =
    first === undefined
      ? createServer(settings, listener)
      : createTlsServer(settings, first, tls, log, listener);
  // A client may end its side after the request, as `nc` does; Node would not answer it.
  Object.assign(server, { httpAllowHalfOpen: true });
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
