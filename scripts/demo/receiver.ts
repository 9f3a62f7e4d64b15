import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

export interface Notification {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const WIDTH = 100;
const INDENT = ' '.repeat(10);

/** A receiver of Alertmanager's webhooks: the path of a request is the receiver, such as /pager. */
export async function startReceiver(
  onNotification: (receiver: string, notification: Notification) => void,
): Promise<string> {
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const { alerts } = (await json(request)) as { alerts: Notification[] };
    for (const one of alerts) onNotification(request.url?.slice(1) ?? '', one);
    response.end();
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A notification as a person would get it: what and where, what to do first, and links. */
export function render(receiver: string, { status, labels, annotations }: Notification): string {
  const kind = receiver === 'pager' ? 'PAGE' : 'TICKET';
  const head = status === 'firing' ? kind : 'RESOLVED';
  const where = [labels['account'], labels['number']].filter(Boolean).join(', ');
  const title = `${head.padEnd(8)}  ${annotations['summary']} ${where && `(${where})`}`;
  if (status === 'resolved') return `${title}\n`;
  const links = ['runbook_url', 'remedy_url'].flatMap((name) => {
    const url = annotations[name] ?? '';
    return url === '' ? [] : [`${name.replace('_url', '')}: ${url}`];
  });
  const lines = [...wrap(annotations['description'] ?? ''), ...links];
  return [title, ...lines.map((line) => INDENT + line), ''].join('\n');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (lines.length > 0 && longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
