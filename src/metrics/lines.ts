import {
  COPIES,
  COPY_MAX,
  COPY_MIN,
  END,
  HEAD,
  LITERALS,
  pushText,
  toDistance,
  toTokens,
} from './alphabet.ts';
import { crcOf, crcOfText, crcShift } from './crc.ts';
import type { Part } from './gzip.ts';
import { createBitWriter, toToken, type Token } from './huffman.ts';

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

/** How far back a copy can reach. */
const DISTANCE_MAX = 32_768;
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
