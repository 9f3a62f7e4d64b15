import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebServer {
  readonly port: number;
  /** Takes no new requests, lets running ones finish, then cuts what is left. */
  close(): Promise<void>;
}

/** A client that sends its request slower than this is cut off. */
const REQUEST_MS_MAX = 10_000;
/** Long enough for a scrape under way, short enough for the 10 s that a stop may take. */
const CLOSE_MS_MAX = 5_000;

/** Listens on a TCP port; rejects with Node's error (EADDRINUSE, EACCES ...) where it cannot. */
export async function startWebServer(
  handler: RequestListener,
  { host, port }: { readonly host: string | undefined; readonly port: number },
): Promise<WebServer> {
  let isClosing = false;
  const server = createServer(
    { headersTimeout: REQUEST_MS_MAX, requestTimeout: REQUEST_MS_MAX },
    (request, response) => {
      // Without this a connection that is kept alive holds up close() after its last response.
      response.once('close', () => isClosing && server.closeIdleConnections());
      handler(request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}
