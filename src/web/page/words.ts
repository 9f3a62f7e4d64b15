import { html, type Html } from './html.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The largest unit of which there is more than one and a half. */
const UNITS = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', SECOND_MS],
] as const;

let known: ReturnType<typeof createFormats> | undefined;

/** Made with the first page: at the start they would take as long as much of the rest. */
function formats(): ReturnType<typeof createFormats> {
  return (known ??= createFormats());
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

/** `3 minutes ago`. Never in the future, whatever the machine's clock has done. */
export function ago(thenMs: number, nowMs: number): string {
  return relative(Math.min(0, thenMs - nowMs));
}

/** `in 18 seconds`. */
export function ahead(thenMs: number, nowMs: number): string {
  return relative(Math.max(0, thenMs - nowMs));
}

function relative(differenceMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(differenceMs) > 1.5 * ms) ?? UNITS[3];
  // Without a difference -0, which reads `0 seconds ago`; 0 would read `in 0 seconds`.
  const units = Math.round(Math.abs(differenceMs) / unitMs);
  return formats().relative.format(differenceMs > 0 ? units : -units, unit);
}

/** A moment in UTC; the script of the page puts it into the reader's time zone. */
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
