import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Log } from '../core/log.ts';
import { LANDING_CSP, renderLanding, type Landing } from './landing.ts';

/** What the web side asks of the rest. Nothing here goes out to the provider. */
export interface Site {
  readonly telemetryPath: string;
  readonly metricsContentType: string;
  metrics(): Promise<string>;
  landing(): Landing;
  /** The process and its schedule are alive, whatever the provider does. */
  isHealthy(): boolean;
  /** The first poll of every account has ended, well or badly. */
  isReady(): boolean;
}

/** The fastest level: it costs a third of the default and the text still shrinks tenfold. */
const GZIP: ZlibOptions = { level: 1 };
const gzipAsync = promisify<string, ZlibOptions, Buffer>(gzip);

/** Every route of the exporter. GET and HEAD, exact paths, nothing else. */
export function createApp(site: Site, log: Log): Express {
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

  const get = (path: string, handler: (req: Request, res: Response) => void | Promise<void>) => {
    app.get(path, handler);
    app.all(path, (_request, response) => {
      sendText(response.set('Allow', 'GET, HEAD'), 405, 'Method not allowed: use GET or HEAD.');
    });
  };
  get(site.telemetryPath, (request, response) => sendMetrics(site, request, response));
  get('/-/healthy', (_request, response) => {
    if (site.isHealthy()) sendText(response, 200, 'Healthy.');
    else sendText(response, 503, 'Not healthy: the polling schedule has stopped.');
  });
  get('/-/ready', (_request, response) => {
    if (site.isReady()) sendText(response, 200, 'Ready.');
    else sendText(response, 503, 'Not ready: the first poll of every account has not ended yet.');
  });
  get('/', (_request, response) => {
    response.set({ 'Content-Security-Policy': LANDING_CSP, 'Referrer-Policy': 'no-referrer' });
    response.type('html').send(renderLanding(site.landing()));
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

async function sendMetrics(site: Site, request: Request, response: Response): Promise<void> {
  const text = await site.metrics();
  const wantsGzip = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  const body = wantsGzip ? await gzipAsync(text, GZIP) : Buffer.from(text);
  response.set({ 'Content-Type': site.metricsContentType, Vary: 'Accept-Encoding' });
  if (wantsGzip) response.set('Content-Encoding', 'gzip');
  response.set('Content-Length', String(body.length));
  // Not send(): it would rewrite the content type, whose parameters Prometheus reads. And not
  // end(body): to a server that closes, an ended response is over, however much is still to send.
  response.write(body, () => response.end());
}

function sendText(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}
