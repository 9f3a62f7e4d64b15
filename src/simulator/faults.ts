import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { fail, type Json } from './answers.ts';

/**
 * One way in which a call goes wrong. `reply`, `fail`, `never` and `headersOnly` do not ask the
 * provider at all; the others spoil the answer that it gives, or the way in which it is sent.
 */
export type Fault = {
  /** For so many requests, then the call is sound again; without it, until taken away. */
  readonly times?: number;
} & (
  | {
      /** Any answer at all: a status with or without headers, literal bytes, another content type. */
      readonly kind: 'reply';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | { readonly kind: 'fail'; readonly reason: number; readonly status?: number }
  /** `never` takes the request and stays silent, `headersOnly` falls silent after the headers. */
  | { readonly kind: 'never' | 'headersOnly' }
  /** Changes the good answer, which is the caller's own to change; a FAIL goes out as it is. */
  | { readonly kind: 'transform'; readonly transform: (good: Json) => unknown }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** One byte at a time. */
  | { readonly kind: 'drip'; readonly intervalMs: number }
  /** Half of the answer: then a reset, or a clean end as if that were all. */
  | { readonly kind: 'resetMidBody' | 'truncate' }
  /** The answer with spaces behind it, `bytes` in all: only its size can be found fault with. */
  | { readonly kind: 'huge' | 'gzipBomb'; readonly bytes: number }
);

/** The fault of each call, to be set and taken away at any time. */
export interface Faults {
  token: Fault | undefined;
  numbers: Fault | undefined;
}

/** Faults of the token call: what it says about the token's expiry makes no sense. */
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

/** Answers with a fault. Ends early, by an error, when the client or the server closes the socket. */
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
      return sendSpoilt(res, fault, Buffer.from(JSON.stringify(await answer())));
  }
}

type Spoiling = Extract<
  Fault,
  { kind: 'drip' | 'resetMidBody' | 'truncate' | 'huge' | 'gzipBomb' }
>;

async function sendSpoilt(res: ServerResponse, fault: Spoiling, body: Buffer): Promise<void> {
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
      // Without a length the client has no means but the JSON itself to see that half is missing.
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

/** Ends a timer with the response, so that no timer outlives the simulator. */
function untilClosed(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return gone.signal;
}
