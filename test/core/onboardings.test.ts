import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { parseOnboardings } from '../../src/core/onboardings.ts';
import { anyListNeverBreaks } from '../support/any-list.ts';
import { responseOf } from '../support/sample.ts';

const PERSONAL = {
  business_email: 'canary@example.com',
  business_id: 'canary-id',
  business_address: 'canary street',
  landing_page: 'https://canary.example',
  onboarding_link: 'https://onboarding.example/canary',
  display_name: 'canary name',
  reference: 'canary-reference',
};

const entry = (changes: Record<string, unknown> = {}) => ({
  create_time: 1_739_874_663,
  whatsapp: '972501110003',
  coexistence: 0,
  business_name: 'Example Ltd',
  status: 0,
  ...PERSONAL,
  ...changes,
});

const unfinishedOf = (...list: unknown[]) => parseOnboardings(responseOf(...list)).data.unfinished;

test('onboardings are counted by status and coexistence', () => {
  const { data, anomalies } = parseOnboardings(
    responseOf(
      entry(),
      entry({ whatsapp: '1', status: 1 }),
      entry({ whatsapp: '2', status: '1' }),
      entry({ whatsapp: '3', status: 1, coexistence: 1 }),
      entry({ whatsapp: '97257000001', coexistence: 1 }),
    ),
  );
  expect(data.counts).toEqual([
    { finished: 0, coexistence: 0, count: 1 },
    { finished: 0, coexistence: 1, count: 1 },
    { finished: 1, coexistence: 0, count: 2 },
    { finished: 1, coexistence: 1, count: 1 },
  ]);
  expect(anomalies.examples).toEqual([]);
});

test('an unfinished onboarding has its number, its start and its business name', () => {
  expect(unfinishedOf(entry(), entry({ whatsapp: '972501110004', status: 1 }))).toEqual([
    { whatsapp: '972501110003', createdS: 1_739_874_663, businessName: 'Example Ltd' },
  ]);
});

test('onboardings with a temporary number share one entry without number and name: the oldest', () => {
  const temporary = (whatsapp: string, create_time: number, coexistence: unknown = 1) =>
    entry({ whatsapp, create_time, coexistence });
  expect(
    unfinishedOf(temporary('972570000001', 300), temporary('972570000002', 200, 'unknown')),
  ).toEqual([{ whatsapp: '', createdS: 200, businessName: '' }]);
});

test('97257 without coexistence is not a temporary number', () => {
  const whatsapp = '972571110003';
  expect(unfinishedOf(entry({ whatsapp }))[0]?.whatsapp).toBe(whatsapp);
});

test('of several unfinished onboardings of a number, the oldest counts', () => {
  const unfinished = unfinishedOf(
    entry({ create_time: 300, business_name: 'New' }),
    entry({ create_time: 200, business_name: 'Old' }),
  );
  expect(unfinished).toEqual([{ whatsapp: '972501110003', createdS: 200, businessName: 'Old' }]);
});

test('a number that finished with another link is not unfinished', () => {
  expect(unfinishedOf(entry({ create_time: 200 }), entry({ status: 1 }))).toEqual([]);
});

test('an entry without a status is neither finished nor unfinished', () => {
  const { data, anomalies } = parseOnboardings(responseOf(entry({ status: 2 })));
  expect(data.unfinished).toEqual([]);
  expect(data.counts.every(({ count }) => count === 0)).toBe(true);
  expect(anomalies.counts.field_invalid).toBe(1);
});

test('no e-mail, address, link or id leaves the parser, wherever it is', () => {
  const spoilt = { ...entry(), whatsapp: '972501110005', ...PERSONAL, create_time: '9' };
  const nested = Object.fromEntries(Object.keys(entry()).map((key) => [key, PERSONAL]));
  const parsed = parseOnboardings({ ...responseOf(entry(), spoilt, nested), ...PERSONAL });
  expect(parsed.data.unfinished).toHaveLength(2);
  expect(inspect(parsed, { depth: null })).not.toContain('canary');
});

test('any response yields valid onboardings or a PollError', () => {
  anyListNeverBreaks(parseOnboardings, Object.keys(entry()), ({ counts, unfinished }) => {
    expect(counts).toHaveLength(4);
    for (const { whatsapp, createdS, businessName } of unfinished) {
      expect(whatsapp).toMatch(/^\d{0,20}$/);
      expect(Number.isInteger(createdS)).toBe(true);
      expect(businessName).not.toMatch(/[\r\n]/);
    }
    expect(new Set(unfinished.map(({ whatsapp }) => whatsapp)).size).toBe(unfinished.length);
  });
});
