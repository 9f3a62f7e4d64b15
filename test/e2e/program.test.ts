import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { eventually, portOf, runProgram, startProgram } from '../support/program.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  environmentFor,
  startProvider,
} from '../support/simulated-provider.ts';

const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
const get = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
};
const valueOf = (text: string, series: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.split(' ')
    .at(-1);

test('--version and --help go to stdout and exit 0', async () => {
  const [version, help] = await Promise.all([runProgram(['--version']), runProgram(['--help'])]);
  expect(version).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('--poll.schedule');
});

test('an unknown flag exits 1 and suggests the nearest', async () => {
  const { code, stdout, stderr } = await runProgram(['--pol.schedule=90s']);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('--poll.schedule');
});

test('all configuration errors are reported together, and nothing starts', async () => {
  const { code, stdout, stderr } = await runProgram(['--poll.schedule=*/90 * * * *'], {
    WHATSAPP_POLL_TIMEOUT: 'soon',
    WHATSAPP_CLIENT_ID: 'fake-client',
  });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('3 problems');
  expect(stderr).toContain('write the interval 90m');
  expect(stderr).toContain('WHATSAPP_POLL_TIMEOUT');
  expect(stderr).toContain('WHATSAPP_CLIENT_SECRET');
});

test.each([
  ['/dev/zero', 'names a pipe or a device, not a file'],
  ['PIPE', 'names a pipe or a device, not a file'],
  ['LARGE', 'names a file larger than 64 KiB'],
])('a secret file %s is refused unread', async (name, problem) => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'PIPE')]);
  writeFileSync(join(folder, 'LARGE'), 'fake-secret'.padEnd(65_537, 'x'));
  const file = name.startsWith('/') ? name : join(folder, name);
  const { code, stderr } = await runProgram(['--check-config', '--privacy.number-label=hashed'], {
    WHATSAPP_ACCESS_TOKEN_FILE: file,
    WHATSAPP_PRIVACY_HASH_KEY_FILE: file,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('2 problems');
  expect(stderr.split(problem)).toHaveLength(3);
});

test('--check-config prints the configuration without its secrets', async () => {
  const env = { WHATSAPP_CLIENT_ID: CLIENT_ID, WHATSAPP_CLIENT_SECRET: CLIENT_SECRET };
  const { code, stdout, stderr } = await runProgram(['--check-config'], env);
  expect(code).toBe(0);
  expect(stdout).toContain('client_secret: "[redacted]"');
  expect(stdout).toContain('The configuration is valid.');
  expect(stdout + stderr).not.toContain(CLIENT_SECRET);
});

