import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Handles one connection to the door. */
export type Behind = (socket: Socket) => void;

/** A port on loopback with a replaceable handler, which can also be closed. */
export interface Door {
  readonly port: number;
  /** Replaces the handler and closes existing connections. */
  lead(behind: Behind): void;
  open(): Promise<void>;
  /** Stops listening, so that connections are refused, and closes existing ones. */
  shut(): Promise<void>;
}

export async function openDoor(first: Behind): Promise<Door> {
  const sockets = new Set<Socket>();
  let behind = first;
  let port = 0;
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => {}));
    behind(socket);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const open = async () => {
    if (server.listening) return;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const shut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  onTestFinished(shut);
  await open();
  return {
    port,
    lead(next) {
      behind = next;
      cut();
    },
    open,
    shut,
  };
}

/** Forwards connections to another port. */
export function tunnelTo(port: number): Behind {
  return (socket) => {
    const target = connect(port, '127.0.0.1');
    target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
    socket.pipe(target).pipe(socket);
  };
}

/** Reads everything and never responds. */
export const silence: Behind = (socket) => void socket.resume();

/** Sends `first` at once and `again` after each interval. */
export function babble(first: string, again: string, everyMs: number): Behind {
  return (socket) => {
    socket.resume().write(first);
    const timer = setInterval(() => socket.write(again), everyMs);
    socket.once('close', () => clearInterval(timer));
  };
}
