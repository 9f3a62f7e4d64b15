import { expect, test } from 'vitest';
import { DEMO_FLEET } from '../../src/simulator/demo.ts';
import { createFleet, type FleetNumber } from '../../src/simulator/fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const COUNTS = [
  'conversationsThisMonth',
  'marketingThisMonth',
  'serviceThisMonth',
  'incomingThisMonth',
] as const;

const at = (text: string) => Date.parse(text);
const byNumber = (list: readonly FleetNumber[]) => new Map(list.map((n) => [n.whatsapp, n]));
const sum = (list: readonly FleetNumber[], field: (typeof COUNTS)[number]) =>
  list.reduce((total, number) => total + number[field], 0);

function ask(order: readonly number[], seed = 1) {
  const fleet = createFleet({ seed, numbers: 60 });
  return new Map(order.map((ms) => [ms, fleet.at(ms)]));
}

test('an instant is independent of earlier queries, and depends on the seed', () => {
  const instants = ['2026-11-22T10:00Z', '2026-10-03T07:31Z', '2027-02-01T00:00Z'].map(at);
  const forwards = ask(instants);
  const backwards = ask(instants.toReversed());
  for (const ms of instants) expect(backwards.get(ms)).toEqual(forwards.get(ms));
  expect(ask(instants, 2).get(instants[0] ?? 0)).not.toEqual(forwards.get(instants[0] ?? 0));
});

test('changes by the caller do not affect later results', () => {
  const fleet = createFleet({ seed: 1, numbers: 5 });
  const ms = at('2026-11-22T10:00Z');
  const before = JSON.stringify(fleet.at(ms));
  const list = fleet.at(ms);
  for (const number of list) Object.assign(number, { serviceThisMonth: -1, whatsapp: 'x' });
  list.length = 0;
  expect(JSON.stringify(fleet.at(ms))).toBe(before);
});

test.each([
  ['winter time', 4, '2026-11-01T04:00+02:00', '2026-12-01T04:00+02:00'],
  ['clocks going forward', 4, '2026-03-01T04:00+02:00', '2026-04-01T04:00+03:00'],
  ['summer time', 4, '2026-07-01T04:00+03:00', '2026-08-01T04:00+03:00'],
  ['clocks going back', 4, '2026-10-01T04:00+03:00', '2026-11-01T04:00+02:00'],
  ['at midnight', 0, '2026-11-01T00:00+02:00', '2026-12-01T00:00+02:00'],
])('counts only grow within a month and restart on its first: %s', (_, hour, start, end) => {
  const month = { timezone: 'Asia/Jerusalem', startsAtMs: hour * HOUR_MS };
  const fleet = createFleet({ seed: 3, numbers: 40, month });
  expect(COUNTS.map((field) => sum(fleet.at(at(start)), field))).toEqual([0, 0, 0, 0]);
  let earlier = byNumber(fleet.at(at(start)));
  for (let ms = at(start); ms < at(end); ms += 17 * MINUTE_MS) {
    const now = byNumber(fleet.at(ms));
    const shrunk = [...now.values()].filter((number) =>
      COUNTS.some((field) => number[field] < (earlier.get(number.whatsapp)?.[field] ?? 0)),
    );
    expect(shrunk).toEqual([]);
    earlier = now;
  }
  expect(sum(fleet.at(at(end) - 1), 'conversationsThisMonth')).toBeGreaterThan(10_000);
  expect(sum(fleet.at(at(end)), 'conversationsThisMonth')).toBe(0);
});

test('the month starts in the configured time zone', () => {
  const fleet = createFleet({
    seed: 3,
    numbers: 40,
    month: { timezone: 'America/New_York', startsAtMs: 0 },
  });
  expect(sum(fleet.at(at('2026-12-01T04:59:59Z')), 'serviceThisMonth')).toBeGreaterThan(1000);
  expect(sum(fleet.at(at('2026-12-01T05:00:00Z')), 'serviceThisMonth')).toBe(0);
});

