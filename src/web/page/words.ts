import { html, type Html } from './html.ts';
import { en } from './texts/en.ts';
import { he } from './texts/he.ts';
import type { Language } from './query.ts';
import type { Texts } from './texts/texts.ts';

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

/** The texts of a language, and its way to write times. The script does the same in the reader's zone. */
export interface Words {
  readonly texts: Texts;
  /** `3 minutes ago`. Never in the future, even if the machine's clock was changed. */
  readonly ago: (thenMs: number, nowMs: number) => Html;
  /** `in 18 seconds`. */
  readonly ahead: (thenMs: number, nowMs: number) => Html;
  /** Date and time in UTC. */
  readonly moment: (unixMs: number) => Html;
  /** Without the year; the script shortens it to the time if it was today. */
  readonly recent: (unixMs: number) => Html;
}

const created = new Map<Language, Words>();

/** Created when first needed, because it would slow down the start. */
export function wordsOf(language: Language): Words {
  const words = created.get(language) ?? createWords({ en, he }[language]);
  created.set(language, words);
  return words;
}

function createWords(texts: Texts): Words {
  const { locale } = texts;
  const timeZone = 'UTC';
  const relative = new Intl.RelativeTimeFormat(locale);
  const full = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone,
  });
  const short = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  });

  const time = (unixMs: number, kind: string, text: string): Html =>
    html`<time class="${kind}" datetime="${new Date(unixMs).toISOString()}">${text}</time>`;
  const moment = (unixMs: number) => time(unixMs, 'moment', `${full.format(unixMs)} UTC`);
  /** The moment itself is for paper, and for readers without the script, where the age stands still. */
  const distance = (unixMs: number, kind: 'ago' | 'ahead', differenceMs: number) => {
    const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(differenceMs) > 1.5 * ms) ?? UNITS[3];
    // For no difference this is -0, which reads `0 seconds ago`; 0 would read `in 0 seconds`.
    const units = Math.round(Math.abs(differenceMs) / unitMs);
    const text = relative.format(differenceMs > 0 ? units : -units, unit);
    return html`${time(unixMs, kind, text)}<span class="at"> (${moment(unixMs)})</span>`;
  };
  return {
    texts,
    ago: (thenMs, nowMs) => distance(thenMs, 'ago', Math.min(0, thenMs - nowMs)),
    ahead: (thenMs, nowMs) => distance(thenMs, 'ahead', Math.max(0, thenMs - nowMs)),
    moment,
    recent: (unixMs) => time(unixMs, 'recent', `${short.format(unixMs)} UTC`),
  };
}
