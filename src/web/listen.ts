import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, type AddressInfo, type Server } from 'node:net';

/**
 * A TCP port, on all interfaces without a host; the path of a Unix socket; or the file descriptor of
 * a socket that another process has opened.
 */
export type Address =
  | { readonly host: string | undefined; readonly port: number }
  | { readonly path: string }
  | { readonly fd: number };

/** The first descriptor that systemd passes; more of them follow it. See sd_listen_fds(3). */
const INHERITED_FD_MIN = 3;

/** The sockets that systemd has opened for the process with this id. */
export function inheritedSockets(
  { LISTEN_PID, LISTEN_FDS = '' }: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly Address[] {
  if (LISTEN_PID !== String(pid) || !/^\d{1,3}$/.test(LISTEN_FDS)) return [];
  return Array.from({ length: Number(LISTEN_FDS) }, (_, i) => ({ fd: INHERITED_FD_MIN + i }));
}

/** Write permission allows connecting: owner and group, as for other local services. */
const SOCKET_MODE = 0o660;

/** Resolves with the address as text; rejects with Node's error (EADDRINUSE ...). */
export async function listen(server: Server, address: Address): Promise<string> {
  if ('path' in address) await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const done = () => {
      server.off('error', reject);
      resolve();
    };
    if ('path' in address || 'fd' in address) server.listen({ ...address }, done);
    else {
      const { host, port } = address;
      server.listen({ port, ...(host === undefined ? {} : { host }) }, done);
    }
  });
  if ('path' in address) {
    chmodSync(address.path, SOCKET_MODE);
    return `unix:${address.path}`;
  }
  const bound = server.address() as AddressInfo | null;
  // Node.js does not know the path of a Unix socket that it has not opened.
  if (bound === null) return `unix socket ${'fd' in address ? address.fd : ''}`;
  return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

const REMEDIES: Readonly<Partial<Record<string, string>>> = {
  EADDRINUSE: 'the address is in use; stop the other process or choose another address',
  EACCES: 'permission denied; ports below 1024 need a privilege',
  EADDRNOTAVAIL: 'this machine has no such address',
};
/** The system reports only this for any problem with the folder of a Unix socket. */
const FOLDER_REMEDY = 'the folder must exist and be writable by this user';

/**
 * Describes which address is not available and what to do, or quotes the system's error;
 * undefined for an error that does not come from the system.
 */
export function explainListenError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { code = '', message, address, port = -1 } = error as NodeJS.ErrnoException & Place;
  const isSocket = address?.startsWith('/') === true;
  const remedy = isSocket && code === 'EACCES' ? FOLDER_REMEDY : REMEDIES[code];
  if (typeof address !== 'string' || remedy === undefined) return message;
  const host = address.includes(':') ? `[${address}]` : address;
  return `cannot listen on ${isSocket ? address : `${host}:${port}`} (${code}): ${remedy}`;
}

interface Place {
  readonly address?: string;
  readonly port?: number;
}

/** Removes the socket of a killed process, which would prevent listening. */
async function removeStaleSocket(path: string): Promise<void> {
  // Other files are kept, and listening fails with EADDRINUSE.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const code = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  if (code === 'ECONNREFUSED') rmSync(path, { force: true });
}
