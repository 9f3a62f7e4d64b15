import type { Request, Response } from 'express';
import { ANSWERED } from './connections.ts';

export type SendChunks = (
  request: Request,
  response: Response,
  chunks: Iterable<Uint8Array>,
) => Promise<void>;

/** All that a response may queue: TLS encrypts what it is given at once, for each client anew. */
const UNSENT_BYTES_MAX = 128 * 1024;

/** Sends bodies in slices: each when the one before has been sent, and one in a round of the event loop. */
export function createSender(): SendChunks {
  const takeTurn = createTurns();
  return async ({ method }, response, chunks) => {
    response.emit(ANSWERED);
    // Not response.send(): it would rewrite the content type, whose parameters Prometheus reads.
    for (const chunk of method === 'HEAD' ? [] : chunks) {
      for (const slice of slicesOf([chunk])) {
        if (response.headersSent) await takeTurn();
        if (response.closed) return;
        // Also called where the client has gone. To a server that closes, a response that has ended is
        // over even before it was sent.
        await new Promise<void>((resolve) => response.write(slice, () => resolve()));
      }
    }
    response.end();
  };
}

/**
 * Full slices, and a rest: a small chunk joins its neighbours, because each slice takes a round. Not for
 * chunks that are made on demand: to make them takes time, so that each needs a round of its own.
 */
export function* slicesOf(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let free = UNSENT_BYTES_MAX;
  for (const chunk of chunks) {
    for (let start = 0; start < chunk.length;) {
      const piece = chunk.subarray(start, start + free);
      pieces.push(piece);
      start += piece.length;
      free -= piece.length;
      if (free > 0) continue;
      yield join(pieces);
      pieces = [];
      free = UNSENT_BYTES_MAX;
    }
  }
  if (pieces.length > 0) yield join(pieces);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}

/**
 * Resolves for one caller in a round of the event loop. Node.js accepts one connection in a round: with
 * hundreds of clients that each get a slice in it, a new one would wait for seconds. The last caller goes
 * first, so that a client that reads is done before those that only fill the kernel's buffers.
 */
function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const next = () => {
    waiting.pop()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(next);
    });
}
