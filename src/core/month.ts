/** When the provider's counts restart: on the first of the month, in its time zone. */
export interface MonthSettings {
  /** IANA name. */
  readonly timezone: string;
  /** Milliseconds after midnight on the first, in local time. */
  readonly startsAtMs: number;
}

/** As documented by the provider. */
export const PROVIDER_MONTH: MonthSettings = {
  timezone: 'Asia/Jerusalem',
  startsAtMs: 4 * 3_600_000,
};

/** A month of the provider, in Unix milliseconds; `endMs` is the start of the next. */
export interface Month {
  readonly startMs: number;
  readonly endMs: number;
}

/** The month that contains an instant. Throws a RangeError for an unknown time zone. */
export function monthOf(unixMs: number, settings: MonthSettings): Month {
  const local = new Date(toWallClock(unixMs, settings.timezone));
  const startOf = (offset: number) =>
    toUnixMs(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + offset), settings);
  const first = startOf(0);
  return unixMs < first
    ? { startMs: startOf(-1), endMs: first }
    : { startMs: first, endMs: startOf(1) };
}

/** When the month starts whose first day begins at `midnightMs`, local time written as if it were UTC. */
function toUnixMs(midnightMs: number, { timezone, startsAtMs }: MonthSettings): number {
  const wallMs = midnightMs + startsAtMs;
  // The second conversion corrects the first if daylight saving time starts or ends in between.
  const nearMs = 2 * wallMs - toWallClock(wallMs, timezone);
  return nearMs + wallMs - toWallClock(nearMs, timezone);
}

/** Local time at an instant, written as if it were UTC; to the second. */
function toWallClock(unixMs: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of calendarOf(timezone).formatToParts(unixMs)) {
    parts[type] = Number(value);
  }
  const { year = 0, month = 0, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** By time zone; a configuration has one. Cached because creating one takes longer than a small poll. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timezone: string): Intl.DateTimeFormat {
  const cached = calendars.get(timezone);
  if (cached !== undefined) return cached;
  const calendar = new Intl.DateTimeFormat('en-u-ca-iso8601-hc-h23', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  calendars.set(timezone, calendar);
  return calendar;
}
