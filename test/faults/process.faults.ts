import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { slowScrape } from './clients.ts';
import { freePort } from '../support/free-port.ts';
import { eventually, startProgram } from '../support/program.ts';
import { expectAnswers, expectSecretsKept, expectUp, seconds, settle } from './checks.ts';
import { harmless } from './row.ts';
import {
  CANARIES,
  createScene,
  FIRST_SECRET,
  SLOW_PACE,
  type Running,
  type Scene,
} from './scene.ts';
import { expectTrueCounters, expectTrueValues, failuresOf, page } from './watch.ts';

/** Docker kills after 10 s, Kubernetes after 30 s. */
const STOP_MS_MAX = 10_000;

describe('Signals', () => {
  test('SIGTERM during a poll', async ({ task }) => {
    const scene = await createScene({ pace: { timeoutS: 20 } });
    const running = await scene.start();
    await settle(running);
    scene.provider.faults.numbers = { kind: 'never' };
    const { outcomes } = scene.provider.requests;
    await eventually(() => outcomes['numbers fault never'], 'a poll that hangs');
    await expectEnd(task, scene, running);
  });

  test('SIGTERM during a scrape', async ({ task }) => {
    const scene = await createScene({
      numbers: 5_000,
      pace: { ...SLOW_PACE, scrapeMs: 500, timeoutS: 20 },
    });
    const running = await scene.start();
    await settle(running);
    const whole = await page(running.port, '/metrics');
    const socket = await slowScrape(running.port);
    const received: string[] = [];
    const closed = once(socket, 'close');
    const read = async () => {
      await setTimeout(1_500);
      expect(running.program.process.exitCode, 'waits for the scrape').toBeNull();
      socket.setEncoding('utf8').on('data', (text: string) => received.push(text));
      socket.resume();
    };
    const reading = read();
    await expectEnd(task, scene, running);
    await Promise.all([reading, closed]);
    const text = received.join('');
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    expect(Buffer.byteLength(body), 'the whole scrape').toBe(length);
    expect(length).toBeGreaterThan(0.9 * whole.length);
  });

  harmless('many SIGHUPs', {
    begin: async ({ configure }, { program }) => {
      for (let i = 0; i < 50; i += 1) {
        configure(2 + (i % 5));
        program.process.kill('SIGHUP');
        await setTimeout(10);
      }
    },
    alsoExpect: ({ provider }, { program }) => {
      expect(reloads(program)).toBeGreaterThan(5);
      expect(provider.requests.numbers).toBeLessThan(80);
    },
    note: '50 signals, each with a different `poll.timeout`.',
  });

  harmless('configuration changed during a poll', {
    begin: async ({ provider, configure }, { program }) => {
      provider.faults.numbers = { kind: 'delay', delayMs: 500 };
      for (let i = 0; i < 2; i += 1) {
        const { numbers } = provider.requests;
        await eventually(() => provider.requests.numbers > numbers || undefined, 'a poll');
        configure(3 + i);
        program.process.kill('SIGHUP');
        await eventually(() => reloads(program) > i || undefined, 'the reload');
      }
    },
    note: 'the running poll is aborted and not counted; the account is polled again at once.',
  });

  harmless('invalid configuration during a poll', {
    begin: ({ configure }, { program }) => {
      configure(Number.NaN);
      program.process.kill('SIGHUP');
    },
    alsoExpect: (_scene, { program }) => {
      const line = program.log().find(({ trigger }) => trigger === 'SIGHUP');
      expect(line?.['problems']).toEqual([expect.stringContaining('poll.timeout')]);
      expect(reloads(program)).toBe(0);
    },
  });

  harmless('configuration file truncated, deleted and restored', {
    begin: async ({ folder, configure }, { program }) => {
      const file = join(folder, 'config.yml');
      // The exporter checks every 2 s, not a multiple of this period, and so sees every state.
      for (let i = 0; i < 16; i += 1) {
        writeFileSync(file, 'poll: { timeout');
        await setTimeout(100);
        rmSync(file);
        await setTimeout(100);
        configure(10 + i);
        await setTimeout(170);
      }
      await eventually(() => reloads(program) > 0 || undefined, 'the reload');
    },
    alsoExpect: (_scene, { program }) => {
      const lines = program.log().filter(({ trigger }) => trigger !== undefined);
      expect(lines.at(-1)).toMatchObject({ trigger: 'file', msg: 'configuration reloaded' });
    },
  });

  test('SIGTERM while the log is not read', async ({ task }) => {
    const WHATSAPP_WEB_LISTEN_ADDRESS = `127.0.0.1:${await freePort()}`;
    const scene = await createScene({
      env: { WHATSAPP_WEB_LISTEN_ADDRESS },
      stdout: openFullPipe(),
    });
    const running = await scene.start();
    await settle(running);
    await expectEnd(task, scene, running);
  });

  harmless('process frozen for 6 s', {
    begin: async (_scene, { program }) => {
      program.process.kill('SIGSTOP');
      await setTimeout(6_000);
      program.process.kill('SIGCONT');
    },
    slowestMsMax: 10_000,
    note: 'SIGSTOP, then SIGCONT. The scrape that waits in between is the slowest response.',
  });
});

