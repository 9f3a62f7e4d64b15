import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { hash } from 'bcryptjs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { Secret } from '../../src/core/secret.ts';
import { numberEntry } from '../support/numbers.ts';
import { accountStatus, statusOf } from '../support/status.ts';
import { MARKUP, PAGES, request, text, type AnyRequest } from './requests.ts';
import { CONTENT_TYPE, METRICS, startSite } from './site.ts';

const oneOf = fc.constantFrom;

/** Larger than a single write. */
const NUMBERS = Array.from({ length: 600 }, (_, i) =>
  numberEntry({ whatsapp: String(972_500_000_000 + i), displayName: `Shop ${i} שם` }),
);

const STATUSES = [200, 400, 403, 404, 405, 417, 431];
/** Those of every answer here; a further one would be a request's doing. */
const HEADERS = new Set(
  (
    'allow cache-control connection content-disposition content-encoding content-length content-security-policy ' +
    'content-type date keep-alive referrer-policy retry-after transfer-encoding vary ' +
    'www-authenticate x-content-type-options'
  ).split(' '),
);
interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

function toBytes({ method, target: path, headers, version }: AnyRequest): Buffer {
  const lines = [['Host', 'localhost'], ...headers].map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${path} HTTP/${version}`, ...lines, 'Connection: close', '', ''];
  return Buffer.from(head.join('\r\n'));
}

/** Of the 417 that Node.js gives to an expectation it does not know; all else has a length. */
/** The last chunk is empty, and may be the only one. */
function unchunk(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n');
  const length = Number.parseInt(bytes.subarray(0, end).toString(), 16);
  if (!(length > 0)) return Buffer.alloc(0);
  const next = end + 2 + length;
  return Buffer.concat([bytes.subarray(end + 2, next), unchunk(bytes.subarray(next + 2))]);
}
const isChunked = ([name]: readonly [string, string]) => name === 'transfer-encoding';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Retries with more time if a busy machine cut off or lost a response. */
async function send(port: number, any: AnyRequest): Promise<Answer | undefined> {
  const answer = await sendFor(200, port, toBytes(any));
  const isWhole =
    answer === undefined
      ? any.method !== 'GET'
      : any.method === 'HEAD' ||
        answer.body.length >= Number(answer.headers.get('content-length') ?? 0);
  return isWhole ? answer : sendFor(5_000, port, toBytes(any));
}

/** Undefined if the connection is closed without a response. */
async function sendFor(ms: number, port: number, bytes: Buffer): Promise<Answer | undefined> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(bytes);
  // For what the server takes for the beginning of a request. Node.js drops an answer that it still
  // works on when a client closes its side, so not at once.
  const end = setTimeout(() => socket.end(), ms);
  const all = await buffer(socket).catch(() => Buffer.alloc(0));
  clearTimeout(end);
  const raw = all.subarray(all.indexOf(CONTINUE) === 0 ? CONTINUE.length : 0);
  if (raw.length === 0) return undefined;
  const at = raw.indexOf('\r\n\r\n');
  const [first = '', ...lines] = raw.subarray(0, at).toString('latin1').split('\r\n');
  const fields = lines.map((line) => /^([\w-]+): ([\x20-\x7e]*)$/.exec(line));
  expect(fields, 'lines of the head').not.toContain(null);
  const headers = fields.map(
    (field) => [field?.[1]?.toLowerCase() ?? '', field?.[2] ?? ''] as const,
  );
  expect(new Set(headers.map(([name]) => name)).size, 'each header once').toBe(headers.length);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]),
    headers: new Map(headers),
    body: headers.some(isChunked) ? unchunk(raw.subarray(at + 4)) : raw.subarray(at + 4),
  };
}

/** Requests that once were answered wrongly, or nearly so; tried first. */
const FOUND: AnyRequest[] = [
  { method: 'GET', target: `/?q=${MARKUP}`, headers: [], version: '1.1' },
  { method: 'GET', target: '/?q=%3Czq%20x=%22&account=%3Czq', headers: [], version: '1.1' },
  { method: 'GET', target: '/api/status', headers: [['Accept-Encoding', 'br']], version: '1.1' },
  { method: 'HEAD', target: '/metrics', headers: [['ACCEPT-encoding', 'GZIP']], version: '1.1' },
  { method: 'GET', target: '/%0d%0aX-Forged:%201', headers: [], version: '1.1' },
  { method: 'GET', target: '/-/ready', headers: [['if-none-match', '*']], version: '1.1' },
  { method: 'GET', target: '/metrics', headers: [['Expect', 'pigs to fly']], version: '1.1' },
];

test('any request gets a valid response from a fixed set, and none reflects the request', async () => {
  const status = () => statusOf(accountStatus({ numbers: NUMBERS }));
  const { server, ask, lines } = await startSite({ status });
  await fc.assert(
    fc.asyncProperty(request, async (any) => {
      const answer = await send(server.port, any);
      if (answer === undefined) {
        // Node.js gives no answer to it, nor to garbage that ends early.
        expect(any.method).not.toBe('GET');
        return;
      }
      expectSound(any, answer);
    }),
    { numRuns: 1_500, examples: FOUND.map((one): [AnyRequest] => [one]) },
  );
  expect(lines).toEqual([]);
  expect((await ask('/metrics')).body).toBe(METRICS);
});

/** Sent in chunks. */
const LISTS = ['/api/status', '/api/numbers.csv'];

function expectSound(any: AnyRequest, { status, headers, body }: Answer): void {
  expect(STATUSES).toContain(status);
  expect([...headers.keys()].filter((name) => !HEADERS.has(name))).toEqual([]);
  expect([...headers.values()].join('\n')).not.toMatch(/<zq|%3Czq|forged/i);
  if (any.method === 'HEAD') {
    expect(body.length).toBe(0);
    return;
  }
  // Node.js itself rejects what is not HTTP, with only a status.
  const length = headers.get('content-length');
  const isList = LISTS.some((path) => headers.get('content-type') === PAGES[path]);
  if (length !== undefined) expect(body.length).toBe(Number(length));
  else if (!isList) expect([[400, 417, 431].includes(status), body.length]).toEqual([true, 0]);
  const isGzip = headers.get('content-encoding') === 'gzip';
  expect(headers.get('content-encoding')).toBe(isGzip ? 'gzip' : undefined);
  if (isGzip) expect(JSON.stringify(any.headers).toLowerCase()).toMatch(/gzip|\*/);
  const shown = (isGzip ? gunzipSync(body) : body).toString();
  if (status === 200) expectPage(any, shown, headers.get('content-type'));
  else {
    expect(shown).toMatch(REFUSAL);
    expect(['text/plain; charset=utf-8', undefined]).toContain(headers.get('content-type'));
  }
}

/** Only a name of an account comes back: quoted, in plain text, and no longer than one can be. */
const REFUSAL =
  /^$|^Not found\. Metrics are at \/metrics\.\n$|^(?:Method not allowed|Lifecycle API is not)|^There is no account "[^\n]{1,400}" here\.\n$|^The parameter account is empty|^The header Host/;

/** The response is complete and has the expected content type. */
function expectPage({ method, target: path }: AnyRequest, shown: string, contentType = ''): void {
  expect(method).toBe('GET');
  const [page = ''] = path.split('?');
  if (page in PAGES) expect(contentType).toBe(PAGES[page]);
  if (contentType === CONTENT_TYPE) {
    expect(shown).toBe(METRICS);
  } else if (contentType === PAGES['/api/status']) {
    const { numbers, accounts } = JSON.parse(shown) as Record<string, unknown[]>;
    expect(accounts).toHaveLength(1);
    expect(numbers?.length).toBeLessThanOrEqual(NUMBERS.length);
  } else if (contentType === PAGES['/api/numbers.csv']) {
    expect(shown).toMatch(/^\ufeff[^\n]+\r\n(?:972 [^\n]+\r\n){0,600}$/);
  } else if (contentType === PAGES['/']) {
    expect(shown).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    expect(shown).not.toMatch(/<zq/i);
  } else if (contentType === PAGES['/sd']) {
    expect(JSON.parse(shown)).toHaveLength(2);
  } else {
    expect(shown).toMatch(/^(?:Healthy|Ready)\.\n$/);
  }
}

const PASSWORD = 'fake-password';
/** Control characters would be refused before anybody looks at the password. */
const inHeader = text.map((any) => any.replaceAll(/\p{Cc}/gu, ''));
const nearly = oneOf('', 'fake-user', PASSWORD.slice(1), `${PASSWORD} `, PASSWORD.toUpperCase());
const credentials = fc.oneof(
  inHeader,
  fc.tuple(oneOf('Basic ', 'basic', 'Bearer ', 'Basic  '), fc.base64String()).map(join),
  { weight: 6, arbitrary: fc.tuple(oneOf('fake-user', ''), fc.oneof(text, nearly)).map(toBasic) },
);
const scrape = fc.record<AnyRequest>({
  method: fc.constant('GET'),
  target: oneOf('/metrics', '/', '/api/status', '/sd'),
  headers: fc.constant([]),
  version: fc.constant('1.1'),
});

test('without the password, no request sees more than the health checks', async () => {
  const users = new Map([['fake-user', new Secret(await hash(PASSWORD, 4))]]);
  const { server, ask, clock, lines } = await startSite({}, { users });
  const withLogin = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: scrape }, request), credentials)
    .map(([any, value]) => ({
      ...any,
      headers: [['Authorization', value] as [string, string], ...any.headers],
    }));
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(withLogin, async (any) => {
      runs += 1;
      // As long as an address that has failed too often has to wait.
      await clock.advance(6_000);
      const answer = await send(server.port, any);
      if (answer === undefined) return;
      expect([...STATUSES, 401]).toContain(answer.status);
      if (any.method === 'HEAD') expect(answer.headers.get('content-type')).not.toBe(CONTENT_TYPE);
      const shown = answer.body.toString();
      expect(shown).toMatch(/^$|^Unauthorized\.\n$|^(?:Healthy|Ready)\.\n$|^Method not/);
    }),
    { numRuns: 1_000 },
  );
  const tries = lines.filter(({ message }) => message === 'login failed');
  expect(tries.length, 'passwords that were tried').toBeGreaterThan(runs / 2);
  const right = { Authorization: toBasic(['fake-user', PASSWORD]) };
  expect((await ask('/metrics', { headers: right })).body).toBe(METRICS);
});

function toBasic([user, password]: [string, string]): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function join(parts: readonly string[]): string {
  return parts.join('');
}
