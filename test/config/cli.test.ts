import { expect, test } from 'vitest';

import { parseCommandLine } from '../../src/config/cli.ts';
import { ACCOUNT_SETTINGS, SETTINGS } from '../../src/config/schema.ts';

const parse = (...argv: string[]) => parseCommandLine(argv, '1.2.3');
const exit = (code: number, stdout: string, stderr: string) => ({
  kind: 'exit',
  code,
  stdout,
  stderr,
});

test('without arguments the exporter runs', () => {
  expect(parse()).toStrictEqual({ kind: 'run', demo: false, flags: {} });
});

test.each(SETTINGS.filter(({ flag }) => flag !== undefined))(
  '$flag takes its value with = or as next argument',
  ({ flag = '', key, example }) => {
    const expected = { kind: 'run', demo: false, flags: { [key]: example } };
    expect(parse(flag, example)).toStrictEqual(expected);
    expect(parse(`${flag}=${example}`)).toStrictEqual(expected);
  },
);

test('a value may be empty, begin with a dash or hold an equals sign', () => {
  const flags = { 'config.file': '', 'poll.timeout': '-5s', 'month.timezone': 'a=b' };
  expect(parse('--config.file=', '--poll.timeout', '-5s', '--month.timezone=a=b')).toStrictEqual({
    kind: 'run',
    demo: false,
    flags,
  });
});

test('a flag of yes or no needs no value, and a list takes several', () => {
  expect(parse('--privacy.no-names', '--once')).toMatchObject({
    kind: 'once',
    flags: { 'privacy.no_names': 'true' },
  });
  expect(parse('--privacy.no-names=false')).toMatchObject({
    flags: { 'privacy.no_names': 'false' },
  });
  expect(parse('--web.listen-address=:1', '--web.listen-address', 'unix:/a')).toMatchObject({
    flags: { 'web.listen_address': ':1,unix:/a' },
  });
});

test('the modes', () => {
  expect(parse('--once', '--demo')).toStrictEqual({ kind: 'once', demo: true, flags: {} });
  expect(parse('--check-config')).toMatchObject({ kind: 'check-config', demo: false });
  expect(parse('--check-config', '--login')).toMatchObject({ kind: 'login', demo: false });
  expect(parse('--simulator')).toEqual({ kind: 'simulator', host: '127.0.0.1', port: 10_973 });
  expect(parse('--simulator=:0')).toEqual({ kind: 'simulator', host: '0.0.0.0', port: 0 });
});

test('assets takes a folder', () => {
  expect(parse('assets', 'a/b')).toStrictEqual({ kind: 'assets', folder: 'a/b' });
  expect(parse('assets')).toStrictEqual(
    exit(1, '', "error: missing required argument 'folder'\nTry --help.\n"),
  );
});

test('--help prints all there is to know', async () => {
  const help = parse('--help');
  expect(help).toMatchObject({ kind: 'exit', code: 0, stderr: '' });
  expect(parse('-h')).toStrictEqual(help);
  await expect('stdout' in help ? help.stdout : '').toMatchFileSnapshot('help.txt');
});

test('--help names every variable', () => {
  const { stdout } = parse('--help') as { stdout: string };
  for (const { env } of [...SETTINGS, ...ACCOUNT_SETTINGS]) {
    expect(stdout).toMatch(new RegExp(`\\b${env}\\b`));
  }
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) expect(stdout).toContain(name);
});

test('no secret has a flag, since everybody sees the flags of a process', () => {
  const { stdout } = parse('--help') as { stdout: string };
  const withoutFlag = [...SETTINGS, ...ACCOUNT_SETTINGS].filter(({ flag }) => flag === undefined);
  expect(withoutFlag.map(({ env }) => env)).toContain('WHATSAPP_PRIVACY_HASH_KEY');
  for (const { key } of withoutFlag) {
    const flag = `--${key.replaceAll('_', '-')}`;
    expect(stdout).not.toContain(flag);
    expect(parse(flag, 'canary')).toMatchObject({ kind: 'exit', code: 1 });
  }
});

test('--version prints the version', () => {
  expect(parse('--version')).toStrictEqual(exit(0, '1.2.3\n', ''));
});

test.each([
  [['--poll.timeot', '5s'], "unknown option '--poll.timeot'\n(Did you mean --poll.timeout?)"],
  [['--whatsapp.client-secret=canary'], "unknown option '--whatsapp.client-secret'"],
  [['--poll.timeout'], "option '--poll.timeout <duration>' argument missing"],
  [['serve'], 'unknown command; the commands are assets and history'],
  [['histry'], 'unknown command; did you mean history?'],
  [['--once=canary'], "option '--once' takes no value"],
  [['--demo=true', '--poll.timeout=5s'], "option '--demo' takes no value"],
  [['--check-config='], "option '--check-config' takes no value"],
  [['--login'], "option '--login' needs '--check-config'"],
  [['--simulator', '--demo'], "option '--simulator [address]' cannot be used with option '--demo'"],
  [
    ['--simulator=:65536'],
    "option '--simulator [address]' argument ':65536' is invalid. Write host:port or :port.",
  ],
  [['--version=1'], "option '--version' takes no value"],
  [['--check-config', '--once'], "option '--once' cannot be used with option '--check-config'"],
  [
    ['--poll.timeout=5s', '--poll.timeout', '6s'],
    "option '--poll.timeout <duration>' argument '6s' is invalid. The flag is given twice.",
  ],
])('%j is refused', (argv, message) => {
  expect(parse(...argv)).toStrictEqual(exit(1, '', `error: ${message}\nTry --help.\n`));
});
