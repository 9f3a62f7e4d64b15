import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Body, Log } from '../edge.ts';
import { parseAccountFilter } from './account-filter.ts';
import type { Guard } from './guard.ts';
import { renderCsv } from './page/csv.ts';
import { renderJson } from './page/json.ts';
import type { Status } from './page/model.ts';
import { PAGE_CSP, renderPage } from './page/page.ts';
import { loadPhoneFormat } from './page/phone.ts';
import { parseQuery, type Language, type Query } from './page/query.ts';
import { wordsOf } from './page/words.ts';
import { createSender, slicesOf, type SendChunks } from './send.ts';
import { isHost, renderTargets, TARGETS_CONTENT_TYPE } from './targets.ts';

type Encoding = 'gzip' | 'identity';

/** What the web side needs from the rest. Nothing here calls the provider. */
export interface Site {
  readonly telemetryPath: string;
  readonly metricsContentType: string;
  /** The names of all accounts, in their order. */
  accounts(): readonly string[];
  /** The metrics of all accounts, or of these. */
  metrics(encoding: Encoding, accounts?: ReadonlySet<string>): Promise<Body>;
  /** What the page and /api/status show. */
  status(): Status;
  /** The process and its schedule are alive, whatever the provider does. */
  isHealthy(): boolean;
  /** The first poll of every account has ended, with or without success. */
  isReady(): boolean;
  /** Whether requests may ask for a reload. */
  mayReload(): boolean;
  /** Reloads the configuration; resolves with what is wrong with it, undefined for nothing. */
  reload(): Promise<string | undefined>;
}

/** The fastest level costs a third of the default, and the text still shrinks tenfold. */
const GZIP: ZlibOptions = { level: 1 };
const gzipAsync = promisify<string, ZlibOptions, Buffer>(gzip);

/**
 * Every route of the exporter: exact paths, GET and HEAD except for the reload. `guard` runs before all
 * of them but those of health, which say nothing about numbers or accounts: what restarts a process
 * that hangs has no password.
 */
export function createApp(site: Site, log: Log, guard: Guard): Express {
  const app = express();
  const sendChunks = createSender();
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
    const filter = parseAccountFilter(request.url, site.accounts());
    if ('refusal' in filter) return sendText(response, filter.status, filter.refusal);
    const metrics = (encoding: Encoding) => site.metrics(encoding, filter.accounts);
    return sendEncoded(sendChunks, request, response, site.metricsContentType, metrics);
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
    return sendEncoded(sendChunks, request, response, TARGETS_CONTENT_TYPE, (encoding) =>
      toBody(targets, encoding),
    );
  });
  get('/', async (request, response) => {
    // In addition to the operator's own, if there is one: browsers enforce both.
    response.append('Content-Security-Policy', PAGE_CSP).set('Referrer-Policy', 'no-referrer');
    const query = parseQuery(request.url);
    const language = languageOf(request, query, response);
    const { telemetryPath } = site;
    const toPhone = await loadPhoneFormat();
    const page = renderPage(site.status(), query, { language, telemetryPath, toPhone });
    return sendEncoded(sendChunks, request, response, 'text/html; charset=utf-8', (encoding) =>
      toBody(page, encoding),
    );
  });
  /** The numbers that match the query, in chunks. */
  const getNumbers = (
    path: string,
    contentType: string,
    render: (query: Query, request: Request, response: Response) => Promise<Iterable<Uint8Array>>,
  ) => {
    get(path, async (request, response) => {
      const filter = parseAccountFilter(request.url, site.accounts());
      if ('refusal' in filter) return sendText(response, filter.status, filter.refusal);
      if ((filter.accounts?.size ?? 0) > 1)
        return sendText(response, 400, 'Name one account, or none for all.');
      response.setHeader('Content-Type', contentType);
      const chunks = await render(parseQuery(request.url), request, response);
      return sendChunks(request, response, chunks);
    });
  };
  getNumbers('/api/status', 'application/json; charset=utf-8', (query) =>
    Promise.resolve(renderJson(site.status(), query)),
  );
  getNumbers('/api/numbers.csv', 'text/csv; charset=utf-8', async (query, request, response) => {
    const { texts } = wordsOf(languageOf(request, query, response));
    response.set('Content-Disposition', 'attachment; filename="whatsapp-numbers.csv"');
    return renderCsv(site.status(), query, texts, await loadPhoneFormat());
  });

  const reload = async ({ headers }: Request, response: Response) => {
    if (!site.mayReload()) {
      sendText(response, 403, 'Lifecycle API is not enabled.');
      return;
    }
    // Only browsers send these: a page somewhere must not make its reader's browser reload.
    if (headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site') {
      sendText(response, 403, 'Reloads are not accepted from browsers.');
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
  // Express recognises an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    log.error({ err: error }, 'request failed');
    sendText(response, 500, 'Internal error.');
  });
  return app;
}

/** Sends what `make` returns, compressed where the client accepts it. */
async function sendEncoded(
  sendChunks: SendChunks,
  request: Request,
  response: Response,
  contentType: string,
  make: (encoding: Encoding) => Promise<Body>,
): Promise<void> {
  const encoding = request.acceptsEncodings(['gzip', 'identity']) === 'gzip' ? 'gzip' : 'identity';
  const { length, chunks } = await make(encoding);
  // Not response.set(): it would add a charset, which JSON has none of.
  response.setHeader('Content-Type', contentType).vary('Accept-Encoding');
  if (encoding === 'gzip') response.set('Content-Encoding', 'gzip');
  response.set('Content-Length', String(length));
  await sendChunks(request, response, slicesOf(chunks));
}

/** The language of the URL, or the one that the browser prefers. `iw` is what Hebrew once was. */
function languageOf(request: Request, query: Query, response: Response): Language {
  response.vary('Accept-Language');
  const preferred = request.acceptsLanguages('en', 'he', 'iw');
  return query.language ?? (preferred === 'he' || preferred === 'iw' ? 'he' : 'en');
}

async function toBody(text: string, encoding: Encoding): Promise<Body> {
  const bytes = encoding === 'gzip' ? await gzipAsync(text, GZIP) : Buffer.from(text);
  return { length: bytes.length, chunks: [bytes] };
}

function sendText(response: Response, status: number, text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  // Not response.send(): `If-None-Match: *` would make it 304, which a probe takes for a failure.
  response.status(status).type('text/plain').set('Content-Length', String(bytes.length)).end(bytes);
}
