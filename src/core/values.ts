// Conversions for values in a response. Each returns undefined for an invalid value.

/** E.164 allows 15 digits; the provider's test numbers may be longer. */
const NUMBER_DIGITS_MAX = 20;
/** Ample for the digits and any separators between them. */
const NUMBER_LENGTH_MAX = 60;
/** In code points. WhatsApp's own limit for display names is far lower. */
export const TEXT_LENGTH_MAX = 200;
/** The largest count or id that a double represents exactly. */
const COUNT_MAX = 2 ** 53;
/** Unix seconds in the year 5138. A larger value is in milliseconds or is not a time. */
const TIME_S_MAX = 100_000_000_000;

/** Nearly every number. */
const PLAIN_DIGITS = /^\d{1,20}$/;

/** The digits that identify a number, even if it is written as `+972 50-000-0001`. */
export function toDigits(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.length > NUMBER_LENGTH_MAX) return undefined;
  if (PLAIN_DIGITS.test(text)) return text;
  if (!/^\+?\d(?:[ \u00a0.()-]*\d)*$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  return digits.length <= NUMBER_DIGITS_MAX ? digits : undefined;
}

/** A count or an id: an integer from 0 to 2^53, or the same as a string of digits. */
export function toCount(value: unknown): number | undefined {
  // Compared as BigInt: Number would round 2^53 + 1 to 2^53.
  const isText =
    typeof value === 'string' && /^\d{1,16}$/.test(value) && BigInt(value) <= COUNT_MAX;
  const count = isText ? Number(value) : value;
  const isCount =
    Number.isInteger(count) && (count as number) >= 0 && (count as number) <= COUNT_MAX;
  // Adding 0 turns -0, which JSON allows, into 0.
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

/** Matches nearly every name: printable ASCII and Hebrew, which need no cleaning. */
const PLAIN_TEXT = /^[ -~\u05d0-\u05ea]*$/;
const BREAKS = '[\\t-\\r\\u0085\\u2028\\u2029]+';
const OUTER_BREAKS = new RegExp(`^${BREAKS}|${BREAKS}$`, 'g');
const INNER_BREAKS = new RegExp(BREAKS, 'g');

/**
 * Cleans free text for printing on one line: line breaks and tabs become a space; control characters
 * and lone surrogates are removed; the length is limited to TEXT_LENGTH_MAX code points. Format
 * characters stay, because emoji and Hebrew need joiners and direction marks.
 */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  if (value.length <= TEXT_LENGTH_MAX && PLAIN_TEXT.test(value)) return value;
  // Truncate generously first: the replacements below are expensive on long text.
  const near = value.slice(0, 4 * TEXT_LENGTH_MAX);
  const clean = near
    .replace(/(?![\t-\r\u0085])[\p{Cc}\p{Cs}]/gu, '')
    .replace(OUTER_BREAKS, '')
    .replace(INNER_BREAKS, ' ');
  if (clean.length <= TEXT_LENGTH_MAX) return clean;
  return Array.from(clean).slice(0, TEXT_LENGTH_MAX).join('');
}
