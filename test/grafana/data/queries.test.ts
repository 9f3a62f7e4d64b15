import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expressionsOf, readDashboard, readDashboards } from '../dashboards.ts';
import { readAlertQueries } from '../provisioning.ts';
import { tools } from '../tools.ts';
import { onlineShare } from './fleet.ts';
import { interpolate, panelOf } from './grafana.ts';
import {
  CATEGORIES,
  END_S,
  INDEX,
  isThere,
  NEW_NAME,
  OFFLINE_HOURS,
  VARIABLES,
  zero,
} from './history.ts';
import type { Category, Counts } from './history.ts';
import type { Sample } from './prometheus.ts';
import { BUDGET } from './scrape.ts';
import {
  createWorld,
  DAY_S,
  HOUR_S,
  sum,
  valueOf,
  WORLD_MS,
  type Asked,
  type World,
} from './world.ts';

const MONTH_S = 35 * DAY_S;
const RANGES = { '1h': HOUR_S, '24h': DAY_S, '7d': 7 * DAY_S, '35d': MONTH_S };

/** Queries that are expected to be empty: `dashboard panel query range`. */
const EMPTY = [
  // No state changed within the last hour.
  'whatsapp-overview Numbers C 1h',
  // The provider failed two and a half days ago; the anomaly was half a day ago.
  'whatsapp-exporter Failed polls by reason A 1h',
  'whatsapp-exporter Failed polls by reason A 24h',
  'whatsapp-exporter Anomalies by kind A 1h',
];

/** Nothing but numbers went wrong at the end. */
const NOT_FIRING = [
  'WhatsAppOnlineAccountSuspended',
  'WhatsAppTokenRejected',
  'whatsapp-usage annotation Alerts',
  'whatsapp-exporter annotation Alerts',
];

