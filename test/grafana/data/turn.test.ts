import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDashboard } from '../dashboards.ts';
import { tools } from '../tools.ts';
import { panelOf } from './grafana.ts';
import { CATEGORIES, END_S, INDEX, STEP_S } from './history.ts';
import type { Category } from './history.ts';
import { createWorld, DAY_S, HOUR_S, sum, valueOf, WORLD_MS, type World } from './world.ts';

const usage = readDashboard('usage.json');

/** The dashboard's time zone at the end of the range, because Grafana uses one offset per query. */
const ZONES = [
  ['Asia/Jerusalem', 3 * HOUR_S],
  ['UTC', 0],
  ['Europe/Paris', 2 * HOUR_S],
  ['America/New_York', -4 * HOUR_S],
] as const;

describe.skipIf(tools === undefined).each([
  { turn: '04:00', turnsAtHour: 4, from: '2026-03-01T02:00:00Z', to: '2026-04-01T01:00:00Z' },
  { turn: 'midnight', turnsAtHour: 0, from: '2026-02-28T22:00:00Z', to: '2026-03-31T21:00:00Z' },
])('a month that starts at $turn in Israel', ({ turnsAtHour, from, to }) => {
  const monthStartS = Date.parse(from) / 1000;
  const turnS = Date.parse(to) / 1000;
  const nextTurnS = turnS + 30 * DAY_S;

  let world: World;
  beforeAll(async () => {
    world = await createWorld({ days: 44, numbers: 6, turnsAtHour, isLean: true });
  }, WORLD_MS);
  afterAll(() => world.stop());

  const changes = (fromS: number, toS: number) =>
    world.truth.changes.filter(({ t }) => t > fromS && t <= toS);
  const grown = (fromS: number, toS: number) => sum(changes(fromS, toS).map(({ by }) => by));

  /** The conversations of a category in a day. A new number counts from its first scrape. */
  function perDay(dayS: number, category: Category): number {
    const joined = world.truth.sims[INDEX.joined];
    const isFirst = (t: number, number: string) =>
      number === joined?.number && t <= joined.from + STEP_S;
    return sum(
      changes(dayS, dayS + DAY_S)
        .filter((change) => change.category === category && !isFirst(change.t, change.number))
        .map(({ by }) => by),
    );
  }

  describe.each(ZONES)('with the dashboard in %s', (_, utcOffsetS) => {
    test('bars per day are exact, across a new month and a change of the clocks', async () => {
      // Before an outage, which would move conversations to the next day.
      const endS = turnS + 7 * DAY_S;
      const panel = panelOf(usage, 'Conversations per day');
      for (const [index, category] of CATEGORIES.entries()) {
        const refId = String.fromCharCode(65 + index);
        const asked = { rangeS: 35 * DAY_S, endS, refId, utcOffsetS };
        const bars = (await world.ask(panel, asked))[0]?.points ?? [];
        expect(bars.length).toBe(36);
        const expected = bars.map(([dayS]) => [dayS, perDay(dayS, category)]);
        expect(bars, category).toEqual(expected);
      }
    });

    test('the curve of the month is exact at each point and drops only at the start of the month', async () => {
      const panel = panelOf(usage, 'Month to date');
      const asked = { rangeS: 3 * DAY_S, endS: turnS + 1.2 * DAY_S, utcOffsetS };
      const curve = (await world.ask(panel, asked))[0]?.points ?? [];
      expect(curve.length).toBeGreaterThan(3 * 200);
      const fromS = curve[0]?.[0] ?? 0;
      const recent = changes(fromS, turnS + 2 * DAY_S);
      const before = grown(monthStartS, fromS);
      const expected = curve.map(([t]) => {
        // The first scrape is 37 s after the start of the month.
        const isOld = t + STEP_S <= turnS;
        const since = recent.filter((one) => one.t <= t + STEP_S && (isOld || one.t > turnS));
        return [t, (isOld ? before : 0) + sum(since.map(({ by }) => by))];
      });
      expect(curve).toEqual(expected);
    });

    test('last month is the final count, from the start of the month', async () => {
      const panel = panelOf(usage, 'Month to date');
      const asked = { rangeS: DAY_S, endS: turnS + HOUR_S, refId: 'B', utcOffsetS };
      const line = (await world.ask(panel, asked))[0]?.points ?? [];
      const final = grown(monthStartS, turnS);
      expect(new Set(line.map(([, value]) => value))).toEqual(new Set([final]));
    });
  });

  test.each([-3, -0.5, 0.5, 3, 24, 24 * 11])(
    'the forecast %d hours after the start of the month matches repeated weeks',
    async (hours) => {
      const endS = Math.min(turnS + hours * HOUR_S, END_S);
      const panel = panelOf(usage, 'Forecast');
      const forecast = valueOf(await world.ask(panel, { endS })) ?? 0;
      // Corrections are not repeated.
      const week = changes(endS - 7 * DAY_S, endS).map(({ by }) => by);
      const weekly = sum(week.filter((by) => by > 0));
      const leftS = (hours < 0 ? turnS : nextTurnS) - endS;
      const expected = grown(hours < 0 ? monthStartS : turnS, endS) + (weekly / 7 / DAY_S) * leftS;
      // The seven days contain an hour without scrapes, and the hour of the restart counts as 0.
      expect(Math.abs(forecast / expected - 1)).toBeLessThan(0.03);
    },
  );
});
