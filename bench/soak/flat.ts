/** A figure of the soak: what it may be and by how much it may grow, with the reason. */
export interface Bound {
  readonly name: string;
  /** What it is told in, and with how many digits behind the point. */
  readonly unit: number;
  readonly digits: number;
  /** By the slope of the second half, a month. */
  readonly growthMax: number;
  /** At any sample of the second half. */
  readonly max: number;
  readonly why: string;
}

export interface Point {
  readonly day: number;
  readonly value: number;
}

export interface Verdict {
  readonly holds: boolean;
  readonly cells: readonly string[];
}

const MONTH_DAYS = 30;

/** Holds the second half of a run against a bound; the first is for compilers and caches to settle. */
export function judge(bound: Bound, points: readonly Point[]): Verdict {
  const scaled = points.map(({ day, value }) => ({ day, value: value / bound.unit }));
  const first = scaled.slice(0, scaled.length / 2);
  const second = scaled.slice(scaled.length / 2);
  const growth = slope(second) * MONTH_DAYS;
  const highest = Math.max(...second.map(({ value }) => value));
  const show = (value: number) => value.toFixed(bound.digits);
  const medians = [first, second].map((half) => show(median(half.map(({ value }) => value))));
  return {
    holds: growth <= bound.growthMax && highest <= bound.max,
    cells: [
      bound.name,
      ...medians,
      `${show(highest)} (${bound.max})`,
      `${growth < 0 ? '−' : '+'}${show(Math.abs(growth))} (${bound.growthMax})`,
    ],
  };
}

/**
 * A day's growth: the median of the slopes between all pairs (Theil and Sen). A single sample that is
 * out of line does not tilt it, as it would a least-squares line.
 */
function slope(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).map((b) => (b.value - a.value) / (b.day - a.day)),
  );
  return median(slopes);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
