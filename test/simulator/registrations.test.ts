import { expect, test } from 'vitest';
import { onboardingsAt, registeredNumbersAt } from '../../src/simulator/registrations.ts';
import { askToken, getJson, start } from './simulator.ts';

const DAY_S = 86_400;
const NOW_S = Date.parse('2026-11-22T10:00Z') / 1000;

interface Registered {
  readonly whatsapp: string;
  readonly expiration: number;
  readonly onboarding_link: string | null;
}

interface Onboarding {
  readonly create_time: number;
  readonly whatsapp: string;
  readonly coexistence: number;
  readonly status: number;
}

const registered = (unixS: number) =>
  registeredNumbersAt(unixS * 1000)['list'] as readonly Registered[];
const onboardings = (unixS: number) => onboardingsAt(unixS * 1000)['list'] as readonly Onboarding[];
/** Every 8 hours for half a year. */
const INSTANTS = Array.from({ length: 3 * 180 }, (_, i) => NOW_S + (i * DAY_S) / 3);

test('a registration is always about to expire, none has, and all last 90 days', () => {
  for (const nowS of INSTANTS) {
    const left = registered(nowS).map(({ expiration }) => expiration - nowS);
    expect(Math.min(...left)).toBeLessThan(7 * DAY_S);
    expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...left)).toBeLessThanOrEqual(90 * DAY_S);
  }
});

test('a number stays registered until it expires, and only some have a link', () => {
  const [first, later] = [registered(NOW_S), registered(NOW_S + DAY_S)];
  expect(later.filter((entry) => first.some((e) => e.whatsapp === entry.whatsapp)).length).toBe(13);
  expect(new Set(first.map((entry) => entry.onboarding_link === null)).size).toBe(2);
  expect(new Set(first.map(({ whatsapp }) => whatsapp)).size).toBe(first.length);
});

test('some onboardings are always unfinished for more than a week, with and without coexistence', () => {
  for (const nowS of INSTANTS) {
    const list = onboardings(nowS);
    const old = list.filter((o) => o.status === 0 && nowS - o.create_time > 7 * DAY_S);
    expect(new Set(old.map(({ coexistence }) => coexistence)).size).toBe(2);
    expect(list.every((o) => o.create_time <= nowS)).toBe(true);
  }
});

test('only an unfinished onboarding with coexistence has a temporary number', () => {
  const list = onboardings(NOW_S);
  for (const { whatsapp, status, coexistence } of list) {
    expect(whatsapp.startsWith('97257')).toBe(status === 0 && coexistence === 1);
  }
  expect(new Set(list.map(({ status }) => status)).size).toBe(2);
});

test('an onboarding finishes once and keeps its start', () => {
  const seen = new Map<number, number>();
  for (const nowS of INSTANTS) {
    for (const { create_time, status } of onboardings(nowS)) {
      expect(status).toBeGreaterThanOrEqual(seen.get(create_time) ?? 0);
      seen.set(create_time, status);
    }
  }
});

test.each([
  ['/whatsapp/getRegisteredNumbers', registeredNumbersAt],
  ['/whatsapp/getAccounts', onboardingsAt],
])('%s needs a token', async (path, answer) => {
  const { simulator, clock } = await start();
  expect(await getJson(simulator, path, 'made-up')).toEqual({ status: 'FAIL', reason: 3 });
  const { access_token } = await askToken(simulator);
  expect(await getJson(simulator, path, access_token)).toEqual(answer(clock.unixMs()));
});
