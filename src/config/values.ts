import { parseDuration } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import { invalid } from './problems.ts';

// How the text of a setting is read. All throw InvalidValue, whose message never repeats the text.

/** Whoever finds the key finds the numbers too: there are few enough to hash them all. */
const HASH_KEY_LENGTH_MIN = 16;

/** Of a file without the line break that editors leave at the end. */
export function parseHashKey(text: string): Secret {
  const key = text.replace(/\r?\n$/, '');
  if (/[^\x20-\x7e]/.test(key)) invalid('holds a line break or a character outside ASCII');
  return key.length >= HASH_KEY_LENGTH_MIN
    ? new Secret(key)
    : invalid(`must have ${HASH_KEY_LENGTH_MIN} characters or more`);
}

export function parseBoolean(text: string): boolean {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : invalid('must be true, false, 1 or 0');
}

/** Plain segments only: routers read `:` and `*` as patterns, clients resolve `.` and `..`. */
export function parseTelemetryPath(text: string): string {
  const kept = KEPT_PATHS.find((folder) => text.startsWith(folder));
  if (kept !== undefined) invalid(`lies under ${kept}, which is kept for other endpoints`);
  if (OWN_PATHS.includes(text)) invalid('is the path of another endpoint');
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text)
    ? text
    : invalid('must begin with / and hold only letters, digits and . _ ~ - between slashes');
}

const KEPT_PATHS = ['/-/', '/api/'];
const OWN_PATHS = ['/', '/sd'];

const DURATION_MS_MAX = 2 ** 31 - 1; // Node fires a longer timer at once.

export function parsePositiveDuration(text: string): number {
  const ms = parseDuration(text) ?? invalid('is not a duration; write 90s, 5m or 1h30m');
  if (ms === 0) invalid('must be more than zero');
  return ms <= DURATION_MS_MAX ? ms : invalid('is longer than 24 days');
}

/** A time of day such as 04:00, in milliseconds since midnight. */
export function parseTimeOfDay(text: string): number {
  const [, hours, minutes] =
    /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ??
    invalid('is not a time of day; write hours and minutes from 00:00 to 23:59, such as 04:00');
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

export function formatTimeOfDay(ms: number): string {
  const minutes = ms / 60_000;
  return [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** Where the provider is. */
export const PROVIDER_TIMEZONE = 'Asia/Jerusalem';

export function parseTimezone(text: string): string {
  // To ask takes a tenth of the time in which the program starts.
  if (text === PROVIDER_TIMEZONE) return text;
  // Newer Node versions also take offsets such as +02:00, which know no daylight saving.
  if (!/^[A-Za-z]/.test(text)) invalid('is not a known IANA time zone');
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    invalid('is not a known IANA time zone');
  }
  return text;
}

export function parseChoice<const T extends string>(choices: readonly T[], text: string): T {
  return (
    choices.find((choice) => choice === text) ?? invalid(`must be one of ${choices.join(', ')}`)
  );
}
