/** The limits of a figure for its value and its growth, with the reason. */
export interface Bound {
  readonly name: string;
  /** The unit and the decimals in which it is shown. */
  readonly unit: number;
  readonly digits: number;
  /** Slope of the second half, per month. */
  readonly growthMax: number;
  /** Of any sample in the second half. */
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

/** Checks the second half of a run against its limits; in the first half, compilers and caches settle. */
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
 * Growth per day: the median of the slopes between all pairs of points (Theil–Sen), which, unlike a
 * least-squares line, is not affected by single outliers.
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
