import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';

/**
 * Compressed text that can be joined with other parts: it refers to nothing outside itself and ends
 * on a byte boundary (sync flush), but does not end the stream.
 */
export interface Part {
  readonly deflated: Uint8Array;
  /** CRC-32 and number of bytes of the text. */
  readonly crc: number;
  readonly length: number;
}

const deflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);
const inflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/** Better levels cost up to five times the CPU and save a tenth of the bytes. */
const DEFLATE = { level: 1, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 32 * 1024 };
const INFLATE = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1024 * 1024 };

/** Compresses in the thread pool, so everything else has its turn. `text` must not change meanwhile. */
export async function compress(text: Uint8Array): Promise<Part> {
  const deflated = await deflateAsync(text, DEFLATE);
  // A copy, because zlib may return a small slice of a whole chunk.
  return { deflated: new Uint8Array(deflated), crc: crc32(text), length: text.length };
}

/** A gzip header without name and time, from an unknown system (RFC 1952). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** The parts as one. */
export function joinParts(parts: readonly Part[]): Part {
  return { deflated: Buffer.concat(parts.map(({ deflated }) => deflated)), ...sumOf(parts) };
}

function sumOf(parts: readonly Part[]): Pick<Part, 'crc' | 'length'> {
  return {
    crc: parts.reduce((crc, part) => joinCrc(crc, part), 0),
    length: parts.reduce((length, part) => length + part.length, 0),
  };
}

/** The text of a part. */
export function inflatePart({ deflated }: Part): Promise<Uint8Array> {
  return inflateAsync(deflated, INFLATE);
}

/** The length of a stored block has 16 bits. */
const STORED_BYTES_MAX = 0xffff;

/**
 * The chunks of a gzip member: the parts, then `tail`, which is not empty, in stored blocks, because
 * compressing a few KiB for each scrape would cost more than sending them.
 */
export function toMember(parts: readonly Part[], tail: Uint8Array): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < tail.length; start += STORED_BYTES_MAX) {
    const bytes = tail.subarray(start, start + STORED_BYTES_MAX);
    const isLast = start + STORED_BYTES_MAX >= tail.length;
    const head = Buffer.alloc(5, isLast ? 1 : 0);
    head.writeUInt16LE(bytes.length, 1);
    head.writeUInt16LE(~bytes.length & 0xffff, 3);
    blocks.push(head, bytes);
  }
  const { crc, length } = sumOf(parts);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tail, crc), 0);
  trailer.writeUInt32LE((length + tail.length) % 2 ** 32, 4);
  return [GZIP_HEADER, ...parts.map(({ deflated }) => deflated), ...blocks, trailer];
}

/*
 * A CRC-32 is the remainder of a division of polynomials over GF(2). Appending n bytes to a text
 * multiplies its remainder by x^(8n). Bit 31 is the coefficient of x^0.
 */
const POLYNOMIAL = 0xedb88320;
const X_TO_THE_8 = 0x00800000;

/** The checksum of a text followed by another, from the checksums of both. */
function joinCrc(crc: number, next: Pick<Part, 'crc' | 'length'>): number {
  let product = crc;
  let power = X_TO_THE_8;
  for (let n = next.length; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) product = multiply(power, product);
    power = multiply(power, power);
  }
  return (product ^ next.crc) >>> 0;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let rest = a | 0; rest !== 0; rest <<= 1) {
    if (rest < 0) product ^= shifted;
    shifted = (shifted >>> 1) ^ (shifted & 1 ? POLYNOMIAL : 0);
  }
  return product >>> 0;
}