const loglessPort = await freePort();
const unreadPort = await freePort();

describe('Outputs and ports', () => {
  harmless('disk full for the log', {
    env: { WHATSAPP_WEB_LISTEN_ADDRESS: `127.0.0.1:${loglessPort}` },
    stdout: openSync('/dev/full', 'w'),
    begin: () => {},
    note: 'stdout is /dev/full throughout.',
  });

  harmless('log that is not read', {
    env: { WHATSAPP_WEB_LISTEN_ADDRESS: `127.0.0.1:${unreadPort}` },
    stdout: openFullPipe(),
    begin: () => {},
    note: 'stdout is a full pipe throughout.',
  });

  harmless('stdout and stderr closed', {
    begin: (_scene, { program }) => {
      program.process.stdout?.destroy();
      program.process.stderr?.destroy();
    },
    note: 'every further log line fails with EPIPE.',
  });

  test('port in use', async ({ task }) => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const program = startProgram([], {
      WHATSAPP_CLIENT_ID: 'fake-client',
      WHATSAPP_CLIENT_SECRET: 'fake-secret-canary',
      WHATSAPP_WEB_LISTEN_ADDRESS: address,
    });
    expect(await program.exit).toBe(1);
    expect(program.stderr()).toContain('EADDRINUSE');
    expect(program.stderr()).toContain(address);
    for (const canary of CANARIES)
      expect(program.stdout() + program.stderr()).not.toContain(canary);
    task.meta.cells = {
      ...ENDED,
      outcome: 'none',
      alive: 'exit 1',
      pace: '',
      health: '',
      values: '',
      recovery: '',
      note: 'the exporter does not start, and stderr names the address.',
    };
  });
});

describe('Crashes', () => {
  crash('uncaught exception', '() =>');
  crash('unhandled rejection', 'async () =>');
});

/** The crash is logged without secrets, and the exit code shows it to a supervisor. */
function crash(name: string, handler: string): void {
  test(name, async ({ task }) => {
    const defect = `{ throw new Error('fake defect with ${FIRST_SECRET}') }`;
    const script = encodeURIComponent(`process.on('SIGUSR2', ${handler} ${defect})`);
    const NODE_OPTIONS = `--import=data:text/javascript,${script}`;
    const running = await (await createScene({ env: { NODE_OPTIONS } })).start();
    const { program, watch } = running;
    await settle(running);
    await watch.stop();
    const startedMs = performance.now();
    program.process.kill('SIGUSR2');
    expect(await program.exit).toBe(1);
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    const { level, msg, err } = program.log().at(-1) ?? {};
    expect({ level, msg }).toEqual({ level: 'fatal', msg: 'unexpected error, exiting' });
    expect(err).toMatch(/^Error: fake defect with \[redacted\]\n +at /);
    expect(program.stderr()).toBe('');
    expectSecretsKept(running, []);
    task.meta.cells = {
      ...ENDED,
      alive: 'exit 1',
      pace: expectAnswers(watch.samples, watch.samples, {}),
      recovery: `ended in ${seconds(tookMs)}`,
      note: 'the last log line contains the error without secrets; the supervisor restarts the process.',
    };
  });
}

/** A full pipe without a reader. */
function openFullPipe(): number {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  // Opened for reading as well, like a pipe whose reader hangs.
  const fd = openSync(path, 'r+');
  const filler = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  rmSync(folder, { recursive: true });
  try {
    while (writeSync(filler, Buffer.alloc(4_096)) > 0);
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
  return fd;
}

const reloads = (program: Running['program']): number =>
  program.log().filter(({ msg }) => msg === 'configuration reloaded').length;

const ENDED = {
  outcome: 'no failure',
  alive: 'exit 0',
  health: 'yes',
  values: 'yes',
  secrets: 'kept',
  memory: 'ended',
  sockets: 'ended',
  note: '',
};

/** SIGTERM shuts the program down cleanly and in time, and all metrics until then were correct. */
async function expectEnd(task: TestContext['task'], scene: Scene, running: Running): Promise<void> {
  const { program, watch } = running;
  const landing = await page(running.port, '/');
  await watch.stop();
  const startedMs = performance.now();
  program.process.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeLessThan(STOP_MS_MAX);
  expectSecretsKept(running, [landing]);
  expectTrueValues(
    watch.samples,
    [{ sinceMs: 0, oneOf: [scene.truth()] }],
    scene.pace.staleAfterS * 1000,
  );
  expectTrueCounters(watch.samples);
  expectUp(watch.samples);
  expect(failuresOf(watch.samples.at(-1)?.text ?? '')).toEqual({});
  task.meta.cells = {
    ...ENDED,
    pace: expectAnswers(watch.samples, watch.samples, {}),
    recovery: `ended in ${seconds(tookMs)}`,
  };
}
