/**
 * Weeks of synthetic traffic for promtool's unit tests, one evaluation every two hours: WhatsAppNumberSilent and
 * WhatsAppMarketingSpike compare with previous weeks, and nobody can review 800 values by hand.
 * Day 0 is a Sunday; Friday ends at 14:00, Saturday is free.
 */
const DAY = 24;
/** Hours between two evaluations of the rules. */
export const STEP = 2;

/** Conversations in the hour that begins at `hour`, counted from the start of the test. */
export type Traffic = (hour: number) => number;

/** The sample that Prometheus has at `hour`; undefined if there is none. */
type Values = (hour: number) => number | undefined;

export interface Series {
  readonly series: string;
  readonly values: Values;
}

export interface Case {
  /** What the case is about; the account label of its series. */
  readonly name: string;
  readonly series: readonly Series[];
  /** Hours, even ones, at which the alert fires for number 1, and at which it does not. */
  readonly firing: readonly number[];
  readonly silent: readonly number[];
}

export const at = (day: number, hour: number): number => day * DAY + hour;
export const dayOf = (hour: number): number => Math.floor(hour / DAY);

function isOpen(hour: number): boolean {
  const weekday = dayOf(hour) % 7;
  const ofDay = hour % DAY;
  if (weekday === 6) return false;
  return ofDay >= 8 && ofDay < (weekday === 5 ? 14 : 20);
}

/** A business that has `perHour` conversations in each of its hours. */
export const business =
  (perHour: number): Traffic =>
  (hour) =>
    isOpen(hour) ? perHour : 0;

/** The traffic, replaced by `other` for some hours. */
export const except =
  (traffic: Traffic, from: number, until: number, other: Traffic = () => 0): Traffic =>
  (hour) =>
    hour >= from && hour < until ? other(hour) : traffic(hour);

/** A counter of the traffic that starts at `from` and resets to 0 at each restart. */
export const counter =
  (traffic: Traffic, { from = 0, restarts = [] as readonly number[] } = {}): Values =>
  (hour) => {
    if (hour < from) return undefined;
    const born = Math.max(from, ...restarts.filter((restart) => restart <= hour));
    let sum = 0;
    for (let passed = born; passed < hour; passed++) {
      sum += traffic(passed) * Math.min(1, hour - passed);
    }
    return sum;
  };

/** The values without those of some hours, in which nothing was scraped. */
export const gap =
  (values: Values, from: number, until = Infinity): Values =>
  (hour) =>
    hour >= from && hour < until ? undefined : values(hour);

/** The values, repeated for some hours: nothing is new while the provider fails. */
export const frozen =
  (values: Values, from: number, until: number): Values =>
  (hour) =>
    values(hour >= from && hour < until ? from - 1 : hour);

/** In promtool's notation, with runs of the same step joined. */
export function renderValues(values: Values, hours: number, step: number): string {
  const samples = Array.from({ length: hours / step + 1 }, (_, index) => values(index * step));
  const parts: string[] = [];
  for (let start = 0, end = 1; start < samples.length; start = end++) {
    const rise = riseAt(samples, start);
    while (rise !== undefined && riseAt(samples, end) === rise) end++;
    if (rise === undefined) parts.push(`${samples[start] ?? '_'}`);
    else parts.push(`${samples[start]}${rise < 0 ? '' : '+'}${rise}x${end++ - start}`);
  }
  return parts.join(' ').replaceAll(/_(?: _)+/g, (run) => `_x${(run.length + 1) / 2}`);
}

/** From one sample to the next; undefined where one of them is missing. */
function riseAt(samples: readonly (number | undefined)[], index: number): number | undefined {
  const [here, next] = [samples[index], samples[index + 1]];
  return here === undefined || next === undefined ? undefined : next - here;
}
