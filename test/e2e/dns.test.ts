import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startNameServer } from '../support/name-server.ts';
import { withNameServers } from '../support/preload-dns.ts';
import { eventually, portOf, startProgram } from '../support/program.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from '../support/simulated-provider.ts';

const HOST = 'provider.example.com';
const SILENT = 'silent.example.com';

test('a dead nameserver and an unresponsive host name affect no other account and do not delay the exit', async () => {
  const provider = await startProvider();
  const dead = await startNameServer(() => 'silent');
  const good = await startNameServer((name) => (name === HOST ? '127.0.0.1' : 'silent'));
  const folder = mkdtempSync(join(tmpdir(), 'dns-'));
  onTestFinished(() => {
    dead.close();
    good.close();
    rmSync(folder, { recursive: true });
  });
  const { port, pathname } = new URL(provider.url);
  const account = (name: string, host: string) =>
    `  - { name: ${name}, api_url: "http://${host}:${port}${pathname}", allow_insecure_http: true, ` +
    `client_id: ${CLIENT_ID}, client_secret: ${CLIENT_SECRET} }\n`;
  const silent = Array.from({ length: 6 }, (_, i) => account(`silent${i}`, SILENT));
  const sound = Array.from({ length: 30 }, (_, i) => account(`sound${i}`, HOST));
  const config = join(folder, 'config.yml');
  writeFileSync(
    config,
    'web: { listen_address: "127.0.0.1:0" }\npoll: { schedule: 60s }\n' +
      `accounts:\n${silent.join('')}${sound.join('')}`,
  );
  const env = withNameServers(folder, [dead.address, good.address]);
  const program = startProgram([`--config.file=${config}`], env);
  const url = `http://127.0.0.1:${await portOf(program)}/metrics`;
  const up = async () => {
    const text = await (await fetch(url)).text();
    return text.match(/^whatsapp_up\{account="sound\d+"\} 1$/gm)?.length ?? 0;
  };
  await eventually(async () => ((await up()) === 30 ? true : undefined), '30 accounts', 30_000);
  expect(good.asked.filter((name) => name === HOST)).toHaveLength(1);

  const stoppedMs = performance.now();
  program.process.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(performance.now() - stoppedMs).toBeLessThan(10_000);
}, 60_000);
