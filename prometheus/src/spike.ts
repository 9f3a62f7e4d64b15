// The parts of the cases for WhatsAppMarketingSpike.
import { countConversations, type ConversationCounters } from '../../src/core/conversations.ts';
import { at, business, counter, dayOf } from './traffic.ts';
import type { Series, Traffic } from './traffic.ts';

/** The day of the spike. */
export const TUESDAY = 30;

export function number(traffic: Traffic, options: Parameters<typeof counter>[1] = {}): Series {
  return of('e1', counter(traffic, options));
}

export function of(instance: string, values: Series['values']): Series {
  const labels = `number="1",instance="${instance}",category="marketing"`;
  return { series: `whatsapp_number_conversations_total{${labels}}`, values };
}

export const health = (lastSuccess: Series['values'] = (hour) => hour * 3600): Series[] => [
  { series: 'whatsapp_up{instance="e1"}', values: () => 1 },
  {
    series: 'whatsapp_last_success_timestamp_seconds{instance="e1"}',
    values: lastSuccess,
  },
];

/** A campaign of 12 hours on each of the days. */
export const campaign =
  (perHour: number, days: readonly number[], rest: Traffic = () => 0): Traffic =>
  (hour) =>
    days.includes(dayOf(hour)) && hour % 24 >= 8 && hour % 24 < 20 ? perHour : rest(hour);

export const others = (traffic: Traffic): Series[] =>
  ['incoming', 'service'].map((category) => ({
    series: `whatsapp_number_conversations_total{number="1",instance="e1",category="${category}"}`,
    values: counter(traffic),
  }));

/** The exporter's counter of a count of the month, with a poll at each even hour. */
export function counted(count: Traffic): Series['values'] {
  const totals: number[] = [];
  let counters: ConversationCounters = [];
  return (hour) => {
    while (totals.length * 2 <= hour) {
      const marketing = count(totals.length * 2);
      const entry = { whatsapp: '1', marketing, service: undefined, incoming: undefined };
      counters = countConversations(counters, [entry], 'none');
      totals.push(counters[0]?.marketing.total ?? 0);
    }
    return totals[hour / 2];
  };
}

export const usual = business(20);
/** The provider corrects the count of the month downwards, twice on Saturday. */
export const corrected =
  (traffic: Traffic): Traffic =>
  (hour) =>
    (counter(traffic)(hour) ?? 0) - (hour >= at(27, 10) ? 300 : 0) - (hour >= at(27, 16) ? 300 : 0);
export const noons = (days: readonly number[]): number[] =>
  days.flatMap((day) => [at(day, 12), at(day, 20)]);
export const spike = {
  firing: [at(TUESDAY, 20), at(TUESDAY + 1, 4)],
  silent: [at(TUESDAY, 10), at(TUESDAY + 1, 16), at(TUESDAY + 2, 12)],
};
