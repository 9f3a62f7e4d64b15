import { html, type Html } from './html.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Largest first; a unit is used from one and a half on. */
const UNITS = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', SECOND_MS],
] as const;

let cached: ReturnType<typeof createFormats> | undefined;

/** Created with the first page, because it would slow down the start. */
function formats(): ReturnType<typeof createFormats> {
  return (cached ??= createFormats());
}

function createFormats() {
  return {
    relative: new Intl.RelativeTimeFormat('en'),
    whole: new Intl.NumberFormat('en'),
    moment: new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'medium',
      timeStyle: 'medium',
      timeZone: 'UTC',
    }),
  };
}

/** `3 minutes ago`. Never in the future, even if the machine's clock was changed. */
export function ago(thenMs: number, nowMs: number): string {
  return relative(Math.min(0, thenMs - nowMs));
}

/** `in 18 seconds`. */
export function ahead(thenMs: number, nowMs: number): string {
  return relative(Math.max(0, thenMs - nowMs));
}

function relative(differenceMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(differenceMs) > 1.5 * ms) ?? UNITS[3];
  // For no difference this is -0, which reads `0 seconds ago`; 0 would read `in 0 seconds`.
  const units = Math.round(Math.abs(differenceMs) / unitMs);
  return formats().relative.format(differenceMs > 0 ? units : -units, unit);
}

/** A moment in UTC; the script converts it to the reader's time zone. */
export function moment(unixMs: number): Html {
  const iso = new Date(unixMs).toISOString();
  return html`<time datetime="${iso}">${formats().moment.format(unixMs)} UTC</time>`;
}

/** `1,234 numbers`. */
export function count(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;
}

export function whole(n: number): string {
  return formats().whole.format(n);
}