const isTextForNoData = (expr: string) => /^(label_replace\()?vector\(/.test(expr);

const dashboard = {
  overview: readDashboard('overview.json'),
  usage: readDashboard('usage.json'),
  number: readDashboard('number.json'),
  exporter: readDashboard('exporter.json'),
};

const byNumber = (samples: readonly Sample[]) =>
  new Map(samples.map(({ labels, points }) => [labels['number'], points.at(-1)?.[1]]));
const total = (counts: Counts = zero()) => sum(Object.values(counts));

describe.skipIf(tools === undefined)('over 65 known days', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ days: 65, numbers: 12 });
  }, WORLD_MS);
  afterAll(() => world.stop());

  const sim = (index: number) => {
    const found = world.truth.sims[index];
    if (!found) throw new Error(`no number ${String(index)}`);
    return found;
  };
  const present = () => world.truth.sims.filter((candidate) => isThere(candidate, END_S));
  /** The conversations generated between two moments, for one number or for all. */
  const grown = (category: Category, fromS: number, toS: number, number?: string) =>
    sum(
      world.truth.changes
        .filter((change) => change.category === category && change.t > fromS && change.t <= toS)
        .filter((change) => number === undefined || change.number === number)
        .map(({ by }) => by),
    );

  describe('every query', () => {
    test.each(Object.entries(RANGES))('over %s has results', async (name, rangeS) => {
      const empty: string[] = [];
      for (const { uid, panels } of readDashboards()) {
        const variables = uid === 'whatsapp-number' ? { number: sim(INDEX.renamed).number } : {};
        for (const panel of panels) {
          for (const { refId, expr } of panel.targets) {
            const where = `${uid} ${panel.title} ${refId} ${name}`;
            const samples = await world
              .ask(panel, { rangeS, refId, variables })
              .catch((error: unknown) => {
                throw new Error(where, { cause: error });
              });
            if (samples.length === 0 && !isTextForNoData(expr)) empty.push(where);
            const legends = samples.map(({ labels }) => JSON.stringify(labels));
            expect(new Set(legends).size, where).toBe(samples.length);
          }
        }
      }
      expect(empty).toEqual(EMPTY.filter((where) => where.endsWith(` ${name}`)));
    });

    test('of variables, annotations and alerts has results', async () => {
      const ranges = { __range: '604800s', __interval: '300s', __rate_interval: '1200s' };
      const others = readDashboards()
        .flatMap(expressionsOf)
        .filter(({ where }) => !where.includes(' panel '));
      for (const { where, expr: template } of [...others, ...readAlertQueries()]) {
        const expr = interpolate(template, { ...VARIABLES, ...ranges });
        const request = { expr, startS: END_S, endS: END_S, stepS: 300 };
        const isEmpty = NOT_FIRING.includes(where);
        expect((await world.prometheus.query(request)).length > 0, where).toBe(!isEmpty);
      }
    });
  });

  describe('overview', () => {
    test('counts each number once, though two replicas report it', async () => {
      const offline = present().filter((candidate) => !candidate.isOnline(END_S)).length;
      expect(valueOf(await world.ask(panelOf(dashboard.overview, 'Offline')))).toBe(offline);
      const online = valueOf(await world.ask(panelOf(dashboard.overview, 'Online')));
      expect(online).toBe(present().length - offline);
    });

    test('is 0 if all numbers are online, and empty if there are none', async () => {
      const panel = panelOf(dashboard.overview, 'Offline');
      expect(valueOf(await world.ask(panel, { variables: { number: sim(0).number } }))).toBe(0);
      expect(await world.ask(panel, { variables: { number: 'nobody' } })).toEqual([]);
    });

    test.each([
      [1, 3],
      [7, 2],
      // Over 35 days, the step is half an hour.
      [35, 2],
    ])('shows the uptime of %d days by number', async (days, digits) => {
      const table = panelOf(dashboard.overview, 'Numbers');
      const uptimes = byNumber(await world.ask(table, { rangeS: days * DAY_S, refId: 'B' }));
      for (const one of present()) {
        expect(uptimes.get(one.number), one.number).toBeCloseTo(onlineShare(one, days), digits);
      }
    });

    test('shows when a number went offline', async () => {
      const changes = byNumber(
        await world.ask(panelOf(dashboard.overview, 'Numbers'), { refId: 'C' }),
      );
      const wentOffline = sim(INDEX.wentOffline).number;
      const hoursAgo = (END_S - (changes.get(wentOffline) ?? 0) / 1000) / HOUR_S;
      expect(hoursAgo).toBeCloseTo(OFFLINE_HOURS, 0);
      expect(changes.size).toBe(1);
    });

    test('draws one unbroken row with the new name for a renamed number', async () => {
      const panel = panelOf(dashboard.overview, '25 least online numbers');
      const rows = await world.ask(panel, { rangeS: 7 * DAY_S, refId: 'B' });
      const renamed = rows.filter(({ labels }) => labels['number'] === sim(INDEX.renamed).number);
      expect(renamed.map(({ labels }) => labels['display_name'])).toEqual([NEW_NAME]);
      const times = renamed[0]?.points.map(([t]) => t) ?? [];
      const gaps = times.slice(1).map((t, index) => t - (times[index] ?? 0));
      expect(new Set(gaps).size).toBe(1);
    });

    test('keeps removed numbers in the history, with their last name', async () => {
      const panel = panelOf(dashboard.overview, '25 least online numbers');
      const rows = await world.ask(panel, { rangeS: MONTH_S, refId: 'B' });
      const left = rows.find(({ labels }) => labels['number'] === sim(INDEX.left).number);
      expect(left?.labels['display_name']).toBe(sim(INDEX.left).name(0));
    });
  });

  describe('usage', () => {
    test('this month is the sum over the current numbers', async () => {
      const expected = sum(present().map(({ number }) => total(world.truth.now.get(number))));
      const { usage } = dashboard;
      expect(valueOf(await world.ask(panelOf(usage, 'This month')))).toBe(expected);
    });

    test('the statistics of the provider are shown by month, and for the same month a year ago', async () => {
      const years = panelOf(dashboard.usage, 'This year and last year');
      const byMonth = async (refId: string) => {
        const samples = await world.ask(years, { refId });
        return new Map(samples.map((s) => [s.labels['calendar_month'], s.points.at(-1)?.[1]]));
      };
      // Two accounts and three categories; the months from 2025-03 have 100, 101 and so on.
      const counts = (month: number) => 6 * (100 + month);
      expect(await byMonth('A')).toEqual(
        new Map([
          ['01', counts(10)],
          ['02', counts(11)],
          ['03', counts(12)],
        ]),
      );
      const last = await byMonth('B');
      expect(last.size).toBe(10);
      expect([last.get('03'), last.get('12')]).toEqual([counts(0), counts(9)]);
      expect(await byMonth('C')).toEqual(new Map([['03', counts(12) / counts(0) - 1]]));
    });

    test('last month is the final count, including numbers removed since', async () => {
      expect(world.truth.lastMonth.has(sim(INDEX.left).number)).toBe(true);
      const expected = sum([...world.truth.lastMonth.values()].map((counts) => total(counts)));
      expect(valueOf(await world.ask(panelOf(dashboard.usage, 'Last month')))).toBe(expected);
      const curve = await world.ask(panelOf(dashboard.usage, 'Month to date'), {
        rangeS: MONTH_S,
        refId: 'B',
      });
      expect(new Set(curve[0]?.points.map(([, value]) => value))).toEqual(new Set([expected]));
    });

    test('the curve of the month does not drop while the polls of an account fail', async () => {
      const panel = panelOf(dashboard.usage, 'Month to date');
      const curve = (await world.ask(panel, { rangeS: 3 * DAY_S }))[0]?.points ?? [];
      const values = curve.map(([, value]) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    });

    test('bars per hour are close to the true counts, including the current hour', async () => {
      const panel = panelOf(dashboard.usage, 'Conversations per hour');
      for (const [index, category] of CATEGORIES.entries()) {
        const refId = String.fromCharCode(65 + index);
        const bars = (await world.ask(panel, { rangeS: DAY_S, refId }))[0]?.points ?? [];
        expect(bars.length).toBe(25);
        for (const [hourS, value] of bars) {
          const expected = grown(category, hourS, hourS + HOUR_S);
          expect(Math.abs(value - expected), new Date(hourS * 1000).toISOString()).toBeLessThan(
            0.25 * expected + 3,
          );
        }
      }
    });

    test('the largest numbers are sorted by size', async () => {
      const bars = await world.ask(panelOf(dashboard.usage, 'Largest numbers this month'));
      const sizes = present().map(({ number }) => total(world.truth.now.get(number)));
      expect(bars.map(({ points }) => points[0]?.[1])).toEqual(
        sizes.toSorted((a, b) => b - a).slice(0, 10),
      );
    });

    test('the totals of accounts equal the sum over their numbers', async () => {
      const table = panelOf(dashboard.usage, 'Accounts');
      const [provider, numbers] = [
        await world.ask(table, { refId: 'B' }),
        await world.ask(table, { refId: 'F' }),
      ];
      expect(numbers).toEqual(provider);
    });
  });

  test('the share of a budget is what its account or number has used', async () => {
    const table = panelOf(dashboard.usage, 'Budgets');
    const shares = await world.ask(table, { refId: 'C' });
    const shareOf = (wanted: Sample['labels']) =>
      valueOf(shares.filter(({ labels }) => isDeepStrictEqual({ ...labels }, wanted)));
    const used = (account: string) =>
      present()
        .filter((one) => one.account === account)
        .map(({ number }) => world.truth.now.get(number)?.marketing ?? 0);
    for (const account of ['acme', 'beta']) {
      const share = shareOf({ account, category: 'marketing' });
      expect(share, account).toBeCloseTo(sum(used(account)) / BUDGET, 9);
    }
    for (const { account, number } of present()) {
      const share = shareOf({ account, number, category: 'total' });
      expect(share, number).toBeCloseTo(total(world.truth.now.get(number)) / BUDGET, 9);
    }
    const budgets = await world.ask(table, { refId: 'A' });
    expect(shares).toHaveLength(budgets.length);
    const forecasts = await world.ask(table, { refId: 'D' });
    expect(forecasts.map(({ labels }) => labels['account'])).toEqual(['acme', 'beta']);
    for (const { labels, points } of forecasts) {
      const share = shareOf({ account: labels['account'] ?? '', category: 'marketing' });
      expect(points[0]?.[1]).toBeGreaterThan(share ?? NaN);
    }
  });

  describe('number', () => {
    const of = (number: string, more: Asked = {}): Asked => ({ ...more, variables: { number } });

    test('a correction lowers only the bar of its day', async () => {
      const { number } = sim(0);
      const panel = panelOf(dashboard.number, 'Conversations per day');
      const bars = (await world.ask(panel, of(number, { rangeS: MONTH_S })))[0]?.points ?? [];
      expect(bars.some(([, value]) => value < 0)).toBe(true);
      for (const [dayS, value] of bars) {
        expect(value).toBe(grown('marketing', dayS, dayS + DAY_S, number));
      }
    });

    test('a new number has bars from its first day', async () => {
      const panel = panelOf(dashboard.number, 'Conversations per day');
      const bars =
        (await world.ask(panel, of(sim(INDEX.joined).number, { rangeS: MONTH_S })))[0]?.points ??
        [];
      expect(bars.length).toBe(21);
      for (const [dayS, value] of bars.slice(1)) {
        expect(value).toBe(grown('marketing', dayS, dayS + DAY_S, sim(INDEX.joined).number));
      }
    });

    test('a number added hours before the new month is not counted twice', async () => {
      const { number } = sim(INDEX.joinedLate);
      const panel = panelOf(dashboard.number, 'Conversations per day');
      const bars = (await world.ask(panel, of(number, { rangeS: MONTH_S })))[0]?.points ?? [];
      const first = Date.parse('2026-03-31T21:00:00Z') / 1000;
      const bar = bars.find(([dayS]) => dayS === first)?.[1] ?? 0;
      const expected = grown('marketing', first, first + DAY_S, number);
      expect(expected).toBeGreaterThan(30);
      // The conversations of the last hours of the old month are unknown.
      expect(Math.abs(bar - expected)).toBeLessThan(4);
    });

    test('time in state starts at the last change, or when the number was first seen', async () => {
      const panel = panelOf(dashboard.number, 'Unchanged');
      const hours = async (index: number, rangeS: number) =>
        (valueOf(await world.ask(panel, of(sim(index).number, { rangeS }))) ?? 0) / HOUR_S;
      // For any range: by default, the small panel would use steps of an hour.
      for (const days of [1, 7]) {
        const since = await hours(INDEX.wentOffline, days * DAY_S);
        expect(Math.abs(since - OFFLINE_HOURS)).toBeLessThan(0.2);
      }
      expect(await hours(0, DAY_S)).toBeCloseTo(24, 0);
    });

    test.each([
      ['A', 1],
      ['B', 7],
      ['C', 30],
    ])('uptime %s covers %d days for any selected range', async (refId, days) => {
      const one = sim(INDEX.cameBack);
      const uptime = valueOf(
        await world.ask(panelOf(dashboard.number, 'Uptime'), of(one.number, { refId })),
      );
      expect(uptime).toBeCloseTo(onlineShare(one, days), 3);
    });
  });

  describe('exporter', () => {
    test('counts the failures of the outage', async () => {
      const table = panelOf(dashboard.exporter, 'Accounts');
      const failures = await world.ask(table, { refId: 'G', rangeS: 7 * DAY_S });
      const ofBeta = failures.find(({ labels }) => labels['account'] === 'beta');
      // One failure a minute for two hours, seen by one replica; increase() extrapolates.
      expect(Math.abs((ofBeta?.points[0]?.[1] ?? 0) - 120)).toBeLessThan(3);
    });
  });
});
