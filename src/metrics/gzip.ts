import { promisify } from 'node:util';
import {
  constants,
  crc32,
  createInflateRaw,
  deflateRaw,
  deflateRawSync,
  type ZlibOptions,
} from 'node:zlib';
import { joinCrc } from './crc.ts';

/**
 * A stretch of text, compressed so that stretches put behind each other are the compressed whole:
 * it refers to nothing outside itself and ends on a byte (a sync flush), but does not end the data.
 */
export interface Part {
  readonly deflated: Uint8Array;
  /** CRC-32 and number of bytes of the text itself. */
  readonly crc: number;
  readonly length: number;
}

/** The fastest level: the better ones cost up to five times as much for a tenth fewer bytes. */
const LEVEL = 1;
const OPEN: ZlibOptions = { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH };
/** Fewer trips between the threads than with Node's 16 KiB. */
const CHUNK_BYTES = 32 * 1024;
/** For text of a few KiB: a smaller window and table than the usual 256 KiB, which would be cleared. */
const SMALL: ZlibOptions = { level: LEVEL, windowBits: 12, memLevel: 5 };

const deflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);

/** Compresses off the main thread. `text` must not change meanwhile. */
export async function compress(text: Uint8Array): Promise<Part> {
  const deflated = await deflateAsync(text, { ...OPEN, chunkSize: CHUNK_BYTES });
  // A copy, because what zlib returns may be the small beginning of a whole chunk.
  return { deflated: new Uint8Array(deflated), crc: crc32(text), length: text.length };
}

/** The same at once, for small text. */
export function compressNow(text: string): Part {
  const bytes = Buffer.from(text);
  const deflated = deflateRawSync(bytes, { ...OPEN, ...SMALL });
  return { deflated: new Uint8Array(deflated), crc: crc32(bytes), length: bytes.length };
}

/** No name, no time, made by an unknown system: RFC 1952. */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** The beginning of a gzip member: the header, and what can be compressed ahead of time. */
export interface GzipStart {
  readonly bytes: Uint8Array;
  /** Of the text itself, as in a part. */
  readonly crc: number;
  readonly length: number;
}

export function joinParts(parts: readonly Part[]): GzipStart {
  return {
    bytes: Buffer.concat([GZIP_HEADER, ...parts.map(({ deflated }) => deflated)]),
    crc: parts.reduce((crc, part) => joinCrc(crc, part), 0),
    length: parts.reduce((length, part) => length + part.length, 0),
  };
}

/** What goes out for one scrape. */
export interface Body {
  /** In bytes. */
  readonly length: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * The whole gzip member. The tail goes into it as it is: to compress its few KiB anew for each scrape
 * would take longer than all the rest of a scrape.
 */
export function toGzip({ bytes, crc, length }: GzipStart, tail: Uint8Array): Body {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tail, crc), 0);
  trailer.writeUInt32LE((length + tail.length) % 2 ** 32, 4);
  const end = Buffer.concat([toStoredBlock(tail), trailer]);
  return { length: bytes.length + end.length, chunks: [bytes, end] };
}

/** The length of a stored block has 16 bits. */
const STORED_BYTES_MAX = 0xffff;

/** The last block of deflated data. Where it is longer than any that is expected, it is compressed. */
function toStoredBlock(text: Uint8Array): Uint8Array {
  if (text.length > STORED_BYTES_MAX) return deflateRawSync(text);
  const head = Buffer.alloc(5, 1);
  head.writeUInt16LE(text.length, 1);
  head.writeUInt16LE(~text.length & 0xffff, 3);
  return Buffer.concat([head, text]);
}

/** The text itself, a piece at a time: as a whole it may be very large. */
export function toText(start: GzipStart, tail: Uint8Array): Body {
  return { length: start.length + tail.length, chunks: inflate(start.bytes, tail) };
}

async function* inflate(start: Uint8Array, tail: Uint8Array): AsyncGenerator<Uint8Array> {
  const stream = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES });
  stream.end(start.subarray(GZIP_HEADER.length));
  yield* stream as AsyncIterable<Uint8Array>;
  yield tail;
}
