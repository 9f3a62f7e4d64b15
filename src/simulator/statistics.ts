import { monthOf, PROVIDER_MONTH } from '../core/month.ts';
import type { Json } from './json.ts';
import type { Fleet, FleetNumber } from './fleet.ts';

/** The provider has no older statistics. */
const FIRST_MONTH_MS = Date.UTC(2024, 11, 15);

type Counts = readonly [marketing: number, service: number, incoming: number];

interface Month {
  /** Such as 2026-10. */
  readonly name: string;
  readonly byNumber: ReadonlyMap<string, Counts>;
}

/**
 * The monthly statistics at an instant: of the numbers that exist then, because the provider deletes
 * the statistics with the number. Includes the current month, which the provider does not document.
 */
export function createStatistics(fleet: Fleet) {
  const past = new Map<number, Month>();

  function pastMonth(startMs: number, endMs: number): Month {
    const known = past.get(startMs) ?? toMonth(startMs, endMs, fleet.at(endMs - 1));
    past.set(startMs, known);
    return known;
  }

  return (unixMs: number, body: Json): Json => {
    const now = fleet.at(unixMs);
    const { start_date: start, end_date: end, whatsapp } = body;
    const numbers = new Set(
      now.map((number) => number.whatsapp).filter((digits) => (whatsapp ?? digits) === digits),
    );
    const months: Month[] = [];
    for (let { startMs, endMs } = monthOf(FIRST_MONTH_MS, PROVIDER_MONTH); startMs <= unixMs;) {
      months.unshift(endMs <= unixMs ? pastMonth(startMs, endMs) : toMonth(startMs, endMs, now));
      ({ startMs, endMs } = monthOf(endMs, PROVIDER_MONTH));
    }
    const list = months
      .filter(({ name }) => name >= fromParameter(start, '') && name <= fromParameter(end, '~'))
      .map(({ name, byNumber }) => toEntry(name, byNumber, numbers));
    const totalWhatsApp = numbers.size;
    return { status: 'OK', reason: 1, totalWhatsApp, whatsapp: whatsapp ?? null, list };
  };
}

function toMonth(startMs: number, endMs: number, list: readonly FleetNumber[]): Month {
  return {
    name: new Date((startMs + endMs) / 2).toISOString().slice(0, 7),
    byNumber: new Map(
      list.map(({ whatsapp, marketingThisMonth, serviceThisMonth, incomingThisMonth }) => [
        whatsapp,
        [marketingThisMonth, serviceThisMonth, incomingThisMonth],
      ]),
    ),
  };
}

function toEntry(name: string, byNumber: Month['byNumber'], numbers: ReadonlySet<string>): Json {
  let [totalMarketing, totalService, totalIncoming] = [0, 0, 0];
  for (const number of numbers) {
    const [marketing, service, incoming] = byNumber.get(number) ?? [0, 0, 0];
    totalMarketing += marketing;
    totalService += service;
    totalIncoming += incoming;
  }
  const totalConversations = totalMarketing + totalService + totalIncoming;
  const monthYear = name.slice(5) + name.slice(0, 4);
  return { monthYear, totalConversations, totalMarketing, totalService, totalIncoming };
}

/** From `mmyyyy`. */
function fromParameter(value: unknown, missing: string): string {
  return typeof value === 'string' ? `${value.slice(2)}-${value.slice(0, 2)}` : missing;
}
