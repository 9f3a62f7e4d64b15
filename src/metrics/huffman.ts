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

/** Both as one; undefined where they have too many bits for that. */
export function joinTokens(a: Token, b: Token): Token | undefined {
  const [bitsOfA, bitsOfB] = [a >>> BITS, b >>> BITS];
  if (bitsOfA + bitsOfB > BITS) return undefined;
  return toToken((a & MASK) | ((b & MASK) << bitsOfA), bitsOfA + bitsOfB);
}

/** Writes the tokens, fills the last byte with zeros, and returns how many bytes there are. */
export function packTokens(tokens: Int32Array, count: number, out: Uint8Array): number {
  let used = 0;
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < count; i += 1) {
    const token = tokens[i] as Token;
    bits |= (token & MASK) << bitCount;
    bitCount += token >>> BITS;
    while (bitCount >= 8) {
      out[used] = bits;
      used += 1;
      bits >>>= 8;
      bitCount -= 8;
    }
  }
  if (bitCount === 0) return used;
  out[used] = bits;
  return used + 1;
}

/** For each symbol its code, by how often each comes: the more often, the shorter. */
export function createCode(weights: readonly number[]): readonly Token[] {
  const lengths = toLengths(weights);
  const codes: Token[] = [];
  // Codes of the same length count up, in the order of the symbols; the shorter come first.
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

/** Huffman: the two rarest become one, again and again, and their codes longer by one bit. */
function toLengths(weights: readonly number[]): readonly number[] {
  const lengths = weights.map(() => 0);
  const trees = weights.map((weight, symbol) => ({ weight, symbols: [symbol] }));
  while (trees.length > 1) {
    trees.sort((a, b) => b.weight - a.weight);
    const [a, b] = [trees.pop(), trees.pop()] as [(typeof trees)[0], (typeof trees)[0]];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    trees.push({ weight: a.weight + b.weight, symbols });
  }
  return lengths;
}

function reverse(bits: number, count: number): number {
  let reversed = 0;
  for (let i = 0; i < count; i += 1) reversed |= ((bits >> i) & 1) << (count - 1 - i);
  return reversed;
}

/** The order in which the lengths of the codes for lengths are sent. */
const REPEAT = 16;

/** The head of a block (not the last one) that uses these codes: RFC 1951, 3.2.7. */
export function renderCodes(literals: readonly Token[], distances: readonly Token[]): Token[] {
  // The lengths themselves are sent in a code of four bits for each of 1 to 15 and for a repetition.
  const lengthCodes = createCode(Array.from({ length: REPEAT }, () => 1));
  const lengthCode = (length: number) => lengthCodes[length - 1] as Token;
  const tokens = [
    toToken(0b100, 3),
    toToken(literals.length - 257, 5),
    toToken(distances.length - 1, 5),
    toToken(19 - 4, 4),
    // In the order 16, 17, 18, 0 and then 8, 7, 9, 6 ...: all but those of zeros.
    ...[4, 0, 0, 0, ...Array.from({ length: 15 }, () => 4)].map((bits) => toToken(bits, 3)),
  ];
  const lengths = [...literals, ...distances].map((token) => token >>> BITS);
  for (let i = 0; i < lengths.length;) {
    const length = lengths[i] as number;
    let run = 1;
    while (lengths[i + run] === length) run += 1;
    tokens.push(lengthCode(length));
    let rest = run - 1;
    for (; rest >= 3; rest -= Math.min(rest, 6)) {
      tokens.push(lengthCode(REPEAT), toToken(Math.min(rest, 6) - 3, 2));
    }
    i += run - rest;
  }
  return tokens;
}
