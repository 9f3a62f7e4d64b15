import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Dispatcher, Pool, request } from 'undici';
import { isLoopback } from '../core/loopback.ts';
import { PollError } from '../core/reasons.ts';

/** As in the environment; '' is none. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  readonly no: string;
}

export interface JsonRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The digest of a good answer from before: one with the same body is not decoded again. */
  readonly known?: string | undefined;
  /** Its reason is what the request rejects with when it aborts. */
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly status: number;
  /** Of the body as it came. The body itself holds an apiKey for each number: it is not kept. */
  readonly digest: string;
  /** A good answer, with the body that was asked for by `known`. */
  readonly isKnown: boolean;
  /** Undefined for a known one, and where a body beside an error status is not JSON. */
  readonly body: unknown;
  /** The header `Retry-After` as it came. */
  readonly retryAfter: string | undefined;
}

/** Some 62,000 numbers. A larger crafted body could take a minute and 2 GiB to parse. */
export const RESPONSE_BYTES_MAX = 20 * 1024 * 1024;
/**
 * The deadline of the poll is what ends a request. Undici's own limits only free the sockets which
 * it leaves behind where a connection or a proxy hangs, so they come a little later.
 */
const SOCKET_GRACE_MS = 1_000;

const HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'gzip',
  'user-agent': 'whatsapp-numbers-exporter',
};

/** The connections to one provider. */
export interface HttpClient {
  /**
   * Sends one request and decodes its JSON answer, whatever its status. Throws PollError: `redirect`,
   * `too_large`, `invalid_json`, `network`, `tls`, or the reason of the request's signal.
   */
  requestJson(request: JsonRequest): Promise<JsonAnswer>;
  close(): Promise<void>;
}

export function createHttpClient(
  apiUrl: string,
  proxy: ProxySettings,
  timeoutMs: number,
): HttpClient {
  let connections: ReturnType<typeof connect> | undefined;
  return {
    async requestJson({ url, signal, known, ...request }) {
      try {
        connections ??= connect(apiUrl, proxy, timeoutMs);
        const { send, dispatcher } = await connections;
        const headers = { ...HEADERS, ...request.headers };
        const response = await send(url, { ...request, headers, signal, dispatcher });
        return await readAnswer(response, known);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw toPollError(error);
      }
    },
    async close() {
      await (await connections)?.dispatcher.destroy();
    },
  };
}

/**
 * Undici is loaded here, when it is needed: it takes a third of the time in which the program
 * starts. A loopback host is never asked for through a proxy.
 */
async function connect(
  apiUrl: string,
  proxy: ProxySettings,
  timeoutMs: number,
): Promise<{ send: typeof request; dispatcher: Dispatcher }> {
  // Not fetch(), whose streams take longer than all else about reading a long list.
  const { Agent, EnvHttpProxyAgent, Pool, request: send } = await import('undici');
  const limitMs = timeoutMs + SOCKET_GRACE_MS;
  const limits = { headersTimeout: limitMs, bodyTimeout: limitMs, connect: { timeout: limitMs } };
  const { protocol, hostname } = new URL(apiUrl);
  const proxyUrl = protocol === 'https:' ? proxy.https : proxy.http;
  if (isLoopback(hostname) || proxyUrl === '') return { send, dispatcher: new Agent(limits) };
  const dispatcher = new EnvHttpProxyAgent({
    ...limits,
    // The same for both: left to itself it would ask for https: through HTTP_PROXY.
    httpProxy: proxyUrl,
    httpsProxy: proxyUrl,
    noProxy: proxy.no,
    // Without this a proxy that never answers CONNECT keeps a socket for each poll, for ever.
    clientFactory: (origin, options) =>
      new Pool(origin, { ...(options as Pool.Options), headersTimeout: limitMs }),
  });
  return { send, dispatcher };
}

async function readAnswer(
  { statusCode: status, headers, body: stream }: Dispatcher.ResponseData,
  known: string | undefined,
): Promise<JsonAnswer> {
  // Whoever reads it meets its errors. One that comes when nobody does any more would end the process.
  stream.on('error', () => {});
  if (REDIRECTS.has(status)) {
    stream.destroy();
    throw new PollError('redirect', `HTTP ${status}, not followed`);
  }
  const isOk = status < 300;
  const length = Number(headers['content-length'] ?? 0);
  const isPacked = /^(?:x-)?gzip$/i.test(headers['content-encoding']?.toString() ?? '');
  const unpacked = isPacked ? pipeline(stream, createGunzip(UNPACKED), () => {}) : stream;
  const bytes = await readBody(unpacked, length);
  // From here on a long list is worked at in steps, each in the phase of the event loop for immediates:
  // only from one of those to the next does everything else have its turn.
  await new Promise(setImmediate);
  const digest = createHash('sha256').update(bytes).digest('base64');
  const isKnown = isOk && digest === known;
  return {
    status,
    digest,
    isKnown,
    body: isKnown ? undefined : parseJson(decode(bytes), status, isOk),
    retryAfter: headers['retry-after']?.toString(),
  };
}

/** JSON may escape all that is not ASCII. Such bytes are text as they are, at a tenth of the cost. */
function decode(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : new TextDecoder().decode(bytes);
}

/**
 * `told` is how long the body is said to be, which need not be so. Leaving the loop early cancels the
 * stream and so frees the connection.
 */
async function readBody(stream: Readable, told: number): Promise<Buffer> {
  // Memory that is not written to costs nothing.
  let body = Buffer.allocUnsafeSlow(Math.min(told, RESPONSE_BYTES_MAX));
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const end = length + chunk.byteLength;
    if (end > RESPONSE_BYTES_MAX) {
      throw new PollError('too_large', `the response is larger than ${RESPONSE_BYTES_MAX} bytes`);
    }
    if (end > body.length) {
      const larger = Buffer.allocUnsafeSlow(2 * end);
      larger.set(body.subarray(0, length));
      body = larger;
    }
    body.set(chunk, length);
    length = end;
  }
  return body.subarray(0, length);
}

function parseJson(text: string, status: number, isOk: boolean): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, which may hold an apiKey.
    if (!isOk) return undefined;
    throw new PollError('invalid_json', `HTTP ${status} with a body that is not JSON`);
  }
}

/** As large as what comes from a socket. */
const UNPACKED = { chunkSize: 64 * 1024 };

/** Of the 3xx those that lead elsewhere; 304, for one, does not. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Certificates and handshakes that fail; OpenSSL's and Node's own names. */
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO$)/;

/**
 * Names an error of undici or of Node.js by its code alone: the error objects themselves hold headers.
 * One without is a PollError already or a defect, as is a request that undici does not send: these
 * are passed on as they are.
 */
function toPollError(error: unknown): unknown {
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return new PollError('network', 'an answer that is not HTTP', { isTransient: true });
  }
  const code = codeOf(error);
  if (code === undefined || code === 'UND_ERR_INVALID_ARG') return error;
  if (code.startsWith('Z_')) return new PollError('invalid_json', `cannot decompress: ${code}`);
  return TLS_CODE.test(code)
    ? new PollError('tls', `TLS failed: ${code}`)
    : new PollError('network', `no connection: ${code}`, { isTransient: true });
}

/** The failed connections to several addresses of one name have the code of the first of them. */
function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code;
  }
  return undefined;
}
