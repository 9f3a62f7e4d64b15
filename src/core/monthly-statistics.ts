import { field } from './fields.ts';
import { createListParser } from './list.ts';
import { monthOf, type Month, type MonthSettings } from './month.ts';
import type { Category } from './snapshot.ts';
import { toCount } from './values.ts';

const DAY_MS = 86_400_000;
/** Ten years. The provider's statistics begin with December 2024. */
export const MONTHS_MAX = 120;
/** The complete months with series: the same month of last year, and every month since. */
export const COMPLETE_MONTHS = 13;

/** The counts of one month; a missing or invalid count is undefined. */
export interface MonthStatistics extends Readonly<Record<Category, number | undefined>> {
  /** Such as 2026-10. */
  readonly month: string;
}

/** Parses the response of `GET /whatsapp/getConversationsStatistics`. */
export const parseMonthlyStatistics = createListParser<MonthStatistics>({
  fields: {
    month: field('monthYear', toMonth),
    marketing: field('totalMarketing', toCount),
    service: field('totalService', toCount),
    incoming: field('totalIncoming', toCount),
  },
  identity: ['month'],
  ignored: { top: ['totalWhatsApp', 'whatsapp'], entry: ['totalConversations'] },
  max: MONTHS_MAX,
});

/** From `mmyyyy`; as a number it lacks a leading zero. */
function toMonth(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value).padStart(6, '0') : value;
  if (typeof text !== 'string' || !/^(?:0[1-9]|1[0-2])20\d\d$/.test(text)) return undefined;
  return `${text.slice(2)}-${text.slice(0, 2)}`;
}

/**
 * The last complete months before the current one, `max` at most, from the oldest. The provider does not
 * document whether the current month is in its statistics.
 */
export function completeMonths(
  list: readonly MonthStatistics[],
  nowMs: number,
  settings: MonthSettings,
  max: number,
): readonly MonthStatistics[] {
  const current = toIndex(nameOfMonth(monthOf(nowMs, settings)));
  return list
    .filter(({ month }) => toIndex(month) < current && toIndex(month) >= current - max)
    .toSorted((a, b) => toIndex(a.month) - toIndex(b.month));
}

/** Such as 2026-10. */
function nameOfMonth({ startMs, endMs }: Month): string {
  return new Date((startMs + endMs) / 2).toISOString().slice(0, 7);
}

/** Consecutive months have consecutive indices. */
function toIndex(month: string): number {
  const [year = 0, ofYear = 0] = month.split('-').map(Number);
  return 12 * year + ofYear;
}

/**
 * When the counts of a month are recorded as final, in Unix seconds: a midnight in UTC on its last
 * day. A subquery with a step of a day finds such a sample. It is at least a day before the end of the
 * month, because Prometheus must not be given samples of the last hours.
 */
export function finalAtS(month: string, settings: MonthSettings): number {
  const { endMs } = monthOf(Date.parse(`${month}-15`), settings);
  return (Math.floor((endMs - DAY_MS) / DAY_MS) * DAY_MS) / 1000;
}
