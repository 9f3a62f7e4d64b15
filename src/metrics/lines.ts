import { CRC_STEP, crcShift } from './crc.ts';
import type { Part } from './gzip.ts';
import { createCode, joinTokens, packTokens, renderCodes, toToken, type Token } from './huffman.ts';

/**
 * The hot path. Deflates lines of text (RFC 1951) that differ from the ones before in a few digits,
 * without the text ever being there: since it is known what comes again, nothing has to be searched
 * for, which is where a compressor spends its time. Nor is the checksum made of every character: what
 * a stretch that comes again does to it is known as well.
 */
export interface Line {
  readonly prefix: Stretch;
  readonly suffix: Stretch;
}

/** Text that comes again and again. */
interface Stretch {
  readonly bytes: Uint8Array;
  /** What it does to the state of a running checksum: it shifts it, and adds its own. */
  readonly shift: Int32Array;
  readonly crc: number;
}

/** A line is `prefix`, a key, `suffix` and a value; key and value are ASCII. */
export function createLine(prefix: string, suffix: string): Line {
  return { prefix: toStretch(prefix), suffix: toStretch(suffix) };
}

function toStretch(text: string): Stretch {
  const bytes = Buffer.from(text);
  let crc = 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ byte) & 0xff] as number);
  return { bytes, shift: crcShift(bytes.length), crc };
}

/** The keys of a block of lines, each with what it does not share with the one before. */
export interface Keys {
  readonly texts: readonly string[];
  readonly stretches: readonly Stretch[];
  readonly common: Uint8Array;
  /** The tokens of the rest of each, from `restAt[i]` to `restAt[i + 1]`. */
  readonly rest: readonly Token[];
  readonly restAt: Int32Array;
}

export function createKeys(texts: readonly string[]): Keys {
  const common = new Uint8Array(texts.length);
  const rest: Token[] = [];
  const restAt = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    const before = texts[i - 1] ?? '';
    let same = 0;
    while (same < text.length && text.charCodeAt(same) === before.charCodeAt(same)) same += 1;
    common[i] = same;
    rest.push(...toTokens(text.slice(same)));
    restAt[i + 1] = rest.length;
  });
  return { texts, stretches: texts.map(toStretch), common, rest, restAt };
}

/** How far back a copy can reach, and how long it can be. */
const DISTANCE_MAX = 32_768;
const COPY_MIN = 3;
const COPY_MAX = 258;
const END = 256;

/** For each of the keys one of each of the lines, whose value is NaN where there is none. */
export function deflateLines(
  lines: readonly Line[],
  keys: Keys,
  values: readonly Float64Array[],
  scratch: Scratch,
): Part {
  const { tokens, bytes } = scratch.withRoom(lines, keys.texts.length);
  tokens.set(HEAD);
  let count = HEAD.length;
  // Of the text.
  let crc = -1;
  let position = 0;
  // A copy that may still grow.
  let copied = 0;
  let distance = 1;

  const endCopy = (): void => {
    for (; copied > 0; count += 2) {
      // What is left over must not be too little for a copy of its own.
      const length = copied <= COPY_MAX ? copied : Math.min(COPY_MAX, copied - COPY_MIN);
      tokens[count] = COPIES[length] as Token;
      tokens[count + 1] = toDistance(distance);
      copied -= length;
    }
  };
  const skip = ({ bytes: { length }, shift, crc: own }: Stretch): void => {
    position += length;
    crc =
      (shift[crc & 0xff] as number) ^
      (shift[0x100 | ((crc >>> 8) & 0xff)] as number) ^
      (shift[0x200 | ((crc >>> 16) & 0xff)] as number) ^
      (shift[0x300 | (crc >>> 24)] as number) ^
      own;
  };
  const repeat = (stretch: Stretch, at: number): void => {
    if (position - at !== distance) {
      endCopy();
      distance = position - at;
    }
    copied += stretch.bytes.length;
    skip(stretch);
  };
  const write = (stretch: Stretch): void => {
    endCopy();
    for (const byte of stretch.bytes) {
      tokens[count] = LITERALS[byte] as Token;
      count += 1;
    }
    skip(stretch);
  };

  const lasts = lines.map(() => ({ index: -1, lineAt: 0, suffixAt: 0, value: -1 }));
  for (let i = 0; i < keys.texts.length; i += 1) {
    const key = keys.stretches[i] as Stretch;
    for (let j = 0; j < lines.length; j += 1) {
      const value = (values[j] as Float64Array)[i] as number;
      if (Number.isNaN(value)) continue;
      const { prefix, suffix } = lines[j] as Line;
      const last = lasts[j] as (typeof lasts)[0];
      const lineAt = position;
      const isNear = last.index === i - 1 && i > 0 && position - last.lineAt <= DISTANCE_MAX;
      if (isNear) {
        repeat(prefix, last.lineAt);
        copied += keys.common[i] as number;
        endCopy();
        for (let k = keys.restAt[i] as number; k < (keys.restAt[i + 1] as number); k += 1) {
          tokens[count] = keys.rest[k] as Token;
          count += 1;
        }
        skip(key);
        const suffixAt = position;
        repeat(suffix, last.suffixAt);
        last.suffixAt = suffixAt;
      } else {
        write(prefix);
        write(key);
        last.suffixAt = position;
        write(suffix);
      }
      const text = toText(value);
      if (isNear && value === last.value) copied += text.length;
      else {
        endCopy();
        for (const token of value < TEXTS_MAX
          ? (TOKENS[value] ??= toTokens(text))
          : toTokens(text)) {
          tokens[count] = token;
          count += 1;
        }
      }
      for (let k = 0; k < text.length; k += 1) {
        crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ text.charCodeAt(k)) & 0xff] as number);
      }
      position += text.length;
      last.index = i;
      last.lineAt = lineAt;
      last.value = value;
    }
  }
  endCopy();
  tokens[count] = LITERALS[END] as Token;
  // An empty stored block, which ends on a byte.
  tokens[count + 1] = toToken(0, 3);
  const used = packTokens(tokens, count + 2, bytes);
  bytes.set([0, 0, 0xff, 0xff], used);
  return { deflated: bytes.slice(0, used + 4), crc: ~crc >>> 0, length: position };
}

