import { hash } from 'bcryptjs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

import { createCertificate } from '../support/certificates.ts';
import { eventually, portOf, runProgram, startProgram } from '../support/program.ts';
import { environmentFor, startProvider } from '../support/simulated-provider.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'closed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function scrape(port: number, ca: string, auth?: string): Promise<string> {
  return new Promise((resolve) => {
    const where = { host: '127.0.0.1', servername: 'localhost', port, path: '/metrics' };
    request({ ...where, ca, agent: false, ...(auth && { auth }) }, (response) => {
      text(response).then(resolve, (error: Error) => resolve(error.message));
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

test('with a web configuration file, only users get metrics over TLS, even after a certificate renewal', async () => {
  const provider = await startProvider();
  const folder = temporaryFolder();
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  const [first, second] = [await createCertificate('a'), await createCertificate('b')];
  write('server.crt', first.cert);
  write('server.key', first.key);
  const users = `basic_auth_users: { prometheus: '${await hash('canary-password', 6)}' }`;
  write(
    'web.yml',
    `tls_server_config: { cert_file: server.crt, key_file: server.key }\n${users}\n`,
  );

  const socket = join(folder, 'exporter.sock');
  const program = startProgram(
    [
      `--web.config.file=${join(folder, 'web.yml')}`,
      '--web.listen-address=127.0.0.1:0',
      `--web.listen-address=unix:${socket}`,
    ],
    environmentFor(provider),
  );
  const port = await portOf(program);
  const login = 'prometheus:canary-password';
  expect(await scrape(port, first.cert)).toBe('Unauthorized.\n');
  expect(await scrape(port, first.cert, 'prometheus:wrong')).toBe('Unauthorized.\n');
  expect(await scrape(port, first.cert, login)).toContain('whatsapp_up');
  const plain = requestHttp({ socketPath: socket, path: '/metrics' });
  const [{ statusCode }] = (await once(plain.end(), 'response')) as [IncomingMessage];
  expect(statusCode, 'TLS holds on the socket too').toBe(400);

  write('server.crt', second.cert);
  write('server.key', second.key);
  await eventually(async () => {
    const answer = await scrape(port, second.cert, login);
    return answer.includes('whatsapp_up') ? answer : undefined;
  }, 'the new certificate');
  const output = program.stdout() + program.stderr();
  expect(output).not.toMatch(/canary|\$2b\$|PRIVATE/);
  expect(program.log().filter(({ msg }) => msg === 'login failed')).toHaveLength(1);
});

test('an incomplete web configuration prevents the start', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'web.yml');
  writeFileSync(file, 'tls_server_config: { cert_file: server.crt }\nbasic_auth_users: {}\n');
  const env = { WHATSAPP_ACCESS_TOKEN: 'fake-token', WHATSAPP_WEB_CONFIG_FILE: file };
  for (const flags of [[], ['--check-config'], ['--once']]) {
    const { code, stdout, stderr } = await runProgram(flags, env);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('cert_file');
  }
});

test('a Unix socket in use is reported without a stack', async () => {
  const provider = await startProvider();
  const socket = join(temporaryFolder(), 'exporter.sock');
  const env = {
    ...environmentFor(provider),
    WHATSAPP_WEB_LISTEN_ADDRESS: `127.0.0.1:0,unix:${socket}`,
  };
  const program = startProgram([], env);
  await portOf(program);
  const { code, stderr } = await runProgram([], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^--web\.listen-address: [^\n]+\n$/);
  expect(stderr).toContain(`cannot listen on ${socket} (EADDRINUSE): `);
});
