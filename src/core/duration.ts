const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/**
 * Reads a duration in Prometheus' way: `90s`, `5m`, `1h30m`; hours, minutes and seconds, each at
 * most once and in that order. Returns milliseconds, or undefined where it is none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(?=\d)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null) return undefined;
  const [, h, m, s] = match;
  return Number(h ?? 0) * UNIT_MS.h + Number(m ?? 0) * UNIT_MS.m + Number(s ?? 0) * UNIT_MS.s;
}

/** The shortest way to write a duration that `parseDuration` reads: 5400000 -> `1h30m`. */
export function formatDuration(ms: number): string {
  const s = Math.round(ms / UNIT_MS.s);
  const parts = [
    [Math.floor(s / 3600), 'h'],
    [Math.floor((s % 3600) / 60), 'm'],
    [s % 60, 's'],
  ] as const;
  return parts.flatMap(([n, unit]) => (n > 0 ? `${n}${unit}` : [])).join('') || '0s';
}
