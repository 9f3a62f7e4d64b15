import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Emitted on a response once all that is left is for the client to read it, or the client may be gone. */
export const ANSWERED = 'answered';

/** Requests on one connection that may wait for the one before. Prometheus sends one at a time. */
const PIPELINED_MAX = 4;

/**
 * Answers the requests of a connection one at a time: the next one begins when the response to the one
 * before has been sent, so that a client that does not read makes one response wait, not thousands. A
 * connection with too many requests waiting is closed.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  return (request, response) => {
    const { socket } = request;
    const begin = () => {
      response.once('close', () => {
        const next = waiting.get(socket)?.shift();
        if (next === undefined) waiting.delete(socket);
        else if (!socket.destroyed) next();
      });
      listener(request, response);
    };
    const queue = waiting.get(socket);
    if (socket.destroyed) return;
    if (queue === undefined) {
      waiting.set(socket, []);
      begin();
    } else if (queue.length < PIPELINED_MAX) queue.push(begin);
    else {
      stopParsing(socket);
      socket.destroy();
    }
  };
}

/**
 * Node.js would make requests of all that it has read, 1,500 of them, and an error with a stack for each
 * when the socket closes: 50 ms. There is no documented way to stop it; without one it is slow, not wrong.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as { readonly parser?: { onIncoming?: () => number } | null };
  const NO_MORE_HTTP = 2;
  if (parser) parser.onIncoming = () => NO_MORE_HTTP;
}

/**
 * Keeps a server at `max` connections. For each one more that comes, the one is closed that has waited
 * longest for its client: to send a request, or to read a response. Refusing the new one instead would
 * let a few idle clients keep everybody else out; it is refused only where all others are being
 * answered.
 */
export function limitConnections(server: Server, max: number): void {
  let open = 0;
  /** The one that has waited longest is the first. */
  const waiting = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open += 1;
    waiting.add(socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(socket);
    });
    const [longest] = waiting;
    if (open <= max || longest === undefined) return;
    // Now, not when it is closed: many connections may come before that.
    waiting.delete(longest);
    longest.destroy();
  });
  server.prependListener('request', ({ socket }, response) => {
    const connection = connectionOf(socket);
    if (!waiting.delete(connection)) return;
    const wait = () => {
      if (!connection.destroyed) waiting.add(connection);
    };
    response.once(ANSWERED, wait).once('close', wait);
  });
}

/** The connection beneath TLS. Node.js links the two sockets in a property without documentation. */
export function connectionOf(socket: Socket): Socket {
  const parent = (socket as { readonly ['_parent']?: Socket | null })['_parent'];
  return parent ?? socket;
}
