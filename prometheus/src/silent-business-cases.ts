import {
  up,
  usual,
  colleagues,
  morning,
  twoDays,
  days,
  silentFrom10,
  holiday,
  fourHours,
  number,
  TUESDAY,
} from './silence.ts';
import { at, business, except, gap, type Case } from './traffic.ts';

/** WhatsAppNumberSilent: what businesses and their customers do. */
export const SILENT_BUSINESS_CASES: readonly Case[] = [
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
    firing: [at(31, 12), at(31, 14), at(31, 20), at(32, 4), at(32, 10)],
    silent: [at(30, 12), at(30, 20), at(31, 10), at(32, 12), at(32, 16)],
  },
  {
    name: 'alone-with-few-conversations-and-silent-for-two-days',
    series: [up, ...number(1, except(business(2), at(29, 13), at(32, 10)))],
    firing: [at(31, 12), at(31, 14), at(31, 20), at(32, 4)],
    silent: [at(30, 20), at(31, 10), at(32, 12)],
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
    firing: [at(31, 12), at(31, 14), at(32, 4)],
    silent: [at(31, 10), at(32, 12)],
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
    name: 'a-silence-lasts-through-the-weekend',
    series: [up, ...number(1, except(usual, at(24, 12), at(60, 0))), ...colleagues(usual)],
    firing: [at(24, 18), at(27, 12), at(28, 6)],
    silent: [at(24, 12)],
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
];
