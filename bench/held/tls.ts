import { renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions, SecureVersion, TLSSocket } from 'node:tls';
import { createCertificate, DNS, type Certificate } from '../../test/support/certificates.ts';
import { row, withExporter, type Env } from '../web-clients.ts';

const SWAPS = 10;
/** A change is taken over within four seconds. */
const SWAP_MS = 5_000;
const SWAP_CLIENTS = 4;

export const server = await createCertificate('localhost');
const authority = await createCertificate('authority');
const altNames = [{ type: DNS, value: 'prometheus.example' }] as const;
const named = (ca?: Certificate) => createCertificate('client', { altNames, ...(ca && { ca }) });
const right = await named(authority);
const DAY_MS = 86_400_000;
const fromNow = (days: number) => new Date(Date.now() + days * DAY_MS);
const between = (from: number, to: number) => ({
  notBeforeDate: fromNow(from),
  notAfterDate: fromNow(to),
});

const CERTIFICATES: readonly (readonly [isIn: boolean, Certificate | undefined])[] = [
  [true, right],
  [false, undefined],
  [false, await named()],
  [false, await named(await createCertificate('authority'))],
  [false, await named(right)],
  [false, await named(server)],
  [false, await createCertificate('client', { ca: authority })],
  [false, await createCertificate('prometheus.example', { ca: authority })],
  [false, await createCertificate('client', { ca: authority, altNames, ...between(-2, -1) })],
  [false, await createCertificate('client', { ca: authority, altNames, ...between(1, 2) })],
];

export const tlsFile = ({ cert, key }: Certificate, more: object = {}): string =>
  JSON.stringify({ tls_server_config: { cert, key, ...more } });

/** The status, 0 if the exporter closes the connection, and the fingerprint of its certificate. */
export function statusByTls(port: number, options: ConnectionOptions): Promise<[number, string]> {
  return new Promise((resolve) => {
    let seen = '';
    const other = { host: '127.0.0.1', path: '/metrics', agent: false, rejectUnauthorized: false };
    const outgoing = request({ port, ...other, ...options }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume().on('end', () => resolve([status, seen]));
      response.on('error', () => resolve([0, seen]));
    });
    outgoing.on('socket', (socket: TLSSocket) => {
      socket.once(
        'secureConnect',
        () => (seen = socket.getPeerX509Certificate()?.fingerprint ?? ''),
      );
    });
    outgoing.on('error', () => resolve([0, seen])).end();
  });
}

export async function certificates(env: Env): Promise<string> {
  const verify = {
    client_auth_type: 'RequireAndVerifyClientCert',
    client_ca: authority.cert,
    client_allowed_sans: ['prometheus.example'],
  };
  return withExporter(env, tlsFile(server, verify), async ({ port }) => {
    let wrong = 0;
    const versions: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
    for (const version of versions) {
      for (const [isIn, certificate] of CERTIFICATES) {
        const options = { ...certificate, minVersion: version, maxVersion: version };
        const [status] = await statusByTls(port, options);
        if ((status === 200) !== isIn) wrong += 1;
      }
    }
    return row(
      'client certificates, each with TLS 1.2 and 1.3',
      String(CERTIFICATES.length * versions.length),
      `${wrong} wrong verdicts`,
    );
  });
}

export async function swaps(env: Env): Promise<string> {
  return withExporter(env, tlsFile(server), async ({ port, webConfigFile }) => {
    const end = new AbortController();
    const results: [number, string][] = [];
    const client = async () => {
      while (!end.signal.aborted) results.push(await statusByTls(port, {}));
    };
    const clients = Array.from({ length: SWAP_CLIENTS }, client);
    for (let i = 0; i < SWAPS; i += 1) {
      await sleep(SWAP_MS);
      writeFileSync(`${webConfigFile}.new`, tlsFile(await createCertificate('localhost')));
      renameSync(`${webConfigFile}.new`, webConfigFile);
    }
    await sleep(SWAP_MS);
    end.abort();
    await Promise.all(clients);
    const seen = new Set(results.map(([, fingerprint]) => fingerprint).filter(Boolean)).size;
    return row(
      `connections while the certificate is replaced ${SWAPS} times`,
      `${results.length}, with ${seen} certificates`,
      `${results.filter(([status]) => status !== 200).length} failed`,
    );
  });
}
