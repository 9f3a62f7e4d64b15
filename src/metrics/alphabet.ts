import {
  createCode,
  fitTogether,
  joinTokens,
  renderCodes,
  toToken,
  type Token,
} from './huffman.ts';

// The symbols of deflated data (RFC 1951, 3.2.5), in a code that is made for lines of metrics.

/** Ends a block of deflated data. */
export const END = 256;
/** How long a copy can be. */
export const COPY_MIN = 3;
export const COPY_MAX = 258;

/** How often each symbol comes in a thousand lines or so; those that do not are for the first line. */
export const LITERALS = createCode(
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
export const HEAD = renderCodes(LITERALS, DISTANCES);

/** By length, from COPY_MIN to COPY_MAX. */
export const COPIES = Array.from({ length: COPY_MAX + 1 }, (_, length): Token => {
  if (length < COPY_MIN) return 0;
  if (length === COPY_MAX) return LITERALS[285] as Token;
  const x = length - COPY_MIN;
  const extraBits = x < 8 ? 0 : 29 - Math.clz32(x);
  const symbol = x < 8 ? 257 + x : 261 + 4 * extraBits + ((x >> extraBits) & 3);
  return withExtra(LITERALS[symbol] as Token, x, extraBits);
});

export function toDistance(distance: number): Token {
  const x = distance - 1;
  const extraBits = x < 4 ? 0 : 30 - Math.clz32(x);
  const symbol = x < 4 ? x : 2 * extraBits + 2 + ((x >> extraBits) & 1);
  return withExtra(DISTANCES[symbol] as Token, x, extraBits);
}

/** What tells apart what has the same symbol follows it. */
function withExtra(symbol: Token, x: number, extraBits: number): Token {
  return joinTokens(symbol, toToken(x & ((1 << extraBits) - 1), extraBits));
}

export function toTokens(text: string): Token[] {
  const tokens: Token[] = [];
  pushText(tokens, text, 0);
  return tokens;
}

/** In as few tokens as possible. */
export function pushText(tokens: Token[], text: string, from: number): void {
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
