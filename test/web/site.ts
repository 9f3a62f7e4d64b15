import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createApp, type Site } from '../../src/web/app.ts';
import type { Landing } from '../../src/web/landing.ts';
import { startWebServer } from '../../src/web/server.ts';
import { createMemoryLog } from '../support/memory-log.ts';

export const METRICS = '# HELP whatsapp_up Poll.\n# TYPE whatsapp_up gauge\nwhatsapp_up 1\nשם 😀\n';
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const LANDING: Landing = {
  name: 'WhatsApp numbers exporter',
  version: '1.2.3',
  nowMs: Date.parse('2026-11-22T10:00:00Z'),
  links: [{ path: '/metrics', label: 'Metrics' }],
  accounts: [],
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of this site on a free port, closed at the end of the test. */
export async function startSite(changes: Partial<Site> = {}) {
  const { log, lines } = createMemoryLog();
  const site: Site = {
    telemetryPath: '/metrics',
    metricsContentType: CONTENT_TYPE,
    metrics: () => Promise.resolve(METRICS),
    landing: () => LANDING,
    isHealthy: () => true,
    isReady: () => true,
    ...changes,
  };
  const server = await startWebServer(createApp(site, log), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const ask = (path: string, { method = 'GET', headers = {} } = {}) =>
    askServer(server.port, path, method, headers);
  return { server, ask, lines };
}

/** One request on a connection of its own. The path goes out as it is, and the body is as it came. */
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
