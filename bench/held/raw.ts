import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** For an answer to what may be half a request; after it the client closes. */
const ANSWER_MS = 3_000;

/** All that comes back, until the exporter closes or the time is over. */
export async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(bytes, 'latin1');
  const end = setTimeout(() => socket.destroySoon(), ANSWER_MS);
  let received = '';
  socket.setEncoding('latin1').on('data', (part: string) => (received += part));
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(end);
  return received;
}

/** Until the metrics have numbers; with a password, until the first poll has ended. */
export async function untilPolled(port: number): Promise<void> {
  const ask = (path: string) => send(port, `GET ${path} HTTP/1.0\r\n\r\n`);
  while (!(await ask('/-/ready')).includes(' 200 ')) await sleep(100);
  while (!/ 401 |whatsapp_account_numbers\{/.test(await ask('/metrics'))) await sleep(100);
}