test('--once prints only metrics on stdout, the log on stderr, and exits 0', async () => {
  const provider = await startProvider();
  const { code, stdout, stderr } = await runProgram(['--once'], environmentFor(provider));
  expect(code).toBe(0);
  expect(stdout).toContain('whatsapp_up{account="acme"} 1\n');
  expect(stdout).toContain('whatsapp_number_online{account="acme"');
  expect(stdout, 'a counter that could not count').not.toMatch(/^whatsapp_number_conv.*_total\{/m);
  expect(stdout, 'why a poll failed, with 0 and 1').toMatch(/^whatsapp_poll_failures_total\{/m);
  expect(stdout, 'node_exporter has these of its own').not.toMatch(/^(process|nodejs)_/m);
  expect(stdout.split('\n').every((line) => /^(#|whatsapp_|$)/.test(line))).toBe(true);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'info', outcome: 'success', numbers: 5 });
});

test('--once with a failed poll prints the health metrics and exits 1', async () => {
  const provider = await startProvider();
  const env = { ...environmentFor(provider), WHATSAPP_CLIENT_SECRET: 'fake-wrong' };
  const { code, stdout } = await runProgram(['--once'], env);
  expect(code).toBe(1);
  expect(stdout).toContain('whatsapp_up{account="acme"} 0\n');
  expect(stdout).toContain('whatsapp_poll_failures_total{account="acme",reason="credentials"} 1\n');
  expect(stdout).not.toContain('whatsapp_number_online{');
});

test('it polls at once, serves the data, and exits 0 within 10 s of SIGTERM', async () => {
  const provider = await startProvider();
  const program = startProgram([], environmentFor(provider));
  const port = await portOf(program);
  await eventually(
    async () => ((await get(port, '/-/ready')).status === 200 ? true : undefined),
    'ready',
  );
  const { text } = await get(port, '/metrics');
  expect(valueOf(text, 'whatsapp_up{account="acme"}')).toBe('1');
  expect(valueOf(text, 'whatsapp_poll_interval_seconds{account="acme"}')).toBe('60');
  expect((await get(port, '/-/healthy')).status).toBe(200);
  expect((await get(port, '/')).text).toContain('acme');
  program.process.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(program.stderr()).toBe('');
  const fields = program.log().flatMap((line) => Object.keys(line));
  expect(fields).toContain('node_version');
  expect(fields.filter((field) => !/^[a-z]+(_[a-z]+)*$/.test(field))).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s during a poll aborts it and exits 0',
  async (signal) => {
    const provider = await startProvider();
    provider.faults.numbers = { kind: 'never' };
    const program = startProgram([], environmentFor(provider));
    await portOf(program);
    await eventually(() => (provider.requests.numbers > 0 ? true : undefined), 'the poll');
    const startedMs = performance.now();
    program.process.kill(signal);
    expect(await program.exit).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  },
);

test('signals that are not for the program are ignored from the start', async () => {
  const provider = await startProvider();
  const program = startProgram([], environmentFor(provider));
  await eventually(() => (catchesHangup(program.process.pid) ? true : undefined), 'the handlers');
  const startedMs = performance.now();
  const send = () => {
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) program.process.kill(signal);
  };
  send();
  await portOf(program);
  expect(performance.now() - startedMs, 'long before it serves').toBeGreaterThan(30);
  send();
  await eventually(() => program.log().find(({ trigger }) => trigger === 'SIGHUP'), 'a reload');
  expect(program.stderr(), 'no debugger').toBe('');
  expect(program.process.exitCode).toBeNull();
});

/** Whether the process handles SIGHUP, which is signal 1, as Linux knows. */
function catchesHangup(pid: number | undefined): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number.parseInt(/^SigCgt:.*(.)$/m.exec(status)?.[1] ?? '0', 16) & 1) === 1;
}

test('while the provider is down it stays up: ready after the first attempt, healthy, failing', async () => {
  const provider = await startProvider();
  const env = {
    ...environmentFor(provider),
    WHATSAPP_POLL_SCHEDULE: '1s',
    WHATSAPP_POLL_STALE_AFTER: '2s',
  };
  const program = startProgram([], env);
  const port = await portOf(program);
  const number = /^whatsapp_number_online\{/m;
  await eventually(
    async () => (number.test((await get(port, '/metrics')).text) ? true : undefined),
    'data',
  );
  provider.faults.numbers = { kind: 'reply', status: 404 };
  const kept = await eventually(async () => {
    const { text } = await get(port, '/metrics');
    return valueOf(text, 'whatsapp_up{account="acme"}') === '0' ? text : undefined;
  }, 'the failure');
  expect(kept, 'the last good values stay for a while').toMatch(number);
  const gone = await eventually(async () => {
    const { text } = await get(port, '/metrics');
    return number.test(text) ? undefined : text;
  }, 'old data to go away');
  expect(gone).not.toContain('whatsapp_account_numbers{');
  expect(gone).toContain('whatsapp_account_month_start_timestamp_seconds{account="acme"}');
  expect(gone).toContain('whatsapp_last_success_timestamp_seconds{account="acme"}');
  expect((await get(port, '/-/healthy')).status).toBe(200);
  expect((await get(port, '/-/ready')).status).toBe(200);
  provider.faults.numbers = undefined;
  await eventually(
    async () => (number.test((await get(port, '/metrics')).text) ? true : undefined),
    'recovery',
  );
});

test('a port in use is a clear error and exit 1', async () => {
  const provider = await startProvider();
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const env = { ...environmentFor(provider), WHATSAPP_WEB_LISTEN_ADDRESS: `127.0.0.1:${port}` };
  const { code, stderr } = await runProgram([], env);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `--web.listen-address: cannot listen on 127.0.0.1:${port} (EADDRINUSE): ` +
      'something is there already; end it, or choose another address\n',
  );
});

test('SIGHUP: new credentials end the cool-down, an invalid file changes nothing, a new account is polled', async () => {
  const provider = await startProvider();
  const file = join(temporaryFolder(), 'config.yml');
  const write = (...accounts: [name: string, secret: string][]) => {
    const list = accounts.map(
      ([name, secret]) =>
        `  - { name: ${name}, api_url: "${provider.url}", client_id: ${CLIENT_ID}, client_secret: ${secret} }`,
    );
    // No scheduled polls: none may happen between two checks.
    const rest = 'web: { listen_address: "127.0.0.1:0" }\npoll: { schedule: 24h }\n';
    writeFileSync(file, `${rest}accounts:\n${list.join('\n')}\n`);
  };
  write(['acme', 'fake-wrong']);
  const program = startProgram([`--config.file=${file}`]);
  const port = await portOf(program);
  const up = async (account: string, expected: string) =>
    eventually(async () => {
      const value = valueOf(
        (await get(port, '/metrics')).text,
        `whatsapp_up{account="${account}"}`,
      );
      return value === expected ? true : undefined;
    }, `${account} to be ${expected}`);
  const logged = (msg: string) =>
    eventually(() => program.log().find((line) => line['msg'] === msg), msg);
  await eventually(() => (provider.requests.token === 1 ? true : undefined), 'the refusal');

  write(['acme', CLIENT_SECRET]);
  program.process.kill('SIGHUP');
  await up('acme', '1');
  const tokens = provider.requests.token;

  writeFileSync(file, 'accounts: 5\n');
  program.process.kill('SIGHUP');
  const refused = await logged('not reloaded: the configuration from before goes on');
  expect(refused['problems']).toEqual([expect.stringContaining('accounts (')]);

  write(['acme', CLIENT_SECRET], ['beta', CLIENT_SECRET]);
  const polls = async () =>
    valueOf((await get(port, '/metrics')).text, 'whatsapp_polls_total{account="acme"}');
  const pollsBefore = await polls();
  program.process.kill('SIGHUP');
  await up('beta', '1');
  expect(await polls(), 'what has not changed is left alone').toBe(pollsBefore);
  expect(provider.requests.token, 'acme kept its token').toBe(tokens + 1);

  write(['beta', CLIENT_SECRET]);
  program.process.kill('SIGHUP');
  await eventually(async () => {
    const { text } = await get(port, '/metrics');
    return text.includes('account="acme"') ? undefined : true;
  }, 'acme to be gone');
});

test('polling continues if the log cannot be written', async () => {
  const provider = await startProvider();
  const port = await freePort();
  const env = { ...environmentFor(provider), WHATSAPP_WEB_LISTEN_ADDRESS: `127.0.0.1:${port}` };
  startProgram([], { ...env, WHATSAPP_POLL_SCHEDULE: '1s' }, openSync('/dev/full', 'w'));
  await eventually(async () => {
    const text = await get(port, '/metrics').then(
      (answer) => answer.text,
      () => '',
    );
    return Number(valueOf(text, 'whatsapp_polls_total{account="acme"}')) >= 3 ? true : undefined;
  }, 'a third poll');
});

test('after many SIGHUPs there is one poller per account', async () => {
  const provider = await startProvider();
  const file = join(temporaryFolder(), 'config.yml');
  const write = (i: number) =>
    writeFileSync(
      file,
      `web: { listen_address: "127.0.0.1:0" }\npoll: { schedule: 1s, timeout: ${10 + i}s }\naccounts:\n` +
        `  - { name: acme, api_url: "${provider.url}", client_id: ${CLIENT_ID}, client_secret: ${CLIENT_SECRET} }\n`,
    );
  write(0);
  const program = startProgram([`--config.file=${file}`]);
  const port = await portOf(program);
  let askedMs = 0;
  for (let i = 1; i <= 20; i += 1) {
    write(i);
    askedMs = Date.now();
    program.process.kill('SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const inForce = 'whatsapp_exporter_config_last_reload_success_timestamp_seconds';
  await eventually(async () => {
    const { text } = await get(port, '/metrics');
    return Math.round(Number(valueOf(text, inForce)) * 1000) >= askedMs ? true : undefined;
  }, 'the last reload');
  const polled = async (polls: number) => {
    const end = provider.requests.numbers + polls;
    await eventually(() => (provider.requests.numbers >= end ? true : undefined), 'polls');
    return performance.now();
  };
  const beganMs = await polled(1);
  // One per second, so 5 to 6 s, minus the delay of seeing the first; with a second poller 3 s.
  expect((await polled(6)) - beganMs).toBeGreaterThan(4_000);
  expect((await get(port, '/metrics')).text).toContain('whatsapp_up{account="acme"} 1');
});

test('--demo logs what it polls, at start and on reload', async () => {
  const checked = await runProgram(['--demo', '--check-config']);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toMatch(/^accounts:\n {2}- name: demo\n {4}api_url: http:\/\/127/m);
  const wrong = await runProgram(['--demo', '--check-config', '--poll.timeout=soon']);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  const program = startProgram(['--demo', '--web.listen-address=127.0.0.1:0']);
  await portOf(program);
  program.process.kill('SIGHUP');
  const reloaded = () => program.log().find(({ msg }) => msg === 'configuration reloaded');
  expect(await eventually(reloaded, 'the reload')).toMatchObject({ accounts: 1 });
});

test('--demo needs no configuration, and its log is human-readable', async () => {
  const program = startProgram(['--demo', '--web.listen-address=127.0.0.1:0']);
  const port = await portOf(program);
  const text = await eventually(async () => {
    const metrics = (await get(port, '/metrics')).text;
    return metrics.includes('whatsapp_number_online{') ? metrics : undefined;
  }, 'numbers');
  expect(text).toContain('account="demo"');
  const pretty = await runProgram(['--demo', '--once', '--log.format=pretty']);
  expect(pretty.code).toBe(0);
  expect(pretty.stderr).toMatch(/INFO: polled/);
});
