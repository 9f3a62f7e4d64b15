import { hashSync } from 'bcryptjs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMain, stop, type Server } from './process.ts';

/** What the measurements for docs/security.md share. */
export const [USER, PASSWORD] = ['fake-user', 'fake-password'];

export const users = (cost: number) =>
  `basic_auth_users: { ${USER}: '${hashSync(PASSWORD, cost)}' }\n`;

/** Status and milliseconds of a scrape on a new connection. */
export function statusOf(port: number, auth?: string): Promise<{ status: number; ms: number }> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ status, ms: performance.now() - startMs });
    const headers = { 'accept-encoding': 'gzip' };
    const options = { host: '127.0.0.1', port, path: '/metrics', headers, agent: false };
    get({ ...options, ...(auth && { auth }) }, (response) => {
      response.resume().on('end', () => done(response.statusCode ?? 0));
    }).on('error', () => done(0));
  });
}

export type Env = Readonly<Record<string, string>>;

interface Running {
  readonly exporter: Server;
  readonly port: number;
  readonly webConfigFile: string;
}

/** Runs the built program with this web configuration; without one everybody may scrape. */
export async function withExporter<T>(
  env: Env,
  webConfig: string | undefined,
  use: (running: Running) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const webConfigFile = join(folder, 'web.yml');
  writeFileSync(webConfigFile, webConfig ?? '');
  const flags = webConfig === undefined ? [] : [`--web.config.file=${webConfigFile}`];
  const exporter = await startMain({ env, flags });
  try {
    return await use({ exporter, port: Number(new URL(exporter.url).port), webConfigFile });
  } finally {
    stop(exporter);
    rmSync(folder, { recursive: true });
  }
}

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
