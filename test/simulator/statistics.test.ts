import { expect, test } from 'vitest';
import { createFleet } from '../../src/simulator/fleet.ts';
import { createStatistics } from '../../src/simulator/statistics.ts';
import { askToken, getJson, start } from './simulator.ts';

const NOW_MS = Date.parse('2026-11-22T10:00Z');
const OPTIONS = { seed: 1, numbers: 25 };

interface Entry {
  readonly monthYear: string;
  readonly totalConversations: number;
  readonly totalMarketing: number;
}

function ask(body: Record<string, unknown> = {}, nowMs = NOW_MS): readonly Entry[] {
  return createStatistics(createFleet(OPTIONS))(nowMs, body)['list'] as readonly Entry[];
}

test('every month since December 2024 is listed, newest first', () => {
  const months = ask().map(({ monthYear }) => monthYear);
  expect(months).toHaveLength(24);
  expect(months.slice(0, 2)).toEqual(['112026', '102026']);
  expect(months.at(-1)).toBe('122024');
});

test('a past month has the last counts of the numbers that still exist', () => {
  const fleet = createFleet(OPTIONS);
  const existing = new Set(fleet.at(NOW_MS).map(({ whatsapp }) => whatsapp));
  const last = fleet.at(Date.parse('2026-11-01T01:59:59.999Z'));
  const kept = last.filter(({ whatsapp }) => existing.has(whatsapp));
  const sum = (list: typeof last) => list.reduce((total, n) => total + n.conversationsThisMonth, 0);
  const october = ask().find(({ monthYear }) => monthYear === '102026');
  expect(october?.totalConversations).toBe(sum(kept));
  expect(october?.totalConversations).toBeGreaterThan(0);
});

test('the statistics of the single numbers add up to those of the account', () => {
  const numbers = createFleet(OPTIONS).at(NOW_MS);
  const all = numbers.map(({ whatsapp }) => ask({ whatsapp }));
  for (const [month, entry] of ask().entries()) {
    const sum = all.reduce((total, list) => total + (list[month]?.totalMarketing ?? 0), 0);
    expect(sum).toBe(entry.totalMarketing);
  }
});

test('start_date and end_date limit the months', () => {
  const months = (body: Record<string, unknown>) => ask(body).map(({ monthYear }) => monthYear);
  expect(months({ start_date: '102026' })).toEqual(['112026', '102026']);
  expect(months({ end_date: '012025' })).toEqual(['012025', '122024']);
  expect(months({ start_date: '122025', end_date: '012026' })).toEqual(['012026', '122025']);
});

test('the call is a GET with an optional JSON body', async () => {
  const { simulator, clock, fleet } = await start();
  const path = '/whatsapp/getConversationsStatistics';
  const { access_token } = await askToken(simulator);
  const whatsapp = fleet.at(clock.unixMs())[0]?.whatsapp;
  const body = { start_date: '012026', whatsapp };
  const one = await getJson(simulator, path, access_token, body);
  expect(one).toMatchObject({ status: 'OK', reason: 1, totalWhatsApp: 1, whatsapp });
  const all = await getJson(simulator, path, access_token);
  expect(all).toMatchObject({ whatsapp: null });
  expect((all['list'] as unknown[]).length).toBeGreaterThan((one['list'] as unknown[]).length);
});