const TEXTS_MAX = 10_000;
const TEXTS: string[] = [];
const TOKENS: Token[][] = [];
function toText(value: number): string {
  return value < TEXTS_MAX ? (TEXTS[value] ??= String(value)) : String(value);
}

/** Memory that is used again for each block: to get and give back as much each time takes longer. */
export interface Scratch {
  withRoom(
    lines: readonly Line[],
    keys: number,
  ): { readonly tokens: Int32Array; readonly bytes: Uint8Array };
}

/** More than a key and a value have, and the end of a block. */
const TEXT_MAX = 64;

export function createScratch(): Scratch {
  let tokens = new Int32Array(0);
  let bytes = new Uint8Array(0);
  return {
    withRoom(lines, keys) {
      const ofLines = lines.map(({ prefix, suffix }) => prefix.bytes.length + suffix.bytes.length);
      const room = HEAD.length + (keys + 1) * ofLines.reduce((sum, n) => sum + n + TEXT_MAX, 0);
      if (tokens.length < room) {
        tokens = new Int32Array(room);
        // No code is longer than two bytes.
        bytes = new Uint8Array(2 * room);
      }
      return { tokens, bytes };
    },
  };
}

/** How often each comes, roughly, in a thousand lines. What is none of these is in the first line. */
const LITERALS = createCode(
  Array.from({ length: 286 }, (_, symbol) => {
    if (/^[0-9]$/.test(String.fromCharCode(symbol)) && symbol < 256) return 1_100;
    if (/^[a-f]$/.test(String.fromCharCode(symbol)) && symbol < 256) return 20;
    if (symbol === 257) return 400;
    if (symbol >= 267 && symbol < 273) return 50;
    if (symbol >= 273 && symbol < 282) return 120;
    return symbol > END ? 10 : 1;
  }),
);
const DISTANCES = createCode(
  Array.from({ length: 30 }, (_, symbol) => (symbol >= 11 && symbol < 18 ? 100 : 1)),
);
const HEAD = renderCodes(LITERALS, DISTANCES);

/** By length, from COPY_MIN to COPY_MAX. */
const COPIES = Array.from({ length: COPY_MAX + 1 }, (_, length): Token => {
  if (length < COPY_MIN) return 0;
  if (length === COPY_MAX) return LITERALS[285] as Token;
  const x = length - COPY_MIN;
  const extraBits = x < 8 ? 0 : 29 - Math.clz32(x);
  const symbol = x < 8 ? 257 + x : 261 + 4 * extraBits + ((x >> extraBits) & 3);
  const extra = toToken(x & ((1 << extraBits) - 1), extraBits);
  return joinTokens(LITERALS[symbol] as Token, extra) as Token;
});

function toDistance(distance: number): Token {
  const x = distance - 1;
  const extraBits = x < 4 ? 0 : 30 - Math.clz32(x);
  const symbol = x < 4 ? x : 2 * extraBits + 2 + ((x >> extraBits) & 1);
  const own = DISTANCES[symbol] as Token;
  return (
    (own & 0xffffff) |
    ((x & ((1 << extraBits) - 1)) << (own >>> 24)) |
    (((own >>> 24) + extraBits) << 24)
  );
}

/** In as few tokens as there can be. */
function toTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const token = LITERALS[text.charCodeAt(i)] as Token;
    const last = tokens.at(-1);
    const joined = last === undefined ? undefined : joinTokens(last, token);
    if (joined === undefined) tokens.push(token);
    else tokens[tokens.length - 1] = joined;
  }
  return tokens;
}
