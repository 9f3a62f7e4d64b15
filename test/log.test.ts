import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../src/core/secret.ts';
import { createLog, createRedactor, logTo, type LogOptions } from '../src/log.ts';

/** A logger whose output is a list of lines. */
async function startLog(changes: Partial<LogOptions> = {}) {
  const redactor = createRedactor();
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const options: LogOptions = { level: 'info', format: 'json', redactor, destination, ...changes };
  return { log: await createLog(options), redactor, lines };
}
function parsed(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? '') as Record<string, unknown>;
}

test('a line is one object of JSON: level as a word, time as ISO 8601, fields, message', async () => {
  const { log, lines } = await startLog();
  log.info({ account: 'acme', numbers: 2 }, 'polled');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  const { time, ...rest } = parsed(lines[0]);
  expect(rest).toEqual({ level: 'info', account: 'acme', numbers: 2, msg: 'polled' });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('a text with line breaks cannot forge a line', async () => {
  const { log, lines } = await startLog();
  log.info({ name: 'a\n{"level":"error"}\r\u2028' }, 'b\nc');
  expect(lines.join('').split('\n')).toHaveLength(2);
});

test.each([
  ['trace', ['trace', 'debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['error', ['error']],
  ['silent', []],
])('level %s logs %j', async (level, expected) => {
  const { log, lines } = await startLog({ level });
  for (const each of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[each]({}, 'said');
  expect(lines.map((line) => parsed(line)['level'])).toEqual(expected);
});

test('only the stack of an error is logged, not its other properties', async () => {
  const { log, lines } = await startLog();
  const cause = new Error('CANARY of the cause');
  const error = Object.assign(new TypeError('broken', { cause }), { headers: { key: 'CANARY' } });
  log.error({ err: error }, 'failed');
  const { err } = parsed(lines[0]);
  expect(err).toMatch(/^TypeError: broken\n +at .*log\.test\.ts/);
  expect(lines.join('')).not.toContain('CANARY');
});

test.each([['CANARY'], [{ token: 'CANARY' }], [undefined]])(
  'only the type of a thrown value that is not an error (%j) is logged',
  async (thrown) => {
    const { log, lines } = await startLog();
    log.error({ err: thrown, account: 'acme' }, 'failed');
    expect(lines.join('')).not.toContain('CANARY');
    expect(parsed(lines[0])['account']).toBe('acme');
  },
);

const SECRETS = [
  'fake-token-12345',
  'fake"quoted',
  '"fake-secret',
  'fake-secret\\',
  '\\\\"fake-secret',
  'fa$&ke-secret',
  '.*fake.*',
];

test.each(SECRETS)('a secret that the redactor was told (%s) appears nowhere', async (value) => {
  for (const format of ['json', 'logfmt', 'pretty'] as const) {
    const { log, redactor, lines } = await startLog({ format });
    redactor.add(new Secret(value), 'acme');
    log.info({ field: value, nested: { list: [`x${value}y`] } }, `said ${value}.`);
    log.info({ json: JSON.stringify({ value }), [value]: 1 }, 'said');
    log.error({ err: new Error(`with ${value} in it`) }, 'failed');
    const output = lines.join('');
    expect(output.split('[redacted]').length - 1).toBeGreaterThanOrEqual(6);
    expect(output).not.toContain(value);
    expect(output).not.toContain(JSON.stringify(value).slice(1, -1));
    if (format === 'json')
      for (const line of lines) expect(parsed(line)['level']).toBeTypeOf('string');
  }
});

test.each([
  '"level":"',
  '","reason":"',
  '{"level"',
  '"account"',
  '12345678',
  'numbers_before',
  new Date().toJSON().slice(0, 10),
  '":[1,2],"',
])('a secret that looks like part of a line (%s) changes no other part of it', async (value) => {
  const { log, redactor, lines } = await startLog();
  redactor.add(new Secret(value), 'acme');
  const fields = { account: 'acme', reason: 'timeout', list: [1, 2], numbers_before: 12_345_678 };
  log.info(fields, 'poll failed');
  const { time, ...rest } = parsed(lines[0]);
  expect(rest).toEqual({ level: 'info', ...fields, msg: 'poll failed' });
  expect(new Date(String(time)).toJSON()).toBe(time);
});

test('fields of any shape are logged within bounds', async () => {
  const { log, redactor, lines } = await startLog();
  redactor.add(new Secret('fake-secret'), 'acme');
  const loop: Record<string, unknown> = { text: 'fake-secret' };
  loop['again'] = loop;
  log.info({ loop, at: new Date(0), none: undefined, nothing: null }, 'said');
  log.info({ ['__proto__']: 'x', errors: [new Error('fake-secret')] }, 'said');
  expect(lines.join('')).not.toContain('fake-secret');
  expect(lines[0]?.length).toBeLessThan(1_000);
  expect(parsed(lines[0])).toMatchObject({ at: '1970-01-01T00:00:00.000Z', nothing: null });
  expect(parsed(lines[1])['errors']).toEqual([expect.stringMatching(/^Error: \[redacted\]\n/)]);
});

test('a Secret prints as redacted even without the redactor', async () => {
  const { log, lines } = await startLog();
  log.info({ token: new Secret('CANARY'), nested: [new Secret('CANARY')] }, 'said');
  expect(parsed(lines[0])).toMatchObject({ token: '[redacted]', nested: ['[redacted]'] });
});

test('if one secret starts with another, the longer one is redacted completely', () => {
  for (const values of [
    ['fake-secret', 'fake-secret-longer'],
    ['fake-secret-longer', 'fake-secret'],
  ]) {
    const redactor = createRedactor();
    for (const value of values) redactor.add(new Secret(value), 'acme');
    expect(redactor.redact('a fake-secret-longer, fake-secretfake-secret')).toBe(
      'a [redacted], [redacted][redacted]',
    );
  }
});

test.each(['0', 'a', '"', 'level', 'fake-7c'])(
  'a secret so short that it stands in lines by chance (%s) does not tear them up',
  async (value) => {
    const { log, redactor, lines } = await startLog();
    redactor.add(new Secret(value), 'acme');
    log.info({ port: 10_972 }, 'serving metrics');
    expect(parsed(lines[0])).toMatchObject({ level: 'info', port: 10_972, msg: 'serving metrics' });
    expect(lines[0]).not.toContain('redacted');
  },
);

test('the secrets of many accounts are kept while tokens change for days', () => {
  const redactor = createRedactor();
  const secretOf = (account: number) => `fake-secret-${account}.`;
  const tokenOf = (account: number, hour: number) => `fake-"token"-${account}-${hour}.`;
  for (let hour = 0; hour < 3; hour += 1) {
    for (let account = 0; account < 600; account += 1) {
      redactor.add(new Secret(secretOf(account)), String(account));
      redactor.add(new Secret(tokenOf(account, hour)), String(account));
    }
  }
  for (let hour = 3; hour < 100; hour += 1) {
    redactor.add(new Secret(secretOf(7)), '7');
    redactor.add(new Secret(tokenOf(7, hour)), '7');
  }
  for (const [account, hour] of [[0, 2] as const, [7, 99] as const, [599, 2] as const]) {
    expect(redactor.redact(secretOf(account))).toBe('[redacted]');
    expect(redactor.redact(tokenOf(account, hour))).toBe('[redacted]');
    expect(redactor.redact(JSON.stringify(tokenOf(account, hour)))).toBe('"[redacted]"');
  }
  expect(redactor.redact(tokenOf(7, 98)), 'the previous token').toBe('[redacted]');
  expect(redactor.redact(tokenOf(7, 3)), 'long expired').toBe(tokenOf(7, 3));
});

test('in the pretty format a line is text, followed by the fields', async () => {
  const { log, lines } = await startLog({ format: 'pretty' });
  log.warn({ account: 'acme' }, 'poll failed');
  const output = stripVTControlCharacters(lines.join(''));
  expect(output).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: poll failed\n +account: "acme"\n$/);
});

test('in logfmt a line begins with ts, level and msg', async () => {
  const { log, lines } = await startLog({ format: 'logfmt' });
  const fields = { account: 'acme', numbers: 2, page: 'http://a/?b=c', none: '', ok: true };
  log.warn({ ...fields, list: [1, 'x'], nothing: null, gone: undefined }, 'poll failed');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=warn msg="poll failed" account=acme /,
  );
  expect(lines[0]).toContain(
    ' numbers=2 page="http://a/?b=c" none="" ok=true list="[1,\\"x\\"]" nothing=null\n',
  );
});

test('in logfmt no text forges a field or a line', async () => {
  const { log, lines } = await startLog({ format: 'logfmt' });
  const text = 'a" level=error\nts=1\r\u2028\u0085\u009b=';
  log.info({ name: text, ['x\n=" y']: 1, err: new Error(text), שם: 'שלום' }, text);
  expect(lines.join('')).toMatch(/^[^\n]+\n$/);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(lines.join('').slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  const pairs = [...(lines[0] ?? '').matchAll(/([^\s"=]+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |\n)/g)];
  expect(pairs.map(([pair]) => pair).join('')).toBe(lines[0]);
  const values = new Map(pairs.map(([, name = '', value = '']) => [name, value]));
  expect([...values.keys()]).toEqual(['ts', 'level', 'msg', 'name', 'x____y', 'err', 'שם']);
  expect(values.get('level')).toBe('info');
  expect(JSON.parse(values.get('name') ?? '')).toBe(text);
});

test('a line is written to a file immediately', async () => {
  const path = join(temporaryFolder(), 'log');
  for (const format of ['json', 'logfmt', 'pretty'] as const) {
    const { stream } = logTo({ fd: openSync(path, 'w'), isTTY: false });
    const { log } = await startLog({ format, destination: stream });
    log.info({}, 'polled');
    expect(readFileSync(path, 'utf8')).toMatch(/polled.*\n$/);
  }
});

const LINES = 30_000;
const lineOf = (i: number) => `${JSON.stringify({ i, text: 'fake '.repeat(20) })}\n`;

test('without a reader, lines are buffered in memory, and the excess is dropped and counted', async () => {
  const { reader, output } = openPipe();
  for (let i = 0; i < LINES; i += 1) output.stream.write(lineOf(i));
  expect(output.dropped()).toBeGreaterThan(LINES / 2);
  await output.flush(100);
  const flushed = output.flush(10_000);
  const received = await readUntil(reader, flushed);
  const kept = LINES - output.dropped();
  expect(kept).toBeGreaterThan(5_000);
  expect(received).toBe(Array.from({ length: kept }, (_, i) => lineOf(i)).join(''));
  output.stream.write(lineOf(LINES));
  expect(await readUntil(reader, Promise.resolve())).toBe(lineOf(LINES));
});

test('a closed reader is ignored, without waiting for it', async () => {
  const { reader, output } = openPipe();
  closeSync(reader);
  for (let i = 0; i < LINES; i += 1) output.stream.write(lineOf(i));
  const startedMs = performance.now();
  await output.flush(10_000);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(output.dropped()).toBeGreaterThan(0);
});

/** A pipe as the program has it: non-blocking. */
function openPipe() {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  return { reader, output: logTo({ fd, isTTY: false }) };
}

/** All output until `done`, and what is available then. */
async function readUntil(fd: number, done: Promise<void>): Promise<string> {
  const chunks: Buffer[] = [];
  let isDone = false;
  void done.then(() => (isDone = true));
  for (;;) {
    await setImmediate();
    const wasDone = isDone;
    const chunk = Buffer.alloc(65_536);
    try {
      chunks.push(chunk.subarray(0, readSync(fd, chunk)));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      if (wasDone) return Buffer.concat(chunks).toString();
    }
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
