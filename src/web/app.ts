import { promisify } from 'node:util';
import { createGunzip, gzip, type ZlibOptions } from 'node:zlib';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Log } from '../core/log.ts';
import { ANSWERED } from './connections.ts';
import type { Guard } from './guard.ts';
import { renderJson } from './page/json.ts';
import { parseQuery } from './page/listing.ts';
import type { Status } from './page/model.ts';
import { PAGE_CSP, renderPage } from './page/page.ts';
import { parsePart } from './part.ts';
import { isHost, renderTargets, TARGETS_CONTENT_TYPE } from './targets.ts';
import { inTurn } from './turns.ts';

/** Bytes, all there or made as they are sent. */
interface Body {
  readonly length: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What the web side asks of the rest. Nothing here goes out to the provider. */
export interface Site {
  readonly telemetryPath: string;
  readonly metricsContentType: string;
  /** The names of all accounts, in their order. */
  accounts(): readonly string[];
  /** The metrics, or a part: as text, which is encoded here, or as bytes that are so already. */
  metrics(encoding: 'gzip' | 'identity', part?: ReadonlySet<string>): Promise<string | Body>;
  /** What the page and /api/status tell. */
  status(): Status;
  /** The process and its schedule are alive, whatever the provider does. */
  isHealthy(): boolean;
  /** The first poll of every account has ended, well or badly. */
  isReady(): boolean;
  /** Whether requests may ask for a reload. */
  mayReload(): boolean;
  /** Reads the configuration again; resolves with what is wrong with it, undefined for nothing. */
  reload(): Promise<string | undefined>;
}

/** The fastest level: it costs a third of the default and the text still shrinks tenfold. */
const GZIP: ZlibOptions = { level: 1 };
const gzipAsync = promisify<string, ZlibOptions, Buffer>(gzip);

/**
 * Every route of the exporter: exact paths, GET and HEAD but for the reload. `guard` stands before all
 * of them but those of health: whoever restarts a process that hangs has no password, and they tell
 * nothing about numbers or accounts.
 */
export function createApp(site: Site, log: Log, guard: Guard): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use((_request, response, next) => {
    response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
    next();
  });
  app.use(guard.headers);

  const get = (path: string, handler: (req: Request, res: Response) => void | Promise<void>) => {
    app.get(path, handler);
    app.all(path, (_request, response) => {
      sendText(response.set('Allow', 'GET, HEAD'), 405, 'Method not allowed: use GET or HEAD.');
    });
  };
  get('/-/healthy', (_request, response) => {
    if (site.isHealthy()) sendText(response, 200, 'Healthy.');
    else sendText(response, 503, 'Not healthy: the polling schedule has stopped.');
  });
  get('/-/ready', (_request, response) => {
    if (site.isReady()) sendText(response, 200, 'Ready.');
    else sendText(response, 503, 'Not ready: the first poll of every account has not ended yet.');
  });

  app.use(...guard.admit);
  get(site.telemetryPath, (request, response) => {
    const asked = parsePart(request.url, site.accounts());
    if ('refusal' in asked) return sendText(response, asked.status, asked.refusal);
    const metrics = (encoding: 'gzip' | 'identity') => site.metrics(encoding, asked.part);
    return sendEncoded(request, response, site.metricsContentType, metrics);
  });
  get('/sd', (request, response) => {
    const { host } = request.headers;
    if (!isHost(host)) {
      return sendText(response, 400, 'The header Host must be a name or address, with its port.');
    }
    const targets = renderTargets({
      accounts: site.accounts(),
      host,
      metricsPath: site.telemetryPath,
      isEncrypted: request.secure,
    });
    return sendEncoded(request, response, TARGETS_CONTENT_TYPE, () => Promise.resolve(targets));
  });
  const links = [
    { path: site.telemetryPath, label: 'Metrics' },
    { path: '/api/status', label: 'This page as JSON' },
    { path: '/sd', label: 'Targets for Prometheus' },
    { path: '/-/healthy', label: 'Health' },
    { path: '/-/ready', label: 'Readiness' },
  ];
  get('/', (request, response) => {
    // Beside the operator's own, if there is one: both hold.
    response.append('Content-Security-Policy', PAGE_CSP).set('Referrer-Policy', 'no-referrer');
    const page = () => Promise.resolve(renderPage(site.status(), parseQuery(request.url), links));
    return sendEncoded(request, response, 'text/html; charset=utf-8', page);
  });
  get('/api/status', (request, response) => {
    const asked = parsePart(request.url, site.accounts());
    if ('refusal' in asked) return sendText(response, asked.status, asked.refusal);
    if ((asked.part?.size ?? 0) > 1)
      return sendText(response, 400, 'Name one account, or none for all.');
    const json = () => Promise.resolve(renderJson(site.status(), parseQuery(request.url)));
    return sendEncoded(request, response, 'application/json; charset=utf-8', json);
  });

