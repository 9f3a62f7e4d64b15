const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/**
 * Parses a duration as Prometheus writes it: `90s`, `5m`, `1h30m`. Hours, minutes and seconds appear
 * at most once and in that order. Returns milliseconds, or undefined if the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(?=\d)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null) return undefined;
  const [, h, m, s] = match;
  return Number(h ?? 0) * UNIT_MS.h + Number(m ?? 0) * UNIT_MS.m + Number(s ?? 0) * UNIT_MS.s;
}

/** The shortest text that `parseDuration` reads back: 5400000 -> `1h30m`. */
export function formatDuration(ms: number): string {
  const s = Math.round(ms / UNIT_MS.s);
  const parts = [
    [Math.floor(s / 3600), 'h'],
    [Math.floor((s % 3600) / 60), 'm'],
    [s % 60, 's'],
  ] as const;
  return parts.flatMap(([n, unit]) => (n > 0 ? `${n}${unit}` : [])).join('') || '0s';
}
