import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { fail, type Json } from './json.ts';

/**
 * One way for a call to fail. `reply`, `fail`, `never` and `headersOnly` replace the normal response;
 * the others modify its content or its transfer.
 */
export type Fault = {
  /** Number of affected requests; unlimited by default. */
  readonly times?: number;
} & (
  | {
      /** Any response: status, headers and body. */
      readonly kind: 'reply';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | { readonly kind: 'fail'; readonly reason: number; readonly status?: number }
  /** `never` sends nothing; `headersOnly` sends nothing after the headers. */
  | { readonly kind: 'never' | 'headersOnly' }
  /** Changes a successful response, which the function may modify; a FAIL is sent unchanged. */
  | { readonly kind: 'transform'; readonly transform: (good: Json) => unknown }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** One byte at a time. */
  | { readonly kind: 'drip'; readonly intervalMs: number }
  /** Half of the response: then a reset, or a clean end. */
  | { readonly kind: 'resetMidBody' | 'truncate' }
  /** The valid response, padded with spaces to `bytes`: only its size is wrong. */
  | { readonly kind: 'huge' | 'gzipBomb'; readonly bytes: number }
);

/** The simulated calls. */
export type Call =
  | 'token'
  | 'numbers'
  | 'registered_numbers'
  | 'onboardings'
  | 'online_accounts'
  | 'inboxes'
  | 'monthly_statistics';

/** The current fault of each call; may be changed at any time. */
export type Faults = Partial<Record<Call, Fault | undefined>>;

/** Faults of the token call: a missing or invalid expiry. */
export const noExpiry = withExpiry(() => undefined);
export const expiryInPast = withExpiry((expiryS) => String(expiryS - 86_400));
export const expiryInMilliseconds = withExpiry((expiryS) => String(expiryS * 1000));

function withExpiry(change: (expiryS: number) => string | undefined): Fault {
  return {
    kind: 'transform',
    transform: (good) => ({ ...good, expiration_time: change(Number(good['expiration_time'])) }),
  };
}

export function sendJson(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Responds with a fault. Rejects when the client or the server closes the socket. */
export async function sendFault(
  res: ServerResponse,
  fault: Fault,
  answer: () => Promise<Json>,
): Promise<void> {
  switch (fault.kind) {
    case 'reply': {
      res.setHeader('content-type', 'application/json');
      for (const [name, value] of Object.entries(fault.headers ?? {})) res.setHeader(name, value);
      res.writeHead(fault.status ?? 200).end(fault.body);
      return;
    }
    case 'fail':
      return sendJson(res, fail(fault.reason), fault.status);
    case 'never':
      return;
    case 'headersOnly':
      return res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    case 'transform': {
      const body = await answer();
      return sendJson(res, body['reason'] === 1 ? fault.transform(body) : body);
    }
    case 'delay': {
      const body = await answer();
      await setTimeout(fault.delayMs, undefined, { signal: untilClosed(res) });
      return sendJson(res, body);
    }
    default:
      return sendBroken(res, fault, Buffer.from(JSON.stringify(await answer())));
  }
}

type TransferFault = Extract<
  Fault,
  { kind: 'drip' | 'resetMidBody' | 'truncate' | 'huge' | 'gzipBomb' }
>;

async function sendBroken(res: ServerResponse, fault: TransferFault, body: Buffer): Promise<void> {
  const half = body.subarray(0, body.length / 2);
  res.setHeader('content-type', 'application/json');
  switch (fault.kind) {
    case 'drip': {
      const signal = untilClosed(res);
      res.setHeader('content-length', body.length);
      for (const byte of body) {
        res.write(Buffer.of(byte));
        await setTimeout(fault.intervalMs, undefined, { signal });
      }
      return void res.end();
    }
    case 'resetMidBody':
      res.setHeader('content-length', body.length);
      return void res.write(half, () => res.socket?.resetAndDestroy());
    case 'truncate':
      // Without a content-length, only the JSON itself shows that half is missing.
      res.write(half);
      return void res.end();
    case 'huge':
      return pipeline(Readable.from(padded(body, fault.bytes)), res);
    case 'gzipBomb':
      res.setHeader('content-encoding', 'gzip');
      return pipeline(Readable.from(padded(body, fault.bytes)), createGzip(), res);
  }
}

const SPACES = Buffer.alloc(65_536, ' ');

function* padded(body: Buffer, bytes: number): Generator<Buffer> {
  yield body;
  for (let left = bytes - body.length; left > 0; left -= SPACES.length) {
    yield SPACES.subarray(0, left);
  }
}

/** Aborts when the response closes, so that no timer outlives the simulator. */
function untilClosed(res: ServerResponse): AbortSignal {
  const closed = new AbortController();
  res.once('close', () => closed.abort());
  return closed.signal;
}
