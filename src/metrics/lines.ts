import { CRC_STEP, crcShift } from './crc.ts';
import type { Part } from './gzip.ts';
import {
  createBitWriter,
  createCode,
  fitTogether,
  joinTokens,
  renderCodes,
  toToken,
  type Token,
} from './huffman.ts';

/**
 * The hot path. Deflates lines of text (RFC 1951) that differ from the ones before in a few digits,
 * without the text ever being there: since it is known what comes again, nothing has to be searched
 * for, which is where a compressor spends its time. Nor is the checksum made of every character: what
 * a stretch that comes again does to it is known as well.
 */
export interface LineDeflater {
  /** For each of the keys one of each of the lines, whose value is NaN where there is none. */
  deflate(lines: readonly Line[], keys: Keys, values: readonly Float64Array[]): Part;
}

/** A line is `prefix`, a key, `suffix` and a value. */
export interface Line {
  readonly prefix: Stretch;
  readonly suffix: Stretch;
}

export function createLine(prefix: string, suffix: string): Line {
  return { prefix: toStretch(prefix), suffix: toStretch(suffix) };
}

/** Text that comes again and again: with what it makes of the state of a running checksum. */
interface Stretch {
  readonly bytes: Uint8Array;
  readonly shift: Int32Array;
  readonly crc: number;
}

function toStretch(text: string): Stretch {
  const bytes = Buffer.from(text);
  return { bytes, shift: crcShift(bytes.length), crc: crcOf(0, bytes) };
}

function crcOf(state: number, bytes: Uint8Array): number {
  let crc = state;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ byte) & 0xff] as number);
  return crc;
}

/** The keys of a block of lines: ASCII, mostly digits. */
export interface Keys {
  readonly texts: readonly string[];
  /** Of each, what it adds to the state of a running checksum. */
  readonly crcs: Int32Array;
  /** How much each has in common with the one before, and the tokens of the rest of it. */
  readonly common: Uint8Array;
  readonly rests: Int32Array;
  /** The rest of one begins here and ends where the next begins. */
  readonly restAt: Int32Array;
}

export function createKeys(texts: readonly string[]): Keys {
  const common = new Uint8Array(texts.length);
  const crcs = new Int32Array(texts.length);
  const restAt = new Int32Array(texts.length + 1);
  const rests: Token[] = [];
  let before = '';
  texts.forEach((text, i) => {
    let same = 0;
    while (same < text.length && text.charCodeAt(same) === before.charCodeAt(same)) same += 1;
    common[i] = same;
    pushText(rests, text, same);
    restAt[i + 1] = rests.length;
    crcs[i] = crcOfText(0, text);
    before = text;
  });
  return { texts, crcs, common, rests: Int32Array.from(rests), restAt };
}

function crcOfText(state: number, text: string): number {
  let crc = state;
  for (let i = 0; i < text.length; i += 1) {
    crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ text.charCodeAt(i)) & 0xff] as number);
  }
  return crc;
}

/** How far back a copy can reach, and how long it can be. */
const DISTANCE_MAX = 32_768;
const COPY_MIN = 3;
const COPY_MAX = 258;
/** So many tokens at most wait to be written: they fit into the cache of a processor. */
const TOKENS_MAX = 8_192;
/** More tokens than a key, a value and the copies of a line have. */
const LINE_ROOM = 64;

