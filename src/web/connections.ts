import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Emitted on a response once all that is left is for the client to take it, or it may have gone. */
export const ANSWERED = 'answered';

/**
 * Keeps a server at `max` connections. For each one more that comes, the one is closed that has waited
 * longest for its client: to ask, or to take an answer. To turn away the new one instead would let a
 * few idle clients keep everybody else out; it goes only where all others are being answered.
 */
export function limitConnections(server: Server, max: number): void {
  let open = 0;
  /** The one that has waited longest is the first. */
  const waiting = new Map<unknown, Socket>();
  server.on('connection', (socket: Socket) => {
    const key = toKey(socket);
    open += 1;
    waiting.set(key, socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(key);
    });
    const [longest] = waiting;
    if (open <= max || longest === undefined) return;
    // Now, not when it is closed: many connections may come before that.
    waiting.delete(longest[0]);
    longest[1].destroy();
  });
  server.prependListener('request', ({ socket }, response) => {
    const key = toKey(socket);
    const connection = waiting.get(key);
    if (connection === undefined) return;
    waiting.delete(key);
    const wait = () => {
      if (!connection.destroyed) waiting.set(key, connection);
    };
    response.once(ANSWERED, wait).once('close', wait);
  });
}

/** The same for a connection and for the TLS within, which are two sockets to Node, and not linked. */
function toKey(socket: Socket): unknown {
  const { localAddress, remoteAddress, remotePort } = socket;
  // A Unix socket has no addresses. With TLS within, it counts as waiting all the time.
  return remotePort === undefined ? socket : `${localAddress} ${remoteAddress} ${remotePort}`;
}