test('the fields of each entry are consistent, and sizes span orders of magnitude', () => {
  const list = createFleet({ seed: 4, numbers: 300 }).at(at('2026-11-30T20:00+02:00'));
  for (const number of list) {
    expect(number.whatsapp).toMatch(/^9725\d{8}$/);
    expect(number.apiKey).toMatch(/^fake-api-key-\d+$/);
    expect(COUNTS.every((field) => Number.isInteger(number[field]))).toBe(true);
    expect(number.conversationsThisMonth).toBe(
      number.marketingThisMonth + number.serviceThisMonth + number.incomingThisMonth,
    );
    expect([number.onlineInbox > 0, number.onlineAccount > 0]).toEqual(
      number.isOnline === 1 ? [true, true] : [false, false],
    );
    expect(number.create_time * 1000).toBeLessThanOrEqual(at('2026-11-30T20:00+02:00'));
  }
  const sizes = list.map((number) => number.conversationsThisMonth).toSorted((a, b) => a - b);
  expect(sizes[30]).toBeLessThan(50);
  expect(sizes[270]).toBeGreaterThan(3000);
});

test('traffic is in business hours, on Friday mornings, and hardly on Saturdays', () => {
  const fleet = createFleet({ seed: 5, numbers: 200 });
  const served = (from: string, hours: number) => {
    const later = byNumber(fleet.at(at(from) + hours * HOUR_MS - 1));
    return fleet
      .at(at(from))
      .map(
        (n) => (later.get(n.whatsapp)?.serviceThisMonth ?? n.serviceThisMonth) - n.serviceThisMonth,
      )
      .reduce((total, grown) => total + grown, 0);
  };
  const sunday = served('2026-11-22T00:00+02:00', 24);
  expect(served('2026-11-22T00:00+02:00', 6)).toBe(0);
  expect(served('2026-11-22T08:00+02:00', 12)).toBeGreaterThan(0.8 * sunday);
  const friday = served('2026-11-27T00:00+02:00', 24);
  expect(friday).toBeLessThan(0.6 * sunday);
  expect(friday).toBeGreaterThan(0.1 * sunday);
  expect(served('2026-11-27T14:00+02:00', 10)).toBeLessThan(0.1 * friday);
  expect(served('2026-11-28T00:00+02:00', 24)).toBeLessThan(0.08 * sunday);
});

test('marketing consists of campaigns on a minority of days', () => {
  const fleet = createFleet({ seed: 6, numbers: 50 });
  const days = Array.from({ length: 29 }, (_, day) => at('2026-11-01T00:00+02:00') + day * DAY_MS);
  const grown = days.flatMap((ms) => {
    const later = byNumber(fleet.at(ms + DAY_MS));
    return fleet
      .at(ms)
      .map((n) => (later.get(n.whatsapp)?.marketingThisMonth ?? 0) > n.marketingThisMonth);
  });
  const share = grown.filter(Boolean).length / grown.length;
  expect(share).toBeGreaterThan(0.02);
  expect(share).toBeLessThan(0.2);
  const sunday = at('2026-11-22T00:00+02:00');
  const sent = [0, 10, 13].map((h) => sum(fleet.at(sunday + h * HOUR_MS), 'marketingThisMonth'));
  expect(sent[1]).toBe(sent[0]);
  expect(sent[2]).toBeGreaterThan(sent[0] ?? 0);
  const saturday = [-24, -1].map((h) => sum(fleet.at(sunday + h * HOUR_MS), 'marketingThisMonth'));
  expect(saturday[1]).toBe(saturday[0]);
});

test.each([1, 2, 3])(
  'in a small fleet one to three numbers are offline most of the time: seed %i',
  (seed) => {
    const fleet = createFleet({ seed, numbers: 25 });
    const start = at('2026-11-22T00:00Z');
    const offline = Array.from(
      { length: 7 * 96 },
      (_, i) => fleet.at(start + i * 15 * MINUTE_MS).filter((n) => n.isOnline === 0).length,
    );
    const mean = offline.reduce((total, count) => total + count, 0) / offline.length;
    expect(mean).toBeGreaterThan(1);
    expect(mean).toBeLessThan(3);
    expect(Math.max(...offline)).toBeLessThan(9);
  },
);

