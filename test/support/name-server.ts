import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A DNS server on loopback with responses from a test. */
export interface NameServer {
  /** For `dns.Resolver.setServers`. */
  readonly address: string;
  /** The names queried for their IPv4 address. */
  readonly asked: string[];
  /** The IPv4 address of each name; `undefined` is no such name, `silent` is no answer. */
  answer: (name: string) => string | undefined;
  close(): void;
}

export async function startNameServer(answer: NameServer['answer']): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    asked: [],
    answer,
    close: () => void socket.close(),
  };
  socket.on('message', (query, from) => {
    const { name, end } = questionOf(query);
    const isIPv4 = query.readUInt16BE(end - 4) === 1;
    if (isIPv4) server.asked.push(name);
    const address = server.answer(name);
    if (address === 'silent') return;
    socket.send(responseTo(query.subarray(0, end), isIPv4, address), from.port, from.address);
  });
  return server;
}

function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/** Header and question of the query, then one A record, none, or NXDOMAIN. */
function responseTo(question: Buffer, isIPv4: boolean, address: string | undefined): Buffer {
  const head = Buffer.from(question);
  const hasAnswer = isIPv4 && address !== undefined;
  head.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (!hasAnswer) return head;
  const record = Buffer.from('c00c000100010000003c0004', 'hex');
  return Buffer.concat([head, record, Buffer.from(address.split('.').map(Number))]);
}
