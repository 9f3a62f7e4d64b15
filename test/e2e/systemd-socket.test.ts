import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { eventually, portOf, runProgram, startProgram } from '../support/program.ts';
import { findProgram } from '../support/programs.ts';
import { environmentFor, startProvider } from '../support/simulated-provider.ts';

const FLAG = '--web.systemd-socket';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'systemd-socket-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A socket that listens; this process must not accept the connections itself. */
async function openSocket(address: { port: number; host: string } | { path: string }) {
  const server = createServer();
  server.listen(address);
  await once(server, 'listening');
  const { fd } = Reflect.get(server, '_handle') as { fd: number };
  return { server, fd };
}

const get = (options: object) =>
  new Promise<string>((resolve, reject) => {
    request({ ...options, path: '/metrics' }, (response) => {
      text(response).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });

test('it serves on the sockets that systemd passes, and on no other', async () => {
  const folder = temporaryFolder();
  const tcp = await openSocket({ host: '127.0.0.1', port: 0 });
  const unix = await openSocket({ path: join(folder, 'a.sock') });
  const { port } = tcp.server.address() as AddressInfo;
  const other = await freePort();
  const env = environmentFor(await startProvider());
  const flags = [FLAG, `--web.listen-address=127.0.0.1:${other}`];
  const program = startProgram(flags, env, 'pipe', [tcp.fd, unix.fd]);
  // Closing the server removes the file of its first name.
  renameSync(join(folder, 'a.sock'), join(folder, 'b.sock'));
  tcp.server.close();
  unix.server.close();
  expect(await portOf(program)).toBe(port);
  const serving = program.log().find(({ msg }) => msg === 'serving metrics');
  expect(serving?.['addresses']).toEqual([`127.0.0.1:${port}`, 'unix socket 4']);
  for (const options of [{ port }, { socketPath: join(folder, 'b.sock') }]) {
    expect(await get(options)).toContain('whatsapp_exporter_build_info{');
  }
  await expect(get({ port: other })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  program.process.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(program.stderr()).toBe('');
});

test.each([{}, { LISTEN_FDS: '1' }, { LISTEN_FDS: '1', LISTEN_PID: '1' }])(
  'without a socket for this process (%j) it exits with an error',
  async (given) => {
    const env = { ...environmentFor(await startProvider()), ...given };
    expect(await runProgram([FLAG], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${FLAG}: systemd passed no socket; enable its unit\n`,
    });
  },
);

test('a file instead of a socket is an error', async () => {
  const env = environmentFor(await startProvider());
  const program = startProgram([FLAG], env, 'pipe', [openSync('package.json', 'r')]);
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toBe(`${FLAG}: listen EINVAL: invalid argument\n`);
});

const activate = await findProgram('systemd-socket-activate');

test.skipIf(activate === undefined)('systemd-socket-activate starts it', async () => {
  const port = await freePort();
  const env = environmentFor(await startProvider());
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const passed = Object.entries(env).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
  const args = ['-l', `127.0.0.1:${port}`, ...passed, process.execPath, main, FLAG];
  const child = spawn(activate ?? '', args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const metrics = await eventually(() => get({ port }).catch(() => undefined), 'the metrics');
  expect(metrics).toContain('whatsapp_exporter_build_info{');
});