test('one number was never online, one flaps, and others have outages of minutes to hours', () => {
  const fleet = createFleet({ seed: 1, numbers: 25 });
  const start = at('2026-11-01T00:00Z');
  const states = new Map<string, string>();
  for (let minute = 0; minute < 14 * 1440; minute++) {
    for (const { whatsapp, isOnline } of fleet.at(start + minute * MINUTE_MS)) {
      states.set(whatsapp, `${states.get(whatsapp) ?? ''}${isOnline}`);
    }
  }
  const all = [...states.values()];
  expect(all.filter((line) => !line.includes('1'))).toHaveLength(1);
  expect(all.filter((line) => line.split('10').length > 500)).toHaveLength(1);
  const outages = all
    .filter((line) => line.split('10').length < 500)
    .flatMap((line) => line.match(/(?<=1)0+(?=1)/g) ?? []);
  const lengths = outages.map((outage) => outage.length);
  expect(lengths.length).toBeGreaterThan(20);
  expect(Math.min(...lengths)).toBeLessThan(30);
  expect(Math.max(...lengths)).toBeGreaterThan(240);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1440);
});

test('a few percent of numbers leave and join every month, and no digits are used twice', () => {
  const fleet = createFleet({ seed: 7, numbers: 1000 });
  const keys = new Map<string, string>();
  let before = byNumber(fleet.at(Date.UTC(2026, 0, 15)));
  for (let month = 1; month < 12; month++) {
    const list = fleet.at(Date.UTC(2026, month, 15));
    const now = byNumber(list);
    expect(now.size).toBe(list.length);
    expect(now.size).toBeGreaterThan(980);
    for (const { whatsapp, apiKey } of list) {
      expect(keys.get(apiKey) ?? whatsapp).toBe(whatsapp);
      keys.set(apiKey, whatsapp);
    }
    const joined = list.filter((number) => !before.has(number.whatsapp));
    const left = [...before.keys()].filter((whatsapp) => !now.has(whatsapp));
    for (const changed of [joined.length, left.length]) {
      expect(changed).toBeGreaterThan(10);
      expect(changed).toBeLessThan(70);
    }
    const joinedS = joined.map((number) => number.create_time);
    expect(Math.min(...joinedS)).toBeGreaterThanOrEqual(Date.UTC(2026, month - 1, 15) / 1000 - 1);
    before = now;
  }
});

test('a number that joins in the middle of a month starts at 0', () => {
  const fleet = createFleet({ seed: 7, numbers: 300 });
  const monthStart = at('2026-11-01T00:00+02:00');
  const joined = fleet
    .at(at('2026-11-29T00:00+02:00'))
    .filter((number) => number.create_time * 1000 > monthStart + DAY_MS);
  expect(joined.length).toBeGreaterThan(3);
  for (const { whatsapp, create_time } of joined) {
    expect(byNumber(fleet.at(create_time * 1000 - 1000)).has(whatsapp)).toBe(false);
    const first = byNumber(fleet.at(create_time * 1000 + 1000)).get(whatsapp);
    expect(COUNTS.map((field) => first?.[field])).toEqual([0, 0, 0, 0]);
  }
});

test('names contain awkward characters and survive JSON', () => {
  const list = createFleet({ seed: 8, numbers: 25 }).at(at('2026-11-22T10:00Z'));
  const names = list.map((number) => number.display_name);
  for (const sign of [/[א-ת]/, /[A-Z]/, /\p{Extended_Pictographic}/u, /"/, /\u200f/, /\\/]) {
    expect(
      names.some((name) => sign.test(name)),
      String(sign),
    ).toBe(true);
  }
  expect(JSON.parse(JSON.stringify(list))).toEqual(list);
  expect(names.every((name) => name.isWellFormed() && name.length < 100)).toBe(true);
});

test('the fleet of --demo has an offline number at any time', () => {
  const fleet = createFleet(DEMO_FLEET);
  const startMs = Date.UTC(2026, 11, 1);
  for (let day = 0; day < 3650; day += 0.7) {
    const unixMs = startMs + day * 86_400_000;
    const offline = fleet.at(unixMs).filter(({ isOnline }) => isOnline === 0);
    expect(offline.length, new Date(unixMs).toISOString()).toBeGreaterThan(0);
  }
});