  const reload = async (_request: Request, response: Response) => {
    if (!site.mayReload()) {
      sendText(response, 403, 'Lifecycle API is not enabled.');
      return;
    }
    const problem = await site.reload();
    if (problem === undefined) sendText(response, 200, 'Reloaded.');
    else sendText(response, 500, `Not reloaded: ${problem.trimEnd()}`);
  };
  app.post('/-/reload', reload);
  app.put('/-/reload', reload);
  app.all('/-/reload', (_request, response) => {
    sendText(response.set('Allow', 'POST, PUT'), 405, 'Method not allowed: use POST or PUT.');
  });

  app.use((_request: Request, response: Response) => {
    sendText(response, 404, `Not found. Metrics are at ${site.telemetryPath}.`);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    log.error({ err: error }, 'a request failed');
    sendText(response, 500, 'Internal error.');
  });
  return app;
}

/** Sends text, compressed where the client asks for it. `make` may have it compressed already. */
async function sendEncoded(
  request: Request,
  response: Response,
  contentType: string,
  make: (encoding: 'gzip' | 'identity') => Promise<string | Body>,
): Promise<void> {
  const wantsGzip = acceptsGzip(request);
  const made = await make(wantsGzip ? 'gzip' : 'identity');
  const { length, chunks } = typeof made === 'string' ? await toBody(made, wantsGzip) : made;
  // Not response.set(): it would add a charset, which JSON has none of.
  response.setHeader('Content-Type', contentType).set('Vary', 'Accept-Encoding');
  if (wantsGzip) response.set('Content-Encoding', 'gzip');
  response.set('Content-Length', String(length));
  response.emit(ANSWERED);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // Not response.send(): it would rewrite the content type, whose parameters Prometheus reads.
  await sendChunks(response, chunks);
}

let asked: { readonly header: string | undefined; readonly isGzip: boolean } | undefined;

/** Scrapers ask in the same words each time; to read them takes a tenth of a scrape. */
function acceptsGzip(request: Request): boolean {
  const header = request.headers['accept-encoding']?.toString();
  if (asked === undefined || asked.header !== header) {
    asked = { header, isGzip: request.acceptsEncodings(['gzip', 'identity']) === 'gzip' };
  }
  return asked.isGzip;
}

/** More than this is not kept for a client that reads slowly; less goes out in one piece. */
const UNSENT_BYTES_MAX = 64 * 1024;

async function toBody(text: string, wantsGzip: boolean): Promise<Body> {
  const length = Buffer.byteLength(text);
  if (!wantsGzip && length <= UNSENT_BYTES_MAX) return { length, chunks: [Buffer.from(text)] };
  const packed = await gzipAsync(text, GZIP);
  if (wantsGzip) return { length: packed.length, chunks: [packed] };
  return { length, chunks: unpack(packed) };
}

/** What waits to be sent stays small: clients may be slow, and /api/status has up to 10 MB. */
async function* unpack(packed: Buffer): AsyncGenerator<Uint8Array> {
  const stream = createGunzip();
  stream.end(packed);
  yield* stream as AsyncIterable<Uint8Array>;
}

async function sendChunks(response: Response, chunks: Body['chunks']): Promise<void> {
  // What is there already goes out with the head, in one piece.
  response.cork();
  let sent: Promise<void> | undefined;
  for await (const chunk of Symbol.asyncIterator in chunks ? inTurn(chunks) : chunks) {
    if (response.closed) return;
    // Also where the client has gone: then there is nothing left to do.
    sent = new Promise((resolve) => response.write(chunk, () => resolve()));
    if (response.writableLength > UNSENT_BYTES_MAX) {
      response.uncork();
      await sent;
    }
  }
  response.uncork();
  // To a server that closes, an ended response is over, however much is still to send.
  await sent;
  response.end();
}

function sendText(response: Response, status: number, text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  // Not response.send(): `If-None-Match: *` would make it 304, and a probe takes that for a failure.
  response.status(status).type('text/plain').set('Content-Length', String(bytes.length)).end(bytes);
}
