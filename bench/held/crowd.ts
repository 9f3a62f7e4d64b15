import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { row, statusOf, withExporter, type Env } from '../web-clients.ts';
import { server, statusByTls, tlsFile } from './tls.ts';

const CROWD = 1_000;
const CROWD_MS = 15_000;

/** Sockets that send this, then a byte a second; `isBack` ones disconnect and come back each second. */
export function crowd(
  env: Env,
  name: string,
  first: string,
  isTls: boolean,
  isBack = false,
): Promise<string> {
  return withExporter(env, isTls ? tlsFile(server) : undefined, async ({ port }) => {
    const sockets: Socket[] = [];
    const open = (i: number) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets[i] = socket;
      socket.resume().write(first, 'latin1');
    };
    for (let i = 0; i < CROWD; i += 1) open(i);
    const timer = setInterval(() => {
      for (const [i, socket] of sockets.entries()) {
        if (isBack) socket.destroy();
        if (socket.destroyed) open(i);
        else socket.write('a');
      }
    }, 1_000);
    const results: number[] = [];
    for (const untilMs = performance.now() + CROWD_MS; performance.now() < untilMs;) {
      if (isTls) results.push((await statusByTls(port, {}))[0]);
      else results.push((await statusOf(port)).status);
      await sleep(50);
    }
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    const failed = results.filter((status) => status !== 200).length;
    return row(`scrapes beside ${CROWD} ${name}`, String(results.length), `${failed} failed`);
  });
}
