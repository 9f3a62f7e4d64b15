import {
  up,
  usual,
  colleagues,
  monthly,
  morning,
  marketing,
  silentFrom10,
  fourHours,
  number,
  TUESDAY,
} from './silence.ts';
import { at, counter, except, frozen, gap, type Case } from './traffic.ts';

/** WhatsAppNumberSilent: what the month, the exporter and the provider do. */
export const SILENT_SYSTEM_CASES: readonly Case[] = [
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
    firing: [at(31, 12), at(31, 14), at(32, 4)],
    silent: [at(31, 10), at(32, 12)],
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
    firing: [at(31, 12), at(31, 14), at(32, 4)],
    silent: [at(31, 10), at(32, 12)],
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
    name: 'alone-and-silent-with-a-replica-that-cannot-poll',
    series: [
      up,
      ...number(1, except(usual, at(29, 13), at(32, 10))),
      ...number(1, () => 0, { instance: 'e2' }).slice(0, 1),
    ],
    firing: [at(31, 12), at(31, 14), at(32, 4)],
    silent: [at(31, 10), at(32, 12)],
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
    firing: [at(31, 12), at(31, 14), at(32, 4)],
    silent: [at(31, 10), at(32, 12)],
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
