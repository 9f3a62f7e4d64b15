/** A calendar month in some time zone, in Unix milliseconds; `endMs` is the first of the next. */
export interface Month {
  readonly startMs: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;
/** Longer than any month, even one that a change of the clocks or of the zone makes longer. */
const MONTH_MS_MAX = 33 * DAY_MS;

/**
 * The calendar month that holds an instant, as people in `timezone` (an IANA name) count it. Found
 * by bisection over what the calendar itself says, so that no rule about clock changes is repeated
 * here. Throws a RangeError for an unknown zone.
 */
export function monthOf(unixMs: number, timezone: string): Month {
  const calendar = calendarOf(timezone);
  const month = calendar.format(unixMs);
  const isWithin = (ms: number) => calendar.format(ms) === month;
  return {
    startMs: bisect(unixMs - MONTH_MS_MAX, unixMs, (ms) => !isWithin(ms)),
    endMs: bisect(unixMs, unixMs + MONTH_MS_MAX, isWithin),
  };
}

/** The least integer in (low, high] for which `holds` no longer holds; neither end is asked about. */
function bisect(low: number, high: number, holds: (ms: number) => boolean): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Whether the month turned between two instants in `timezone`, where both ends are only known to lie
 * within `marginMs` of what they say: `possible` where it may have, `certain` where it must have.
 */
export function monthTurn(
  fromMs: number,
  toMs: number,
  marginMs: number,
  timezone: string,
): 'none' | 'possible' | 'certain' {
  const calendar = calendarOf(timezone);
  const differ = (a: number, b: number) => calendar.format(a) !== calendar.format(b);
  if (!differ(fromMs - marginMs, toMs + marginMs)) return 'none';
  const isLonger = fromMs + marginMs < toMs - marginMs;
  return isLonger && differ(fromMs + marginMs, toMs - marginMs) ? 'certain' : 'possible';
}

/** By time zone, of which a configuration has one. To make one takes longer than a small poll. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timezone: string): Intl.DateTimeFormat {
  const known = calendars.get(timezone);
  if (known !== undefined) return known;
  const calendar = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
  });
  calendars.set(timezone, calendar);
  return calendar;
}
