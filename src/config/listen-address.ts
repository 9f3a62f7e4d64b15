import { isIPv4, isIPv6 } from 'node:net';

import type { ListenAddress } from './config.ts';
import { invalid } from './problems.ts';

export function parseListenAddresses(text: string): readonly ListenAddress[] {
  const parts = text.split(',').map((part) => part.trim());
  if (new Set(parts).size < parts.length) invalid('names an address twice');
  return parts.map(parseListenAddress);
}

/** What the system holds for the path of a socket, which some would cut silently. */
const SOCKET_PATH_BYTES_MAX = 103;

function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!/^\/\P{Cc}+$/u.test(path)) invalid('must be an absolute path after unix:');
    return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX
      ? { path }
      : invalid(`has a path of more than ${SOCKET_PATH_BYTES_MAX} bytes`);
  }
  const match = /^(?:\[([^[\]]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  const [, ipv6, name = '', digits] = match ?? invalid('must be host:port, :port or unix:/path');
  const port = Number(digits);
  if (port > 65_535) invalid('has a port above 65535');
  if (ipv6 !== undefined && !isIPv6(ipv6)) invalid('has no IPv6 address within the brackets');
  if (/^[\d.]+$/.test(name) && !isIPv4(name)) invalid('has a host that is no IPv4 address');
  return { host: ipv6 ?? (name === '' ? undefined : name), port };
}
