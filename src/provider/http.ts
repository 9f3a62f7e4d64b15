import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, EnvHttpProxyAgent, Pool, request as send, type Dispatcher } from 'undici';
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

/**
 * Idle connections are closed after a few seconds, whatever the server offers: a NAT that drops them
 * would turn every second poll into a timeout.
 */
const KEEP_ALIVE = { keepAliveTimeout: 4_000, keepAliveMaxTimeout: 4_000 };

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

export interface HttpClientOptions {
  readonly apiUrl: string;
  readonly proxy: ProxySettings;
  readonly timeoutMs: number;
  readonly lookup: LookupFunction;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const dispatcher = createDispatcher(options);
  return {
    async requestJson({ url, signal, known, ...request }) {
      try {
        const headers = { ...HEADERS, ...request.headers };
        // Not fetch(): its streams take most of the time of reading a long list.
        const response = await send(url, { ...request, headers, signal, dispatcher });
        return await readAnswer(response, known);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw toPollError(error);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Connects to a loopback host directly, never through a proxy. */
function createDispatcher({ apiUrl, proxy, timeoutMs, lookup }: HttpClientOptions): Dispatcher {
  const limitMs = timeoutMs + SOCKET_GRACE_MS;
  const connect = { timeout: limitMs, lookup };
  const limits = { headersTimeout: limitMs, bodyTimeout: limitMs, ...KEEP_ALIVE };
  const { protocol, hostname } = new URL(apiUrl);
  const proxyUrl = protocol === 'https:' ? proxy.https : proxy.http;
  if (isLoopback(hostname) || proxyUrl === '') return new Agent({ ...limits, connect });
  return new EnvHttpProxyAgent({
    ...limits,
    // For hosts in NO_PROXY.
    connect,
    // Without these, undici gives up a connection to the proxy, or TLS through it, after 10 s.
    proxyTls: connect,
    requestTls: { timeout: limitMs },
    // The same for both: by default undici sends https: through HTTP_PROXY.
    httpProxy: proxyUrl,
    httpsProxy: proxyUrl,
    noProxy: proxy.no,
    // Without this, a proxy that never answers CONNECT keeps a socket for each poll for good.
    clientFactory: (origin, clientOptions) =>
      new Pool(origin, { ...(clientOptions as Pool.Options), ...limits }),
  });
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
  const encoding = headers['content-encoding']?.toString().trim().toLowerCase() ?? 'identity';
  const decoder = DECODERS[encoding]?.();
  const decoded = decoder === undefined ? stream : pipeline(stream, decoder, () => {});
  const bytes = await readBody(decoded, length);
  // From here on a long list is worked at in steps, each in the phase of the event loop for immediates:
  // only from one of those to the next does everything else have its turn.
  await new Promise(setImmediate);
  const digest = createHash('sha256').update(bytes).digest('base64');
  const isKnown = isOk && digest === known;
  return {
    status,
    digest,
    isKnown,
    body: isKnown ? undefined : parseJson(decode(bytes), status, isOk, encoding),
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

function parseJson(text: string, status: number, isOk: boolean, encoding: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, which may hold an apiKey.
    if (!isOk) return undefined;
    const isDecoded = encoding === 'identity' || DECODERS[encoding] !== undefined;
    const what = isDecoded ? 'a body that is not JSON' : 'an unsupported content-encoding';
    throw new PollError('invalid_json', `HTTP ${status} with ${what}`);
  }
}

/** As large as a chunk from a socket. A body without its trailer is accepted: JSON has an end. */
const ZLIB = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { chunkSize: 64 * 1024, finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** Only gzip is asked for, but some proxies send what they like. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () => createBrotliDecompress(BROTLI),
};

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
  const code = codeOf(error);
  const isParserError = error instanceof Error && error.name === 'HTTPParserError';
  // The other is undici's for Content-Length together with chunked.
  if (isParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return new PollError('network', 'response is not valid HTTP', { isTransient: true });
  }
  if (code === undefined || code === 'UND_ERR_INVALID_ARG') return error;
  if (/^(?:Z_|ERR__?ERROR|ERR_BROTLI)/.test(code))
    return new PollError('invalid_json', `cannot decompress: ${code}`);
  return TLS_CODE.test(code)
    ? new PollError('tls', `TLS failed: ${code}`)
    : new PollError('network', `connection failed: ${code}`, { isTransient: true });
}

/** The failed connections to several addresses of one name have the code of the first of them. */
function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code;
  }
  return undefined;
}
