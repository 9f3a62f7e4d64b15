import { hashSync } from 'bcryptjs';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { open } from './clients.ts';
import { harmless } from './row.ts';
import { memoryOf, type Running, type Scene } from './scene.ts';
import { LOGIN } from './watch.ts';

const [USER = '', PASSWORD = ''] = LOGIN.split(':');
const usersFile = (cost: number) =>
  `basic_auth_users: { ${USER}: '${hashSync(PASSWORD, cost)}' }\n`;

/** Environment with a web configuration file, which the row may rewrite. */
function webConfig(text: string) {
  const file = join(process.env['TMPDIR'] ?? '/tmp', `web-${process.pid}-${(files += 1)}.yml`);
  writeFileSync(file, text);
  return {
    env: { WHATSAPP_WEB_CONFIG_FILE: file },
    write: (next: string) => writeFileSync(file, next),
  };
}
let files = 0;

/** Tracks the growth of the program's memory from now on. */
function watchMemory({ program }: Running) {
  const before = memoryOf(program);
  let peak = before;
  const timer = setInterval(() => {
    if (program.process.exitCode === null) peak = Math.max(peak, memoryOf(program));
  }, 20);
  onTestFinished(() => clearInterval(timer));
  return { grownMib: () => peak - before };
}

/** The status of a request with this login; undefined without a response. */
function statusOf(port: number, path: string, auth?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, agent: false, ...(auth && { auth }) };
    const request = get(options, (response) => {
      resolve(response.statusCode);
      response.resume();
    });
    request.on('error', () => resolve(undefined));
  });
}

/** Clients that send these requests and read nothing; they disconnect at the end of the row. */
function unread(what: string, clients: number, memoryMib: number) {
  const sockets: Socket[] = [];
  let memory: ReturnType<typeof watchMemory> | undefined;
  return {
    begin: async (_scene: Scene, running: Running) => {
      memory = watchMemory(running);
      for (let i = 0; i < clients; i += 1) {
        const socket = await open(running.port);
        socket.pause().write(what);
        sockets.push(socket);
      }
    },
    end: () => {
      for (const socket of sockets.splice(0)) socket.destroy();
    },
    alsoExpect: () => {
      console.info(`memory during the attack: +${memory?.grownMib()} MiB`);
      expect(memory?.grownMib(), 'memory during the attack').toBeLessThanOrEqual(memoryMib);
    },
  };
}

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

describe('Attacks on memory', () => {
  const note =
    'the clients read nothing. A connection is closed when a fifth request waits. Rejecting so many takes a ' +
    'core for a moment, so the time limit is 500 ms instead of 100 ms.';
  harmless('100 clients with 40 requests each', {
    numbers: 4_000,
    ...unread(ask('/metrics').repeat(40), 100, 64),
    paceMsMax: 500,
    note,
  });
  harmless('100 clients with 2,000 requests each', {
    numbers: 4_000,
    ...unread(ask('/metrics').repeat(2_000), 100, 128),
    paceMsMax: 500,
    memoryMibMax: 96,
    note,
  });
  harmless('400 clients without a password, 2,000 requests each', {
    ...webConfig(usersFile(4)),
    ...unread(ask('/metrics').repeat(2_000), 400, 128),
    paceMsMax: 500,
    memoryMibMax: 96,
    note,
  });
  harmless('39 clients of /api/status, unread', {
    numbers: 10_000,
    pace: { intervalS: 5, staleAfterS: 15, scrapeMs: 1_000 },
    ...unread(ask('/api/status'), 39, 96),
    paceMsMax: 500,
    memoryMibMax: 128,
    note: '10,000 numbers, polled every 5 s; the time limit is 500 ms instead of 100 ms.',
  });
});

describe('Attacks on the password', () => {
  const whole = `http_server_config: {}\n${usersFile(4)}`;
  const truncated = webConfig(whole);
  const seen = new Set<number | undefined>();
  harmless('web configuration truncated, emptied and deleted', {
    ...truncated,
    begin: async (_scene, { port }) => {
      onTestFinished(() => truncated.write(whole));
      for (const text of [
        'http_server_config: {}\n',
        '{}\n',
        'rate_limit: { interval: 0 }\n',
        '',
      ]) {
        truncated.write(text);
        for (let i = 0; i < 60; i += 1) {
          seen.add(await statusOf(port, '/metrics'));
          await setTimeout(100);
        }
      }
    },
    alsoExpect: () => expect([...seen], 'without a password').toEqual([401]),
    note: 'each state of the file lasts 6 s; no request without the password gets metrics.',
  });

  const flooded = webConfig(usersFile(8));
  harmless('wrong logins from the address of Prometheus', {
    ...flooded,
    begin: async (_scene, { port }) => {
      for (let i = 0; i < 100; i += 1) {
        // A new hash of the same password: the exporter must check it again, as after a restart.
        if (i === 20) flooded.write(usersFile(8));
        void statusOf(port, '/metrics', `${USER}:fake-guess-${i}`);
        await setTimeout(100);
      }
    },
    paceMsMax: 2_000,
    note: '10 per second for 10 s, at bcrypt cost 8. The first correct login waits in the queue.',
  });

  const limited = webConfig(`${usersFile(10)}rate_limit: { interval: 100ms, burst: 20 }\n`);
  harmless('requests without a password, under a rate limit', {
    ...limited,
    begin: async (_scene, { port }) => {
      for (let i = 0; i < 400; i += 1) {
        void statusOf(port, '/metrics');
        await setTimeout(10);
      }
    },
    note: '100 per second for 4 s, ten times the `rate_limit`.',
  });
});
