// The parts of the cases for WhatsAppNumberSilent: one number, the rest of its account, and a Tuesday.
import { at, business, counter, dayOf, except } from './traffic.ts';
import type { Series, Traffic } from './traffic.ts';

export const TUESDAY = 30;

interface Options {
  readonly from?: number;
  readonly restarts?: readonly number[];
  readonly instance?: string;
  readonly wrap?: (values: Series['values']) => Series['values'];
  /** The count of the month, if it differs from the counter. */
  readonly month?: Series['values'];
}

/** A number with its counter of incoming conversations and its count of the month. */
export function number(name: number, traffic: Traffic, options: Options = {}): Series[] {
  const { from = 0, restarts = [], instance = 'e1', wrap = (values) => values } = options;
  const labels = `number="${name}",instance="${instance}"`;
  return [
    {
      series: `whatsapp_number_conversations_total{${labels},category="incoming"}`,
      values: wrap(counter(traffic, { from, restarts })),
    },
    {
      series: `whatsapp_number_incoming_conversations_this_month{${labels}}`,
      values: wrap(options.month ?? counter(traffic, { from })),
    },
  ];
}

export const up: Series = { series: 'whatsapp_up{instance="e1"}', values: () => 1 };
export const usual = business(10);
/** The rest of the account: the counter of a number of three times the traffic. */
export const colleagues = (traffic: Traffic, options: Options = {}): Series[] =>
  number(2, (hour) => traffic(hour) * 3, options).slice(0, 1);
/** The count of a month that turns at `turn`. */
export const monthly =
  (traffic: Traffic, turn: number): Series['values'] =>
  (hour) =>
    hour < turn ? counter(traffic)(hour) : counter(traffic, { from: turn })(hour);
export const morning = (day: number): number[] => [
  at(day, 10),
  at(day, 12),
  at(day, 16),
  at(day, 22),
];

/** A business that is open on Tuesdays and Wednesdays. */
export const twoDays: Traffic = (hour) => ([2, 3].includes(dayOf(hour) % 7) ? usual(hour) : 0);
/** Those two days, that many weeks before. */
export const days = (weeks: number): [number, number] => [
  at(TUESDAY - 7 * weeks, 0),
  at(TUESDAY - 7 * weeks + 2, 0),
];
export const marketing = (traffic: Traffic): Series => ({
  series: 'whatsapp_number_conversations_total{number="1",instance="e1",category="marketing"}',
  values: counter(traffic),
});

export const silentFrom10 = except(usual, at(TUESDAY, 10), at(TUESDAY + 1, 12));
export const holiday = except(usual, at(TUESDAY - 1, 13), at(TUESDAY + 1, 8));
export const fourHours = {
  firing: [at(TUESDAY, 14), at(TUESDAY, 22), at(TUESDAY + 1, 6), at(TUESDAY + 1, 12)],
  silent: [at(TUESDAY, 12), at(TUESDAY + 1, 14), at(TUESDAY + 1, 20)],
};