export function createLineDeflater(): LineDeflater {
  const writer = createBitWriter();
  let tokens = new Int32Array(0);
  let count = 0;
  // Of the text so far: the state of its checksum, which is kept inverted, and its length.
  let crc = -1;
  let position = 0;
  // A copy that may still grow.
  let copied = 0;
  let distance = 1;

  function begin(lines: readonly Line[]): void {
    const longest = Math.max(
      ...lines.map((line) => line.prefix.bytes.length + line.suffix.bytes.length),
    );
    const room = TOKENS_MAX + HEAD.length + lines.length * (longest + LINE_ROOM);
    if (tokens.length < room) tokens = new Int32Array(room);
    tokens.set(HEAD);
    count = HEAD.length;
    [crc, position, copied, distance] = [-1, 0, 0, 1];
  }

  function end(): Part {
    endCopy();
    tokens[count] = LITERALS[END] as Token;
    // An empty stored block, which ends on a byte.
    tokens[count + 1] = toToken(0, 3);
    writer.write(tokens, count + 2);
    return { deflated: writer.end([0, 0, 0xff, 0xff]), crc: ~crc >>> 0, length: position };
  }

  function endCopy(): void {
    while (copied > 0) {
      // What is left over must not be too little for a copy of its own.
      const length = copied <= COPY_MAX ? copied : Math.min(COPY_MAX, copied - COPY_MIN);
      tokens[count] = COPIES[length] as Token;
      tokens[count + 1] = toDistance(distance);
      count += 2;
      copied -= length;
    }
  }

  function pass(length: number, shift: Int32Array, own: number): void {
    position += length;
    crc =
      (shift[crc & 0xff] as number) ^
      (shift[0x100 | ((crc >>> 8) & 0xff)] as number) ^
      (shift[0x200 | ((crc >>> 16) & 0xff)] as number) ^
      (shift[0x300 | (crc >>> 24)] as number) ^
      own;
  }

  /** What stands at this position already. */
  function repeat({ bytes, shift, crc: own }: Stretch, at: number): void {
    if (position - at !== distance) {
      endCopy();
      distance = position - at;
    }
    copied += bytes.length;
    pass(bytes.length, shift, own);
  }

  function write({ bytes, shift, crc: own }: Stretch): void {
    endCopy();
    for (const byte of bytes) {
      tokens[count] = LITERALS[byte] as Token;
      count += 1;
    }
    pass(bytes.length, shift, own);
  }

  function put(some: ArrayLike<Token>, from: number, to: number): void {
    endCopy();
    for (let i = from; i < to; i += 1) {
      tokens[count] = some[i] as Token;
      count += 1;
    }
  }

  /** One line; `last` is the one before it of the same shape, and becomes this one. */
  function append(line: Line, keys: Keys, i: number, values: Float64Array, last: Last): void {
    const { prefix, suffix } = line;
    const key = keys.texts[i] as string;
    const isLike = last.index === i - 1 && position - last.lineAt <= DISTANCE_MAX;
    const lineAt = position;
    if (isLike) {
      repeat(prefix, last.lineAt);
      copied += keys.common[i] as number;
      put(keys.rests, keys.restAt[i] as number, keys.restAt[i + 1] as number);
    } else {
      write(prefix);
      const whole = toTokens(key);
      put(whole, 0, whole.length);
    }
    pass(key.length, crcShift(key.length), keys.crcs[i] as number);
    const suffixAt = position;
    if (isLike) repeat(suffix, last.suffixAt);
    else write(suffix);
    const value = values[i] as number;
    const { text, tokens: ofText } = toText(value);
    if (isLike && value === values[i - 1]) copied += text.length;
    else put(ofText, 0, ofText.length);
    position += text.length;
    crc = crcOfText(crc, text);
    last.index = i;
    last.lineAt = lineAt;
    last.suffixAt = suffixAt;
  }

  return {
    deflate(lines, keys, values) {
      begin(lines);
      const lasts = lines.map((): Last => ({ index: -2, lineAt: 0, suffixAt: 0 }));
      for (let i = 0; i < keys.texts.length; i += 1) {
        for (let j = 0; j < lines.length; j += 1) {
          const ofLine = values[j] as Float64Array;
          if (Number.isNaN(ofLine[i])) continue;
          append(lines[j] as Line, keys, i, ofLine, lasts[j] as Last);
        }
        if (count > TOKENS_MAX) {
          writer.write(tokens, count);
          count = 0;
        }
      }
      return end();
    },
  };
}

/** A line: that of which key it is, and where it and its suffix begin. */
interface Last {
  index: number;
  lineAt: number;
  suffixAt: number;
}

interface Text {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Most counts are small: their texts are made once. */
const SMALL_MAX = 10_000;
const SMALL: Text[] = [];

function toText(value: number): Text {
  const known = value < SMALL_MAX ? SMALL[value] : undefined;
  if (known !== undefined) return known;
  const text = String(value);
  const made = { text, tokens: toTokens(text) };
  if (value < SMALL_MAX) SMALL[value] = made;
  return made;
}

const END = 256;

/** How often each symbol comes in a thousand lines or so; those that do not are for the first line. */
const LITERALS = createCode(
  Array.from({ length: 286 }, (_, symbol) => {
    if (symbol < END) return weightOf(String.fromCharCode(symbol));
    if (symbol === 257) return 400;
    if (symbol >= 273 && symbol < 282) return 120;
    if (symbol >= 267 && symbol < 273) return 50;
    return 10;
  }),
);

/** Keys and values are digits; numbers that must not be shown, hexadecimal ones. */
function weightOf(character: string): number {
  if (/[0-9]/.test(character)) return 1_100;
  return /[a-f]/.test(character) ? 20 : 1;
}

/** Nearly all lines are 50 to 150 characters long; some have three of a kind. */
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
  return withExtra(LITERALS[symbol] as Token, x, extraBits);
});

function toDistance(distance: number): Token {
  const x = distance - 1;
  const extraBits = x < 4 ? 0 : 30 - Math.clz32(x);
  const symbol = x < 4 ? x : 2 * extraBits + 2 + ((x >> extraBits) & 1);
  return withExtra(DISTANCES[symbol] as Token, x, extraBits);
}

/** What tells apart what has the same symbol follows it. */
function withExtra(symbol: Token, x: number, extraBits: number): Token {
  return joinTokens(symbol, toToken(x & ((1 << extraBits) - 1), extraBits));
}

function toTokens(text: string): Token[] {
  const tokens: Token[] = [];
  pushText(tokens, text, 0);
  return tokens;
}

/** In as few tokens as possible. */
function pushText(tokens: Token[], text: string, from: number): void {
  let open: Token = 0;
  for (let i = from; i < text.length; i += 1) {
    const next = LITERALS[text.charCodeAt(i)] as Token;
    if (fitTogether(open, next)) open = joinTokens(open, next);
    else {
      tokens.push(open);
      open = next;
    }
  }
  if (from < text.length) tokens.push(open);
}
