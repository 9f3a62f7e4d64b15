import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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

const LOGIN = ['--check-config', '--login'];

test('--login asks once for a token and the numbers, and prints one sentence', async () => {
  const provider = await startProvider();
  provider.faults.numbers = {
    kind: 'transform',
    transform: (good) => ({
      ...good,
      list: (good['list'] as object[]).map((one, at) => ({ ...one, isOnline: at === 0 ? 0 : 1 })),
    }),
  };
  const { code, stdout, stderr } = await runProgram(LOGIN, environmentFor(provider));
  expect(stdout).toBe('acme: works, with 5 numbers, 4 of them online.\n');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(provider.requests).toMatchObject({ token: 1, numbers: 1 });
});

test('--login with a wrong secret names the remedy, warns of the block, and exits 1', async () => {
  const provider = await startProvider();
  const env = { ...environmentFor(provider), WHATSAPP_CLIENT_SECRET: 'fake-wrong-canary' };
  const { code, stdout, stderr } = await runProgram(LOGIN, env);
  expect(stdout.split('\n')).toEqual([
    'acme: failed with reason 2 from the token call: client id or client secret is wrong (credentials). ' +
      'Check client_id and client_secret in the partner dashboard; a changed secret file is used at the next poll.',
    'Each wrong login counts: after several, the provider blocks this IP address for a time.',
    '',
  ]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(provider.requests.token).toBe(1);
});

test('--login does not repeat a token call that fails for a moment', async () => {
  const provider = await startProvider();
  provider.faults.token = { kind: 'reply', status: 503, times: 1 };
  const { code, stdout } = await runProgram(LOGIN, environmentFor(provider));
  expect(stdout).toMatch(/^acme: failed with HTTP 503 from the token call \(http_status\)\. Look/);
  expect(code).toBe(1);
  expect(provider.requests.token).toBe(1);
});

test('--login checks several accounts, and a sound one works beside a broken one', async () => {
  const provider = await startProvider();
  const file = join(temporaryFolder(), 'config.yml');
  const account = `api_url: ${provider.url}, client_id: ${CLIENT_ID}`;
  const lines = ['fake-wrong', CLIENT_SECRET].map(
    (secret, index) => `  - { name: a${index}, ${account}, client_secret: ${secret} }`,
  );
  writeFileSync(file, `accounts:\n${lines.join('\n')}\n`);
  const { code, stdout } = await runProgram([...LOGIN, `--config.file=${file}`]);
  expect(stdout.split('\n').map((line) => line.split(' ', 2).join(' '))).toEqual([
    'a0: failed',
    'a1: works,',
    'Each wrong',
    '',
  ]);
  expect(code).toBe(1);
  expect(provider.requests.token).toBe(2);
});

test('--simulator prints what a configuration needs, and works with it', async () => {
  const simulator = startProgram(['--simulator=127.0.0.1:0']);
  const shown = await eventually(() => {
    const found = [...simulator.stdout().matchAll(/(WHATSAPP_\w+)=(\S+)/g)];
    return found.length > 0 ? found : undefined;
  }, 'the simulator');
  const env: Record<string, string> = Object.fromEntries(
    shown.map(([, name = '', value = '']) => [name, value]),
  );
  const { code, stdout } = await runProgram(LOGIN, env);
  expect(stdout).toMatch(/^default: works, with 2\d numbers/);
  expect(code).toBe(0);
  const { port } = new URL(env['WHATSAPP_API_URL'] ?? '');
  expect(await runProgram([`--simulator=:${port}`])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the address is in use') as string,
  });
  simulator.process.kill('SIGTERM');
  expect(await simulator.exit).toBe(0);
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

test('SIGINT during a poll aborts it and exits 0', async () => {
  const provider = await startProvider();
  provider.faults.numbers = { kind: 'never' };
  const program = startProgram([], environmentFor(provider));
  await portOf(program);
  await eventually(() => (provider.requests.numbers > 0 ? true : undefined), 'the poll');
  const startedMs = performance.now();
  program.process.kill('SIGINT');
  expect(await program.exit).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

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

test('--demo reports what it polls', async () => {
  const checked = await runProgram(['--demo', '--check-config']);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toMatch(/^accounts:\n {2}- name: demo\n {4}api_url: http:\/\/127/m);
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
