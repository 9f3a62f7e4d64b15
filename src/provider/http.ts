import { createCipheriv, randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, EnvHttpProxyAgent, Pool, request as send, type Dispatcher } from 'undici';
import { isLoopback } from '../core/loopback.ts';
import type { ProxySettings } from '../edge.ts';
import { PollError } from '../core/reasons.ts';
import { parseValues } from './json.ts';

export interface JsonRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Digest of the previous successful response; an unchanged body is not decoded again. */
  readonly previousDigest?: string | undefined;
  /** When it aborts, the request rejects with its reason. */
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly status: number;
  /** Digest of the raw body. The body itself is not kept: it contains an apiKey for each number. */
  readonly digest: string;
  /** Whether the response is successful and its body matches `previousDigest`. */
  readonly isUnchanged: boolean;
  /** Undefined if unchanged, or if the body of an error response is not JSON. */
  readonly body: unknown;
  /** The raw `Retry-After` header. */
  readonly retryAfter: string | undefined;
}

/** Enough for about 62,000 numbers. */
export const RESPONSE_BYTES_MAX = 20 * 1024 * 1024;
/**
 * The deadline of the poll ends a request. Undici's own timeouts are a little longer: they only free
 * the sockets that remain when a connection or a proxy hangs.
 */
const SOCKET_GRACE_MS = 1_000;

/**
 * Idle connections are closed after a few seconds, even if the server allows more: a NAT that drops
 * them would make every second poll time out.
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
   * Sends one request and decodes the JSON response of any status. Throws PollError `redirect`,
   * `too_large`, `invalid_json`, `network` or `tls`, or the reason of the request's signal.
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
    async requestJson({ url, signal, previousDigest, ...request }) {
      try {
        const headers = { ...HEADERS, ...request.headers };
        // Not fetch(): its streams dominate the time to read a long list.
        const response = await send(url, { ...request, headers, signal, dispatcher });
        return await readAnswer(response, previousDigest);
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
    // Otherwise undici gives up connections to the proxy, and TLS through it, after 10 s.
    proxyTls: connect,
    requestTls: { timeout: limitMs },
    // Set both, because undici falls back to HTTP_PROXY for https: URLs.
    httpProxy: proxyUrl,
    httpsProxy: proxyUrl,
    noProxy: proxy.no,
    // Otherwise a proxy that never answers CONNECT leaks a socket per poll.
    clientFactory: (origin, clientOptions) =>
      new Pool(origin, { ...(clientOptions as Pool.Options), ...limits }),
  });
}

async function readAnswer(
  { statusCode: status, headers, body: stream }: Dispatcher.ResponseData,
  previousDigest: string | undefined,
): Promise<JsonAnswer> {
  // The reader handles errors. Without a listener, one after the last read would end the process.
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
  // A long list is processed in steps, each in its own setImmediate, so that the event loop can serve
  // scrapes in between.
  await new Promise(setImmediate);
  const digest = toDigest(bytes);
  const isUnchanged = isOk && digest === previousDigest;
  if (!isUnchanged) await new Promise(setImmediate);
  return {
    status,
    digest,
    isUnchanged,
    body: isUnchanged ? undefined : parseJson(bytes, status, isOk, encoding),
    retryAfter: headers['retry-after']?.toString(),
  };
}

const DIGEST_KEY = randomBytes(16);
/** May repeat, because nobody sees a digest. */
const DIGEST_NONCE = Buffer.alloc(12);

/**
 * The tag that AES-GCM gives to the bytes, under a key of this process. It is as hard to hit as SHA-256, and
 * seven times as fast: a poll with the same response costs a fifth less, of 50,000 numbers a third.
 */
function toDigest(bytes: Buffer): string {
  const cipher = createCipheriv('aes-128-gcm', DIGEST_KEY, DIGEST_NONCE).setAAD(bytes);
  cipher.final();
  return cipher.getAuthTag().toString('base64');
}

/**
 * `declaredLength` is the Content-Length, which may be wrong. Leaving the loop early cancels the
 * stream and frees the connection.
 */
async function readBody(stream: Readable, declaredLength: number): Promise<Buffer> {
  // Untouched memory costs nothing.
  let body = Buffer.allocUnsafeSlow(Math.min(declaredLength, RESPONSE_BYTES_MAX));
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

function parseJson(bytes: Buffer, status: number, isOk: boolean, encoding: string): unknown {
  try {
    return parseValues(bytes);
  } catch (error) {
    if (!isOk) return undefined;
    // Never the parser's message: it quotes the text, which may contain an apiKey.
    if (error instanceof PollError) throw error;
    const isDecoded = encoding === 'identity' || DECODERS[encoding] !== undefined;
    const what = isDecoded ? 'a body that is not JSON' : 'an unsupported content-encoding';
    throw new PollError('invalid_json', `HTTP ${status} with ${what}`);
  }
}

/** The size of a chunk from a socket. Sync flush accepts a body without trailer; JSON shows its own end. */
const ZLIB = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { chunkSize: 64 * 1024, finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** The exporter only asks for gzip, but some proxies ignore that. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () => createBrotliDecompress(BROTLI),
};

/** The 3xx statuses with a new location; 304, for example, is not a redirect. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Codes of OpenSSL and Node.js for failed handshakes and certificates. */
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO$)/;

/**
 * Converts an error of undici or Node.js, using only its code, because the error objects contain
 * headers. An error without a code is already a PollError or a bug, and an invalid request is a bug:
 * both are returned unchanged.
 */
function toPollError(error: unknown): unknown {
  const code = codeOf(error);
  const isParserError = error instanceof Error && error.name === 'HTTPParserError';
  // Undici's code for Content-Length combined with chunked encoding.
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

/** If connections to several addresses of a name fail, the first one supplies the code. */
function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code;
  }
  return undefined;
}
