import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { WebConfig } from '../../src/web/web-config.ts';
import { createApp, type Site } from '../../src/web/app.ts';
import { createGuard } from '../../src/web/guard.ts';
import type { Status } from '../../src/web/page/model.ts';
import { startWebServer, type WebServerOptions } from '../../src/web/server.ts';
import type { Address } from '../../src/web/listen.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';

export const METRICS = '# HELP whatsapp_up Poll.\n# TYPE whatsapp_up gauge\nwhatsapp_up 1\nשם 😀\n';
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const STATUS: Status = {
  version: '1.2.3',
  nowMs: Date.parse('2026-11-22T10:00:00Z'),
  reload: { succeeded: true, inForceSinceMs: Date.parse('2026-11-22T09:00:00Z') },
  accounts: [],
};

/** Options of a site; by default plain HTTP without authentication. */
export interface Doors extends Partial<WebConfig> {
  readonly maxRequests?: number;
  readonly allowedHosts?: readonly string[];
  readonly addresses?: readonly Address[];
  readonly patience?: NonNullable<WebServerOptions['patience']>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A site, whose metrics are given as text. */
type Changes = Partial<Omit<Site, 'metrics'>> & {
  readonly metrics?: (
    encoding: 'gzip' | 'identity',
    accounts?: ReadonlySet<string>,
  ) => Promise<string>;
};

/** A server of this site on a free port, closed at the end of the test. */
export async function startSite(changes: Changes = {}, doors: Doors = {}) {
  const clock = createFakeClock();
  const open: WebConfig = {
    tls: undefined,
    headers: {},
    users: new Map(),
    rateLimit: undefined,
    warnings: [],
  };
  const web = { current: { ...open, ...doors } as WebConfig };
  const { log, lines } = createMemoryLog();
  const site: Site = {
    telemetryPath: '/metrics',
    metricsContentType: CONTENT_TYPE,
    accounts: () => ['acme', 'beta'],
    status: () => STATUS,
    isHealthy: () => true,
    isReady: () => true,
    mayReload: () => false,
    reload: () => Promise.resolve(undefined),
    ...changes,
    async metrics(encoding, accounts) {
      const answer = await (changes.metrics?.(encoding, accounts) ?? METRICS);
      const bytes = encoding === 'gzip' ? gzipSync(answer) : Buffer.from(answer);
      return { length: bytes.length, chunks: [bytes] };
    },
  };
  const { maxRequests = 0, allowedHosts, patience } = doors;
  const { addresses = [{ host: '127.0.0.1', port: 0 }] } = doors;
  const webConfig = () => web.current;
  const guard = createGuard({ webConfig, allowedHosts, maxRequests, clock, log });
  const started = await startWebServer(createApp(site, log, guard), addresses, {
    tls: () => web.current.tls,
    log,
    ...(patience && { patience }),
  });
  onTestFinished(() => started.close());
  const server = { ...started, port: started.port ?? 0 };
  const ask = (path: string, { method = 'GET', headers = {} } = {}) =>
    askServer(server.port, path, method, headers);
  return { server, ask, lines, clock, web };
}

/** One request on a new connection, with an unchanged path and a raw body. */
function askServer(
  port: number,
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (response) => {
        const { statusCode: status = 0 } = response;
        const encoding = response.headers['content-encoding'] === undefined ? 'utf8' : 'latin1';
        text(response.setEncoding(encoding)).then(
          (body) => resolve({ status, headers: response.headers, body }),
          reject,
        );
      },
    );
    outgoing.on('error', reject).end();
  });
}
