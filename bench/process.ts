import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of the benchmark, or the exporter itself, in its own process on a loopback port. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
}

const HERE = new URL('.', import.meta.url);
export const MAIN = fileURLToPath(new URL('../../../dist/main.js', HERE));

/** Starts a program in this folder, which sends its port when it is ready. */
export async function startHelper(name: string, ...args: string[]): Promise<Server> {
  const child = fork(fileURLToPath(new URL(`${name}.js`, HERE)), args, { stdio: 'inherit' });
  const [{ port }] = (await once(child, 'message')) as [AddressInfo];
  return { url: `http://127.0.0.1:${port}`, process: child };
}

/** Runs a program that sends its result and exits. */
export async function runHelper<T>(name: string, ...args: string[]): Promise<T> {
  const child = fork(fileURLToPath(new URL(`${name}.js`, HERE)), args, {
    stdio: 'inherit',
    execArgv: FLAGS,
  });
  const [result] = (await once(child, 'message')) as [T];
  child.kill();
  return result;
}

export function stop(server: Server): void {
  server.process.kill('SIGKILL');
}

/** Node.js flags as in the image and the systemd unit. */
const FLAGS = ['--max-semi-space-size=2'];

/** The built program with the given polling interval. */
export function startExporter(providerUrl: string, schedule: string): Promise<Server> {
  const env = {
    WHATSAPP_API_URL: providerUrl,
    WHATSAPP_ACCESS_TOKEN: 'FAKE-TOKEN',
    WHATSAPP_ACCOUNT: 'bench',
    WHATSAPP_POLL_SCHEDULE: schedule,
  };
  return startMain({ env });
}

/** The built program with a configuration; `onLine` receives its log lines. */
export async function startMain(options: {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}): Promise<Server> {
  const { flags = [], env = {}, onLine } = options;
  const argv = [...FLAGS, MAIN, '--web.listen-address=127.0.0.1:0', ...flags];
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const port = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /"port":(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
      onLine?.(line);
    });
    child.once('exit', () => reject(new Error('the program exited')));
  });
  return { url: `http://127.0.0.1:${port}`, process: child };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export interface Scrape {
  readonly ms: number;
  readonly status: number;
  readonly body: Buffer;
}

/** One request on a kept-alive connection, read to the end. */
export function scrape(url: string, encoding: 'gzip' | 'identity'): Promise<Scrape> {
  return send(url, 'GET', { 'accept-encoding': encoding });
}

export function put(url: string, body: Buffer | string): Promise<Scrape> {
  return send(url, 'PUT', {}, body);
}

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: Buffer | string,
): Promise<Scrape> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const ms = performance.now() - startMs;
        resolve({ ms, status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed the connection, which was idle during other measurements.
      const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET';
      if (isStale) resolve(send(url, method, headers, body));
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** CPU time of all threads so far, in milliseconds; NaN if the process does not exist. */
export function cpuMs(child: ChildProcess | undefined): number {
  if (child === undefined) return NaN;
  const folder = `/proc/${child.pid}/task`;
  const ns = readdirSync(folder).map((task) =>
    Number(readFileSync(`${folder}/${task}/schedstat`, 'latin1').split(' ')[0]),
  );
  return ns.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Current and peak resident memory, in MiB. */
export function memoryMib({ process: { pid } }: Server): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}
