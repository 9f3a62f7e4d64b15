import {
  number,
  of,
  health,
  campaign,
  others,
  counted,
  usual,
  corrected,
  noons,
  spike,
  TUESDAY,
} from './spike.ts';
import { at, business, counter, except, frozen, gap, type Case } from './traffic.ts';

export const SPIKE_CASES: readonly Case[] = [
  {
    name: 'five-times-the-usual',
    series: [...health(), number(campaign(100, [TUESDAY], usual))],
    ...spike,
  },
  {
    name: 'weekdays-and-weekends-as-usual',
    series: [...health(), number(usual)],
    firing: [],
    silent: noons([26, 27, 28, 29, 30]),
  },
  {
    name: 'two-and-a-half-times-the-usual-after-a-holiday',
    series: [
      ...health(),
      number(campaign(50, [TUESDAY], except(usual, at(TUESDAY - 1, 0), at(TUESDAY, 0)))),
    ],
    firing: [],
    silent: noons([29, 30, 31]),
  },
  {
    name: 'five-times-the-usual-a-week-after-holidays',
    series: [...health(), number(campaign(100, [TUESDAY], except(usual, at(21, 0), at(25, 0))))],
    ...spike,
  },
  {
    name: 'a-weekly-campaign',
    series: [...health(), number(campaign(300, [4, 11, 18, 25, 32], usual))],
    firing: [],
    silent: noons([31, 32]),
  },
  ...[29, 30, 31, 32].map((day) => ({
    name: `eight-times-a-weekly-campaign-on-day-${day}`,
    series: [...health(), number(campaign(2400, [day], campaign(300, [2, 9, 16, 23, 30], usual)))],
    firing: [at(day, 20), at(day + 1, 4)],
    silent: [at(day, 8), at(day + 1, 22)],
  })),
  {
    name: 'a-weekly-campaign-moved-to-the-day-before',
    series: [...health(), number(campaign(300, [4, 11, 18, 25, 31], usual))],
    firing: [],
    silent: noons([30, 31, 32]),
  },
  {
    name: 'a-weekly-campaign-moved-to-the-day-after',
    series: [...health(), number(campaign(300, [3, 10, 17, 24, 32], usual))],
    firing: [],
    silent: noons([31, 32]),
  },
  ...[28, 29, 30, 31].map((days) => ({
    name: `a-monthly-campaign-after-${days}-days`,
    series: [...health(), number(campaign(300, [3, 3 + days], usual))],
    firing: [],
    silent: noons([3 + days, 4 + days]),
  })),
  ...[10, 17, 24].map((days) => ({
    name: `the-same-as-${days}-days-ago-is-no-comparable-day`,
    series: [...health(), number(campaign(100, [TUESDAY - days, TUESDAY], usual))],
    ...spike,
  })),
  {
    name: 'the-same-as-35-days-ago-is-no-comparable-day',
    series: [...health(), number(campaign(100, [1, 36], usual))],
    firing: [at(36, 20)],
    silent: [at(36, 10)],
  },
  ...[6, 7, 8, 13, 14, 15, 20, 21, 22].map((days) => ({
    name: `the-same-as-${days}-days-ago`,
    series: [...health(), number(campaign(100, [TUESDAY - days, TUESDAY], usual))],
    firing: [],
    silent: noons([30, 31]),
  })),
  {
    name: 'many-times-the-usual-and-still-too-few-to-care',
    series: [...health(), number(campaign(8, [TUESDAY]))],
    firing: [],
    silent: noons([30, 31]),
  },
  {
    name: 'the-first-marketing-of-a-number',
    series: [...health(), number(campaign(12, [TUESDAY]))],
    firing: [at(TUESDAY, 20)],
    silent: [at(TUESDAY, 12), at(TUESDAY + 1, 20)],
  },
  {
    name: 'a-number-of-10-days-has-no-usual-yet',
    series: [...health(), number(campaign(100, [TUESDAY], usual), { from: at(20, 0) })],
    firing: [],
    silent: noons([30, 31]),
  },
  {
    name: 'a-number-of-16-days-has',
    series: [...health(), number(campaign(100, [TUESDAY], usual), { from: at(14, 0) })],
    ...spike,
  },
  {
    name: 'a-restart-of-the-exporter',
    series: [...health(), number(usual, { restarts: [at(TUESDAY, 11)] })],
    firing: [],
    silent: noons([29, 30, 31]),
  },
  {
    name: 'two-corrections-on-a-weekend',
    series: [...health(), of('e1', counted(corrected(usual)))],
    firing: [],
    silent: [at(27, 12), at(27, 18), at(28, 4), ...noons([28, 29, 30])],
  },
  {
    name: 'five-times-the-usual-after-two-corrections-on-a-weekend',
    series: [...health(), of('e1', counted(corrected(campaign(100, [TUESDAY], usual))))],
    ...spike,
  },
  {
    name: 'four-replicas-that-each-restarted-once',
    series: [
      ...health(),
      ...['e1', 'e2', 'e3', 'e4'].map((instance, index) =>
        of(instance, counter(usual, { from: at(22 + index, 0), restarts: [at(30, 9 + index)] })),
      ),
      of('e0', gap(counter(usual), at(22, 0))),
    ],
    firing: [],
    silent: noons([30, 31]),
  },
  {
    name: 'one-poll-brings-what-4-days-gathered',
    series: [
      ...health(frozen((hour) => hour * 3600, at(25, 10), at(29, 12))),
      of('e1', frozen(counter(usual), at(25, 10), at(29, 12))),
    ],
    firing: [],
    silent: [at(29, 10), at(29, 12), at(29, 14), at(29, 20), at(30, 10)],
  },
  {
    name: 'the-provider-fails-for-2-hours-during-a-spike',
    series: [
      ...health(frozen((hour) => hour * 3600, at(TUESDAY, 9), at(TUESDAY, 11))),
      of('e1', frozen(counter(campaign(100, [TUESDAY], usual)), at(TUESDAY, 9), at(TUESDAY, 11))),
    ],
    ...spike,
  },
  {
    name: 'five-times-the-usual-within-a-day-of-an-outage-of-5-hours-is-not-trusted',
    series: [
      ...health(frozen((hour) => hour * 3600, at(TUESDAY, 1), at(TUESDAY, 6))),
      of('e1', frozen(counter(campaign(100, [TUESDAY], usual)), at(TUESDAY, 1), at(TUESDAY, 6))),
    ],
    firing: [],
    silent: [at(TUESDAY, 20), at(TUESDAY + 1, 2)],
  },
  {
    name: 'five-times-the-usual-a-day-and-a-half-after-an-outage-of-5-hours',
    series: [
      ...health(frozen((hour) => hour * 3600, at(TUESDAY - 1, 1), at(TUESDAY - 1, 6))),
      of('e1', frozen(counter(campaign(100, [TUESDAY], usual)), at(29, 1), at(29, 6))),
    ],
    ...spike,
  },
  {
    name: 'nothing-is-scraped-for-a-day',
    series: [...health(), number(usual)].map((one) => ({
      ...one,
      values: gap(one.values, at(29, 10), at(30, 10)),
    })),
    firing: [],
    silent: noons([29, 30, 31]),
  },
  {
    name: 'five-times-the-usual-with-a-replica-that-has-just-begun',
    series: [
      ...health(),
      number(campaign(100, [TUESDAY], usual)),
      of('e2', counter(campaign(100, [TUESDAY], usual), { from: at(TUESDAY, 16) })),
    ],
    firing: [at(TUESDAY, 20)],
    silent: [at(TUESDAY, 10)],
  },
  {
    name: 'five-times-the-usual-beside-much-of-other-categories',
    series: [...health(), number(campaign(100, [TUESDAY], usual)), ...others(business(500))],
    ...spike,
  },
  {
    name: 'much-of-other-categories',
    series: [...health(), number(usual), ...others(campaign(500, [TUESDAY], usual))],
    firing: [],
    silent: noons([30, 31]),
  },
];
