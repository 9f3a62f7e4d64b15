import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { explainListenError, type Address } from '../../src/web/listen.ts';
import { startSite, METRICS } from './site.ts';

function newSocketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'socket-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'exporter.sock');
}

const scrapeSocket = (socketPath: string) =>
  new Promise<string>((resolve, reject) => {
    request({ socketPath, path: '/metrics' }, (response) => {
      text(response).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });

test('it listens on every address: IPv4, IPv6 and a Unix socket', async () => {
  const path = newSocketPath();
  const addresses = [{ path }, { host: '127.0.0.1', port: 0 }, { host: '::1', port: 0 }];
  const { server } = await startSite({}, { addresses });
  const [unix, ipv4 = '', ipv6 = ''] = server.addresses;
  expect(unix).toBe(`unix:${path}`);
  expect(ipv4).toBe(`127.0.0.1:${server.port}`);
  expect(ipv6).toMatch(/^\[::1\]:\d+$/);
  for (const address of [ipv4, ipv6]) {
    expect(await (await fetch(`http://${address}/metrics`)).text()).toBe(METRICS);
  }
  expect(await scrapeSocket(path)).toBe(METRICS);
  await server.close();
  expect(existsSync(path)).toBe(false);
  for (const address of [ipv4, ipv6]) await expect(fetch(`http://${address}/`)).rejects.toThrow();
});

test('if one address is not available, the others are closed', async () => {
  const { server } = await startSite();
  const port = await freePort();
  const taken = { host: '127.0.0.1', port: server.port };
  const path = newSocketPath();
  const addresses = [{ path }, { host: '127.0.0.1', port }, taken];
  await expect(startSite({}, { addresses })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  expect(existsSync(path)).toBe(false);
});

test('only owner and group may connect to a Unix socket', async () => {
  const path = newSocketPath();
  await startSite({}, { addresses: [{ path }] });
  expect((statSync(path).mode & 0o777).toString(8)).toBe('660');
});

test('the socket of a killed process is replaced', async () => {
  const path = newSocketPath();
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program]);
  expect(statSync(path).isSocket()).toBe(true);
  await startSite({}, { addresses: [{ path }] });
  expect(await scrapeSocket(path)).toBe(METRICS);
});

test('a socket in use is an error and is not replaced', async () => {
  const path = newSocketPath();
  await startSite({}, { addresses: [{ path }] });
  const second = startSite({}, { addresses: [{ path }] });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
  expect(await scrapeSocket(path)).toBe(METRICS);
});

test('a file that is not a socket is not touched', async () => {
  const path = newSocketPath();
  writeFileSync(path, 'precious');
  await expect(startSite({}, { addresses: [{ path }] })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

const explained = (address: Address) =>
  startSite({}, { addresses: [address] }).then(() => 'listens', explainListenError);

test('an unavailable address is reported with a remedy', async () => {
  const { server } = await startSite();
  const { port } = server;
  const path = newSocketPath();
  expect(await explained({ host: '127.0.0.1', port })).toBe(
    `cannot listen on 127.0.0.1:${port} (EADDRINUSE): the address is in use; stop the other process or choose another address`,
  );
  expect(await explained({ host: '192.0.2.1', port })).toBe(
    `cannot listen on 192.0.2.1:${port} (EADDRNOTAVAIL): this machine has no such address`,
  );
  const sixth = { syscall: 'listen', code: 'EACCES', address: '2001:db8::1', port: 80 };
  expect(explainListenError(Object.assign(new Error('made up'), sixth))).toBe(
    'cannot listen on [2001:db8::1]:80 (EACCES): permission denied; ports below 1024 need a privilege',
  );
  expect(await explained({ path: join(path, 'missing.sock') })).toBe(
    `cannot listen on ${path}/missing.sock (EACCES): the folder must exist and be writable by this user`,
  );
});

test('an error that is not about an address gets no explanation', () => {
  expect(explainListenError(new TypeError('a bug'))).toBeUndefined();
  expect(explainListenError('thrown')).toBeUndefined();
  const strange = Object.assign(new Error('chmod EPERM: /a.sock'), {
    syscall: 'chmod',
    code: 'EPERM',
  });
  expect(explainListenError(strange)).toBe('chmod EPERM: /a.sock');
});
