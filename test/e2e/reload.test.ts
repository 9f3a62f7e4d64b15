import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, portOf, startProgram, type Program } from '../support/program.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from '../support/simulated-provider.ts';

const CONFIG = 'whatsapp_exporter_config_last_reload';

/** A configuration file that can be replaced in different ways. */
function createFile(way: 'write' | 'kubernetes') {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config.yml');
  let version = 0;
  const put = (text: string) => {
    version += 1;
    if (way === 'write') writeFileSync(path, text);
    else {
      mkdirSync(join(folder, `..${version}`));
      writeFileSync(join(folder, `..${version}`, 'config.yml'), text);
      symlinkSync(`..${version}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
      if (version === 1) symlinkSync('..data/config.yml', path);
      else rmSync(join(folder, `..${version - 1}`), { recursive: true });
    }
  };
  return { path, put };
}

/** A program with these accounts, polled once. */
async function start(way: Parameters<typeof createFile>[0]) {
  const provider = await startProvider();
  const { path, put } = createFile(way);
  const configure = (accounts: readonly string[], rest = '', web = '') => {
    const list = accounts.map(
      (name) =>
        `  - { name: ${name}, api_url: "${provider.url}", client_id: ${CLIENT_ID}, client_secret: ${CLIENT_SECRET} }\n`,
    );
    put(
      `web: { listen_address: "127.0.0.1:0", enable_lifecycle: true${web} }\n` +
        'poll: { schedule: 1h }\n' +
        `accounts:\n${list.join('')}${rest}`,
    );
  };
  configure(['acme']);
  const program = startProgram([`--config.file=${path}`]);
  const port = await portOf(program);
  const ask = (page: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${port}${page}`, { method });
  const metrics = async () => (await ask('/metrics')).text();
  const until = (line: string) =>
    eventually(async () => {
      const text = await metrics();
      return text.split('\n').includes(line) ? text : undefined;
    }, line);
  const first = await until('whatsapp_up{account="acme"} 1');
  return { provider, configure, put, program, ask, metrics, until, first };
}

/** The whole state of an account except its next poll, which depends on its position in the list. */
const linesOf = (text: string, account: string) =>
  text
    .split('\n')
    .filter((line) => line.includes(`account="${account}"`) && !line.includes('_next_poll_'));
const timestampOf = (text: string) =>
  Number(new RegExp(`^${CONFIG}_success_timestamp_seconds (.*)$`, 'm').exec(text)?.[1]);
const hup = ({ process }: Program) => void process.kill('SIGHUP');

test.each([
  ['SIGHUP', 'write', hup],
  ['a request', 'write', undefined],
  ['the link that Kubernetes swaps', 'kubernetes', () => {}],
] as const)(
  'by %s: a valid configuration is applied without affecting other accounts, an invalid one is rejected',
  { timeout: 60_000 },
  async (_trigger, way, notify) => {
    const { provider, configure, put, program, ask, until, first } = await start(way);
    const answers: [status: number, text: string][] = [];
    const reload = async () => {
      if (notify !== undefined) return notify(program);
      const response = await ask('/-/reload', 'POST');
      answers.push([response.status, await response.text()]);
    };
    const startedS = timestampOf(first);
    expect(first).toContain(`${CONFIG}_successful 1\n`);
    expect(Math.abs(startedS - Date.now() / 1000)).toBeLessThan(30);

    configure(['acme', 'beta']);
    await reload();
    const second = await until('whatsapp_up{account="beta"} 1');
    expect(linesOf(second, 'acme'), 'nothing is lost').toEqual(linesOf(first, 'acme'));
    expect(provider.requests.token, 'nor is its token').toBe(2);
    expect(timestampOf(second)).toBeGreaterThan(startedS);

    put(`accounts: [{ client_secret: ${CLIENT_SECRET}, client_id: [1] }]\n`);
    await reload();
    const third = await until(`${CONFIG}_successful 0`);
    expect(linesOf(third, 'acme')).toEqual(linesOf(first, 'acme'));
    expect(linesOf(third, 'beta')).toEqual(linesOf(second, 'beta'));
    expect(timestampOf(third)).toBe(timestampOf(second));
    expect((await (await ask('/api/status')).json()) as object).toMatchObject({
      configuration: { lastReload: 'failed' },
    });

    configure(['beta']);
    await reload();
    const last = await until(`${CONFIG}_successful 1`);
    expect(linesOf(last, 'acme')).toEqual([]);
    expect(linesOf(last, 'beta')).toEqual(linesOf(second, 'beta'));
    expect(provider.requests.numbers, 'each account was polled once').toBe(2);
    if (notify === undefined) {
      expect(answers.map(([status]) => status)).toEqual([200, 500, 200]);
      expect(answers[1]?.[1]).toContain('client_id');
    }
    const told = JSON.stringify(answers) + program.stdout() + program.stderr();
    expect(told).toContain('client_id');
    expect(told).not.toContain(CLIENT_SECRET);
  },
);

test('a configuration that lacks a file is applied as soon as the file exists', async () => {
  const { provider, configure, until } = await start('kubernetes');
  const secret = join(mkdtempSync(join(tmpdir(), 'secret-')), 'beta');
  onTestFinished(() => rmSync(join(secret, '..'), { recursive: true }));
  const beta = `  - { name: beta, api_url: "${provider.url}", client_id: ${CLIENT_ID}, client_secret_file: ${secret} }\n`;
  configure(['acme'], beta);
  await until(`${CONFIG}_successful 0`);
  writeFileSync(secret, CLIENT_SECRET);
  await until('whatsapp_up{account="beta"} 1');
  await until(`${CONFIG}_successful 1`);
});

test('log level and Grafana change at once; settings that need a restart are logged', async () => {
  const { configure, program, ask, until } = await start('write');
  const warned = () => program.log().filter(({ msg }) => String(msg).includes('next restart'));
  const grafana = ', grafana_url: "https://grafana.example"';
  configure(['acme', 'beta'], 'log: { level: error }\n', grafana);
  expect((await ask('/-/reload', 'POST')).status).toBe(200);
  await until('whatsapp_up{account="beta"} 1');
  expect(program.log().filter(({ account }) => account === 'beta')).toEqual([]);
  expect(warned()).toEqual([]);
  expect(await (await ask('/')).text()).toContain('https://grafana.example/d/whatsapp-number?');
  configure(['acme', 'beta', 'gamma'], 'log: { format: pretty }\n', grafana);
  await ask('/-/reload', 'POST');
  await until('whatsapp_up{account="gamma"} 1');
  expect(program.log().filter(({ account }) => account === 'gamma')).toHaveLength(1);
  expect(warned()).toHaveLength(1);
});

test('--demo also reloads its configuration, and keeps its account', async () => {
  const { path, put } = createFile('write');
  put('poll: { schedule: 1h }\n');
  const flags = ['--demo', '--web.listen-address=127.0.0.1:0', '--web.enable-lifecycle'];
  const program = startProgram([...flags, `--config.file=${path}`]);
  const port = await portOf(program);
  const base = `http://127.0.0.1:${port}`;
  put('poll: { schedule: 2h }\n');
  expect((await fetch(`${base}/-/reload`, { method: 'POST' })).status).toBe(200);
  const text = await (await fetch(`${base}/metrics`)).text();
  expect(text).toContain('whatsapp_poll_interval_seconds{account="demo"} 7200\n');
});
