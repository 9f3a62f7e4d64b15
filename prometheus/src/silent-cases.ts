import { at, business, counter, dayOf, except, frozen, gap } from './traffic.ts';
import type { Case, Series, Traffic } from './traffic.ts';

const EXPORTER = 'instance="e1"';
const TUESDAY = 30;

interface Options {
  readonly from?: number;
  readonly restarts?: readonly number[];
  readonly instance?: string;
  readonly wrap?: (values: Series['values']) => Series['values'];
  /** The month's count where it differs from the counter's. */
  readonly month?: Series['values'];
}

/** A number with its counter of incoming conversations and its count of the month. */
function number(name: number, traffic: Traffic, options: Options = {}): Series[] {
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

const up: Series = { series: `whatsapp_up{${EXPORTER}}`, values: () => 1 };
const usual = business(10);
/** The rest of the account: the counter of a number of three times the traffic. */
const colleagues = (traffic: Traffic, options: Options = {}): Series[] =>
  number(2, (hour) => traffic(hour) * 3, options).slice(0, 1);
/** The count of a month that turns at `turn`. */
const monthly =
  (traffic: Traffic, turn: number): Series['values'] =>
  (hour) =>
    hour < turn ? counter(traffic)(hour) : counter(traffic, { from: turn })(hour);
const morning = (day: number): number[] => [at(day, 10), at(day, 12), at(day, 16), at(day, 22)];

/** A business that is open on Tuesdays and Wednesdays. */
const twoDays: Traffic = (hour) => ([2, 3].includes(dayOf(hour) % 7) ? usual(hour) : 0);
/** Those two days, that many weeks before. */
const days = (weeks: number): [number, number] => [
  at(TUESDAY - 7 * weeks, 0),
  at(TUESDAY - 7 * weeks + 2, 0),
];
const marketing = (traffic: Traffic): Series => ({
  series: 'whatsapp_number_conversations_total{number="1",instance="e1",category="marketing"}',
  values: counter(traffic),
});

const silentFrom10 = except(usual, at(TUESDAY, 10), at(TUESDAY + 1, 12));
const holiday = except(usual, at(TUESDAY - 1, 13), at(TUESDAY + 1, 8));
const fourHours = {
  firing: [at(TUESDAY, 14), at(TUESDAY, 22), at(TUESDAY + 1, 6), at(TUESDAY + 1, 12)],
  silent: [at(TUESDAY, 12), at(TUESDAY + 1, 14), at(TUESDAY + 1, 20)],
};

export const SILENT_CASES: readonly Case[] = [
  {
    name: 'nothing-for-4-busy-hours-then-through-the-night-until-it-comes-back',
    series: [up, ...number(1, silentFrom10), ...colleagues(usual)],
    ...fourHours,
  },
  {
    name: 'weekends-nights-and-mornings-as-usual',
    series: [up, ...number(1, usual), ...colleagues(usual)],
    firing: [],
    silent: [26, 27, 28, 29, 30].flatMap(morning),
  },
  {
    name: 'a-holiday-with-a-short-eve-on-which-the-whole-account-is-quiet',
    series: [up, ...number(1, holiday), ...colleagues(except(holiday, 700, 710, () => 1))],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'a-day-of-half-the-usual',
    series: [
      up,
      ...number(1, silentFrom10),
      ...colleagues(except(usual, at(TUESDAY, 0), at(TUESDAY + 1, 0), business(5))),
    ],
    firing: [],
    silent: morning(TUESDAY),
  },
  {
    name: 'a-day-of-most-of-the-usual',
    series: [
      up,
      ...number(1, silentFrom10),
      ...colleagues(except(usual, at(TUESDAY, 0), at(TUESDAY + 1, 0), business(9.5))),
    ],
    ...fourHours,
  },
  {
    name: 'alone-on-a-holiday-with-a-short-eve',
    series: [up, ...number(1, holiday)],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'alone-on-a-holiday-beside-the-weekend',
    series: [up, ...number(1, except(usual, at(26, 14), at(29, 9)))],
    firing: [],
    silent: [...[27, 28].flatMap(morning), at(29, 8), at(29, 10), at(29, 12)],
  },
  {
    name: 'alone-and-silent-for-two-days',
    series: [up, ...number(1, except(usual, at(29, 13), at(32, 10)))],
    firing: [at(31, 14), at(31, 20), at(32, 4), at(32, 10)],
    silent: [at(30, 12), at(30, 20), at(31, 10), at(31, 12), at(32, 12), at(32, 16)],
  },
  {
    name: 'alone-with-few-conversations-and-silent-for-two-days',
    series: [up, ...number(1, except(business(2), at(29, 13), at(32, 10)))],
    firing: [at(31, 14), at(31, 20), at(32, 4)],
    silent: [at(30, 20), at(31, 12), at(32, 12)],
  },
  {
    name: 'too-few-conversations-to-miss-any',
    series: [up, ...number(1, except(business(1), at(29, 13), at(33, 10))), ...colleagues(usual)],
    firing: [],
    silent: [30, 31, 32].flatMap(morning),
  },
  {
    name: 'one-busy-hour-a-day',
    series: [
      up,
      ...number(1, (hour) => (hour % 24 === 9 ? usual(hour) * 5 : 0)),
      ...colleagues(usual),
    ],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'a-number-of-8-days-has-no-usual',
    series: [up, ...number(1, silentFrom10, { from: at(22, 0) }), ...colleagues(usual)],
    firing: [],
    silent: morning(TUESDAY),
  },
  {
    name: 'a-number-of-16-days-has',
    series: [up, ...number(1, silentFrom10, { from: at(14, 0) }), ...colleagues(usual)],
    ...fourHours,
  },
  {
    name: 'a-new-number-that-nobody-writes-to',
    series: [up, ...number(1, () => 0, { from: at(26, 0) })],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'silent-a-week-after-a-holiday',
    series: [
      up,
      ...number(1, except(silentFrom10, at(23, 0), at(24, 0))),
      ...colleagues(except(usual, at(23, 0), at(24, 0))),
    ],
    ...fourHours,
  },
  {
    name: 'silent-in-two-of-the-weeks-before-too',
    series: [
      up,
      ...number(1, except(except(silentFrom10, at(23, 0), at(24, 0)), at(9, 0), at(10, 0))),
      ...colleagues(usual),
    ],
    firing: [],
    silent: morning(TUESDAY),
  },
  {
    name: 'alone-and-silent-in-two-of-the-weeks-before-too',
    series: [
      up,
      ...number(
        1,
        except(
          except(except(usual, at(29, 13), at(32, 10)), at(23, 0), at(25, 0)),
          at(9, 0),
          at(11, 0),
        ),
      ),
    ],
    firing: [],
    silent: [30, 31].flatMap(morning),
  },
  {
    name: 'alone-and-silent-once-in-the-weeks-before',
    series: [up, ...number(1, except(except(usual, at(29, 13), at(32, 10)), at(22, 0), at(23, 0)))],
    firing: [at(31, 14), at(32, 4)],
    silent: [at(31, 12), at(32, 12)],
  },
  {
    name: 'the-turn-of-the-month',
    series: [
      up,
      ...number(1, usual, { month: monthly(usual, at(TUESDAY, 0)) }),
      ...colleagues(usual),
    ],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'silent-across-the-turn-of-the-month',
    series: [
      up,
      ...number(1, silentFrom10, { month: monthly(silentFrom10, at(TUESDAY + 1, 0)) }),
      ...colleagues(usual),
    ],
    ...fourHours,
  },
  {
    name: 'alone-and-silent-across-the-turn-of-the-month',
    series: [
      up,
      ...number(1, except(usual, at(29, 13), at(32, 10)), {
        month: monthly(except(usual, at(29, 13), at(32, 10)), at(TUESDAY + 1, 0)),
      }),
    ],
    firing: [at(31, 14), at(32, 4)],
    silent: [at(31, 12), at(32, 12)],
  },
  {
    name: 'a-restart-of-the-exporter-while-all-is-well',
    series: [
      up,
      ...number(1, usual, { restarts: [at(TUESDAY, 11)] }),
      ...colleagues(usual, { restarts: [at(TUESDAY, 11)] }),
    ],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'a-restart-of-the-exporter-in-the-middle-of-a-silence',
    series: [
      up,
      ...number(1, silentFrom10, { restarts: [at(TUESDAY, 18)] }),
      ...colleagues(usual, { restarts: [at(TUESDAY, 18)] }),
    ],
    ...fourHours,
  },
  {
    name: 'a-replaced-pod-whose-counters-begin-at-0',
    series: [
      up,
      ...number(1, silentFrom10, { wrap: (values) => gap(values, at(TUESDAY, 9)) }),
      ...colleagues(usual, { wrap: (values) => gap(values, at(TUESDAY, 9)) }),
      ...number(1, silentFrom10, { from: at(TUESDAY, 9), instance: 'e2' }),
      ...colleagues(usual, { from: at(TUESDAY, 9), instance: 'e2' }),
    ],
    ...fourHours,
  },
  {
    name: 'two-replicas-of-which-one-cannot-poll',
    series: [
      up,
      ...number(1, usual),
      ...number(1, () => 0, { instance: 'e2' }).slice(0, 1),
      ...colleagues(usual),
    ],
    firing: [],
    silent: [29, 30, 31].flatMap(morning),
  },
  {
    name: 'two-replicas-of-which-one-cannot-poll-and-silent',
    series: [
      up,
      ...number(1, silentFrom10),
      ...number(1, () => 0, { instance: 'e2' }).slice(0, 1),
      ...colleagues(usual),
    ],
    ...fourHours,
  },
  {
    name: 'nothing-is-scraped-for-6-hours',
    series: [up, ...number(1, usual), ...colleagues(usual)].map((one) => ({
      ...one,
      values: gap(one.values, at(TUESDAY, 9), at(TUESDAY, 15)),
    })),
    firing: [],
    silent: morning(TUESDAY),
  },
  {
    name: 'the-exporter-is-down-for-6-hours',
    series: [
      up,
      ...number(1, usual, { restarts: [at(TUESDAY, 15)] }),
      ...colleagues(usual, { restarts: [at(TUESDAY, 15)] }),
    ].map((one) => ({ ...one, values: gap(one.values, at(TUESDAY, 9), at(TUESDAY, 15)) })),
    firing: [],
    silent: [at(TUESDAY, 12), at(TUESDAY, 16), at(TUESDAY, 18)],
  },
  {
    name: 'the-provider-fails-for-6-hours',
    series: [
      up,
      ...[...number(1, usual), ...colleagues(usual)].map((one) => ({
        ...one,
        values: frozen(one.values, at(TUESDAY, 9), at(TUESDAY, 15)),
      })),
    ],
    firing: [],
    silent: [...morning(TUESDAY), at(TUESDAY, 14), at(TUESDAY, 16)],
  },
  {
    name: 'an-exporter-that-keeps-restarting-counts-nothing',
    series: [up, ...number(1, except(usual, at(29, 0), at(33, 0)), { month: counter(usual) })],
    firing: [],
    silent: [30, 31, 32].flatMap(morning),
  },
  {
    name: 'a-correction-downwards',
    series: [
      up,
      ...number(1, usual, {
        month: (hour) => (counter(usual)(hour) ?? 0) - (hour > at(TUESDAY, 11) ? 50 : 0),
      }),
      ...colleagues(usual),
    ],
    firing: [],
    silent: morning(TUESDAY),
  },
  {
    name: 'alone-and-silent-with-a-correction-downwards',
    series: [
      up,
      ...number(1, except(usual, at(29, 13), at(32, 10)), {
        month: (hour) =>
          (counter(except(usual, at(29, 13), at(32, 10)))(hour) ?? 0) - (hour > at(31, 5) ? 50 : 0),
      }),
    ],
    firing: [at(31, 14), at(32, 4)],
    silent: [at(31, 12), at(32, 12)],
  },
  {
    name: 'a-number-that-is-removed-while-it-is-silent',
    series: [
      up,
      ...number(1, silentFrom10, { wrap: (values) => gap(values, at(TUESDAY, 17)) }),
      ...colleagues(usual),
    ],
    firing: [at(TUESDAY, 14), at(TUESDAY, 16)],
    silent: [at(TUESDAY, 12), at(TUESDAY, 18), at(TUESDAY, 20), at(TUESDAY + 1, 10)],
  },
  {
    name: 'a-silence-that-has-become-usual',
    series: [up, ...number(1, except(usual, at(14, 8), at(60, 0))), ...colleagues(usual)],
    firing: [at(14, 14), at(21, 8), at(21, 16), at(28, 8)],
    silent: [at(14, 8), at(29, 12), at(30, 12)],
  },
  {
    name: 'a-silence-of-more-than-a-week',
    series: [
      up,
      ...number(1, except(except(usual, at(7, 0), at(8, 0)), at(21, 12), at(60, 0))),
      ...colleagues(usual),
    ],
    firing: [at(21, 18), at(25, 6), at(28, 8)],
    silent: [at(21, 12), at(28, 20), at(28, 22)],
  },
  {
    name: 'one-conversation-ends-the-silence',
    series: [
      up,
      ...number(
        1,
        except(silentFrom10, at(TUESDAY, 18), at(TUESDAY, 19), () => 1),
      ),
      ...colleagues(usual),
    ],
    firing: [at(TUESDAY, 14), at(TUESDAY, 18)],
    silent: [at(TUESDAY, 20), at(TUESDAY + 1, 0), at(TUESDAY + 1, 6)],
  },
  {
    name: 'alone-and-silent-with-a-replica-that-cannot-poll',
    series: [
      up,
      ...number(1, except(usual, at(29, 13), at(32, 10))),
      ...number(1, () => 0, { instance: 'e2' }).slice(0, 1),
    ],
    firing: [at(31, 14), at(32, 4)],
    silent: [at(31, 12), at(32, 12)],
  },
  {
    name: 'silent-before-and-after-an-outage-of-16-hours',
    series: [
      up,
      ...number(1, silentFrom10, {
        wrap: (values) => gap(values, at(TUESDAY, 18), at(TUESDAY + 1, 6)),
      }),
      ...colleagues(usual),
    ],
    firing: [at(TUESDAY, 16), at(TUESDAY + 1, 8), at(TUESDAY + 1, 10)],
    silent: [at(TUESDAY, 20), at(TUESDAY + 1, 14)],
  },
  {
    name: 'silent-before-and-after-an-outage-of-30-hours',
    series: [
      up,
      ...number(1, except(usual, at(TUESDAY, 10), at(TUESDAY + 3, 0)), {
        wrap: (values) => gap(values, at(TUESDAY, 18), at(TUESDAY + 1, 22)),
      }),
      ...colleagues(usual),
    ],
    firing: [at(TUESDAY, 16), at(TUESDAY + 2, 12)],
    silent: [at(TUESDAY, 20), at(TUESDAY + 2, 4)],
  },
  {
    name: 'silent-while-it-sends-marketing',
    series: [up, ...number(1, silentFrom10), marketing(usual), ...colleagues(usual)],
    ...fourHours,
  },
  {
    name: 'alone-and-silent-while-it-sends-marketing',
    series: [up, ...number(1, except(usual, at(29, 13), at(32, 10))), marketing(usual)],
    firing: [at(31, 14), at(32, 4)],
    silent: [at(31, 12), at(32, 12)],
  },
  ...[1, 2].flatMap((low): Case[] => [
    {
      name: `on-two-days-a-week-and-silent-${low}-weeks-before-too`,
      series: [
        up,
        ...number(1, except(except(twoDays, at(TUESDAY, 10), at(TUESDAY + 1, 12)), ...days(low))),
        ...colleagues(usual),
      ],
      ...fourHours,
    },
    {
      name: `alone-on-two-days-a-week-and-silent-${low}-weeks-before-too`,
      series: [up, ...number(1, except(except(twoDays, at(29, 0), at(32, 0)), ...days(low)))],
      firing: [at(31, 12), at(32, 4)],
      silent: [at(14, 8)],
    },
  ]),
  {
    name: 'of-four-weeks-one-is-low-and-one-unknown',
    series: [
      up,
      ...number(1, except(except(twoDays, at(TUESDAY, 10), at(TUESDAY + 1, 12)), ...days(2)), {
        wrap: (values) => gap(values, at(7, 0), at(11, 0)),
      }),
      ...colleagues(usual),
    ],
    ...fourHours,
  },
  {
    name: 'alone-and-of-four-weeks-one-is-low-and-one-unknown',
    series: [
      up,
      ...number(1, except(except(twoDays, at(29, 0), at(32, 0)), ...days(2)), {
        wrap: (values) => gap(values, at(7, 0), at(11, 0)),
      }),
    ],
    firing: [at(31, 12), at(32, 4)],
    silent: [at(31, 8)],
  },
  {
    name: 'alone-and-a-number-of-9-days',
    series: [up, ...number(1, except(usual, at(29, 13), at(32, 10)), { from: at(21, 0) })],
    firing: [],
    silent: [30, 31].flatMap(morning),
  },
  {
    name: 'an-exporter-that-kept-restarting-two-days-ago',
    series: [
      up,
      ...number(1, except(usual, at(29, 0), at(33, 0)), {
        month: counter(except(usual, at(30, 0), at(33, 0))),
      }),
    ],
    firing: [],
    silent: [at(31, 12), at(31, 16)],
  },
];
