/**
 * Some bits to be sent, the lowest first: up to 24 of them, and above these how many they are. Tokens
 * that follow each other can be made one.
 */
export type Token = number;

const BITS = 24;
const MASK = 2 ** BITS - 1;

export function toToken(bits: number, count: number): Token {
  return bits | (count << BITS);
}

export function fitTogether(a: Token, b: Token): boolean {
  return (a >>> BITS) + (b >>> BITS) <= BITS;
}

/** Both as one; only of what fits. */
export function joinTokens(a: Token, b: Token): Token {
  const bitsOfA = a >>> BITS;
  return toToken((a & MASK) | ((b & MASK) << bitsOfA), bitsOfA + (b >>> BITS));
}

export interface BitWriter {
  /** Takes the first so many of the tokens. */
  write(tokens: Int32Array, count: number): void;
  /** All that was written since the last time, the last byte filled with zeros, and these bytes. */
  end(behind: readonly number[]): Uint8Array;
}

export function createBitWriter(): BitWriter {
  // Memory that is used again: to get and give back as much for each block takes longer.
  let out = new Uint8Array(64 * 1024);
  let used = 0;
  // Bits that do not fill a byte yet.
  let restBits = 0;
  let restCount = 0;
  return {
    write(tokens, count) {
      const roomNeeded = used + (count * BITS) / 8 + 1;
      if (roomNeeded > out.length) {
        const larger = new Uint8Array(2 * roomNeeded);
        larger.set(out.subarray(0, used));
        out = larger;
      }
      let [at, bits, bitCount] = [used, restBits, restCount];
      for (let i = 0; i < count; i += 1) {
        const token = tokens[i] as Token;
        bits |= (token & MASK) << bitCount;
        bitCount += token >>> BITS;
        while (bitCount >= 8) {
          out[at] = bits;
          at += 1;
          bits >>>= 8;
          bitCount -= 8;
        }
      }
      [used, restBits, restCount] = [at, bits, bitCount];
    },
    end(behind) {
      const length = used + Math.ceil(restCount / 8);
      const bytes = new Uint8Array(length + behind.length);
      bytes.set(out.subarray(0, used));
      if (length > used) bytes[used] = restBits;
      bytes.set(behind, length);
      [used, restBits, restCount] = [0, 0, 0];
      return bytes;
    },
  };
}

/** For each symbol its code, by how often each comes: the more often, the shorter. */
export function createCode(weights: readonly number[]): readonly Token[] {
  const lengths = toLengths(weights);
  const codes: Token[] = [];
  // Codes of one length count up, in the order of their symbols; the shorter come first.
  let next = 0;
  for (let length = 1; length <= LENGTH_MAX; length += 1) {
    next *= 2;
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      codes[symbol] = toToken(reverse(next, length), length);
      next += 1;
    }
  }
  return codes;
}

const LENGTH_MAX = 15;

/** Huffman: the two rarest become one, again and again, and their codes longer by a bit. */
function toLengths(weights: readonly number[]): readonly number[] {
  const lengths = weights.map(() => 0);
  const trees = weights.map((weight, symbol) => ({ weight, symbols: [symbol] }));
  for (;;) {
    trees.sort((a, b) => b.weight - a.weight);
    const [a, b] = [trees.pop(), trees.pop()];
    if (a === undefined || b === undefined) return lengths;
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    trees.push({ weight: a.weight + b.weight, symbols });
  }
}

function reverse(bits: number, count: number): number {
  let reversed = 0;
  for (let i = 0; i < count; i += 1) reversed |= ((bits >> i) & 1) << (count - 1 - i);
  return reversed;
}

/** Says that the length before is repeated 3 to 6 times. */
const REPEAT = 16;

/** The head of a block of deflated data, not the last one, with these codes: RFC 1951, 3.2.7. */
export function renderCodes(literals: readonly Token[], distances: readonly Token[]): Token[] {
  // Told are the lengths of the codes, in a code of their own: four bits for 1 to 15 and for REPEAT.
  const lengthCodes = createCode(Array.from({ length: REPEAT }, () => 1));
  const lengthCode = (length: number) => lengthCodes[length - 1] as Token;
  const tokens = [
    toToken(0b100, 3),
    toToken(literals.length - 257, 5),
    toToken(distances.length - 1, 5),
    toToken(15, 4),
    // How long those codes are, in the order 16, 17, 18, 0, and the rest.
    ...[4, 0, 0, 0, ...Array.from({ length: 15 }, () => 4)].map((length) => toToken(length, 3)),
  ];
  const lengths = [...literals, ...distances].map((token) => token >>> BITS);
  for (let i = 0; i < lengths.length;) {
    const length = lengths[i] as number;
    tokens.push(lengthCode(length));
    i += 1;
    for (let run = runOf(lengths, i, length); run >= 3; run = runOf(lengths, i, length)) {
      tokens.push(lengthCode(REPEAT), toToken(run - 3, 2));
      i += run;
    }
  }
  return tokens;
}

/** How many of the next six are this length. */
function runOf(lengths: readonly number[], from: number, length: number): number {
  const end = lengths.findIndex((other, i) => i >= from && (other !== length || i === from + 6));
  return (end === -1 ? lengths.length : end) - from;
}
