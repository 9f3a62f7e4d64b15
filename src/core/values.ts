// How values of a response are read. Each returns undefined for what makes no sense.

/** E.164 allows 15 digits; a little room for the provider's own test numbers. */
const NUMBER_DIGITS_MAX = 20;
/** Far more than the digits and whatever people put between them. */
const NUMBER_LENGTH_MAX = 60;
/** In code points. WhatsApp itself allows display names far shorter than this. */
export const TEXT_LENGTH_MAX = 200;
/** Counts and ids are exact integers only up to here. */
const COUNT_MAX = 2 ** 53;
/** Unix seconds of the year 5138. What is beyond was sent in milliseconds, or is no time at all. */
const TIME_S_MAX = 100_000_000_000;

/** The identity of a number: its digits, also where it is written as `+972 50-000-0001`. */
export function toDigits(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.length > NUMBER_LENGTH_MAX) return undefined;
  if (!/^\+?\d(?:[ \u00a0.()-]*\d)*$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  return digits.length <= NUMBER_DIGITS_MAX ? digits : undefined;
}

/** A count or an id: an integer from 0 to 2^53, or the same as a string of digits. */
export function toCount(value: unknown): number | undefined {
  // BigInt first: as a Number, 2^53 + 1 would already have been rounded to 2^53.
  const isText =
    typeof value === 'string' && /^\d{1,16}$/.test(value) && BigInt(value) <= COUNT_MAX;
  const count = isText ? Number(value) : value;
  const isCount =
    Number.isInteger(count) && (count as number) >= 0 && (count as number) <= COUNT_MAX;
  // Adding 0 turns the -0 that JSON can say into 0.
  return isCount ? (count as number) + 0 : undefined;
}

export function toUnixSeconds(value: unknown): number | undefined {
  const count = toCount(value);
  return count !== undefined && count < TIME_S_MAX ? count : undefined;
}

export function toFlag(value: unknown): 0 | 1 | undefined {
  if (value === 1 || value === '1' || value === true) return 1;
  if (value === 0 || value === '0' || value === false) return 0;
  return undefined;
}

/** Nearly every name: printable ASCII and Hebrew, of which nothing has to be taken away. */
const PLAIN_TEXT = /^[ -~\u05d0-\u05ea]*$/;
const BREAKS = '[\\t-\\r\\u0085\\u2028\\u2029]+';
const OUTER_BREAKS = new RegExp(`^${BREAKS}|${BREAKS}$`, 'g');
const INNER_BREAKS = new RegExp(BREAKS, 'g');

/**
 * Free text, made safe to print on one line: a space for a line break or tab, no control characters,
 * no half of a surrogate pair, at most TEXT_LENGTH_MAX code points. Format characters stay: emoji and
 * Hebrew need joiners and direction marks.
 */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  if (value.length <= TEXT_LENGTH_MAX && PLAIN_TEXT.test(value)) return value;
  // What lies far beyond the limit can be dropped before the costly part.
  const near = value.slice(0, 4 * TEXT_LENGTH_MAX);
  const clean = near
    .replace(/(?![\t-\r\u0085])[\p{Cc}\p{Cs}]/gu, '')
    .replace(OUTER_BREAKS, '')
    .replace(INNER_BREAKS, ' ');
  if (clean.length <= TEXT_LENGTH_MAX) return clean;
  return Array.from(clean).slice(0, TEXT_LENGTH_MAX).join('');
}
