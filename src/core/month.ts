/** When the provider's counts restart: on the first of a month, in its zone. */
export interface MonthSettings {
  /** An IANA name. */
  readonly timezone: string;
  /** Since midnight on the first, by the wall clock. */
  readonly startsAtMs: number;
}

/** As the provider documents it. */
export const PROVIDER_MONTH: MonthSettings = {
  timezone: 'Asia/Jerusalem',
  startsAtMs: 4 * 3_600_000,
};

/** A month of the provider, in Unix milliseconds; `endMs` is the start of the next. */
export interface Month {
  readonly startMs: number;
  readonly endMs: number;
}

/** The month that holds an instant. Throws a RangeError for an unknown zone. */
export function monthOf(unixMs: number, settings: MonthSettings): Month {
  const local = new Date(toWallClock(unixMs, settings.timezone));
  const startOf = (offset: number) =>
    toUnixMs(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + offset), settings);
  const first = startOf(0);
  return unixMs < first
    ? { startMs: startOf(-1), endMs: first }
    : { startMs: first, endMs: startOf(1) };
}

/** When the month starts that has this midnight of its first, which is given as if it were UTC. */
function toUnixMs(midnightMs: number, { timezone, startsAtMs }: MonthSettings): number {
  const wallMs = midnightMs + startsAtMs;
  // The second look corrects the first where the clocks change in between.
  const nearMs = 2 * wallMs - toWallClock(wallMs, timezone);
  return nearMs + wallMs - toWallClock(nearMs, timezone);
}

/** What a clock on the wall shows at an instant, as if it were UTC; to the second. */
function toWallClock(unixMs: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of calendarOf(timezone).formatToParts(unixMs)) {
    parts[type] = Number(value);
  }
  const { year = 0, month = 0, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** By time zone, of which a configuration has one. To make one takes longer than a small poll. */
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
