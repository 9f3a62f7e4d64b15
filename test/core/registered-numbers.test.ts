import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  parseRegisteredNumbers,
  REGISTERED_NUMBERS_MAX,
} from '../../src/core/registered-numbers.ts';
import { anyListNeverBreaks } from '../support/any-list.ts';
import { responseOf } from '../support/sample.ts';

const CANARY = 'https://onboarding.example/fake-link-canary';

const entry = (changes: Record<string, unknown> = {}) => ({
  whatsapp: '972501110001',
  expiration: 1_739_874_663,
  onboarding_link: CANARY,
  comment: 'kept for a client',
  ...changes,
});

test('a registered number has an expiry, a comment, and a link or none', () => {
  const without = entry({ whatsapp: '972501110002', onboarding_link: null, comment: '' });
  const { data, anomalies } = parseRegisteredNumbers(responseOf(entry(), without));
  expect(data).toEqual([
    {
      whatsapp: '972501110001',
      expiresS: 1_739_874_663,
      hasLink: 1,
      comment: 'kept for a client',
    },
    { whatsapp: '972501110002', expiresS: 1_739_874_663, hasLink: 0, comment: '' },
  ]);
  expect(anomalies.examples).toEqual([]);
});

test.each([
  ['', 0],
  [null, 0],
  [CANARY, 1],
  [undefined, undefined],
  [7, undefined],
  [{ url: CANARY }, undefined],
])('the link %j is reported as %s', (link, expected) => {
  const { data } = parseRegisteredNumbers(responseOf(entry({ onboarding_link: link })));
  expect(data[0]?.hasLink).toBe(expected);
});

test('the link never leaves the parser, wherever it is', () => {
  const spoilt = Object.fromEntries(Object.keys(entry()).map((key) => [key, { link: CANARY }]));
  const parsed = parseRegisteredNumbers({
    ...responseOf(entry(), spoilt, { ...spoilt, whatsapp: '972501110003' }, CANARY),
    onboarding_link: CANARY,
  });
  expect(parsed.data).toHaveLength(2);
  expect(inspect(parsed, { depth: null })).not.toContain('canary');
});

test('an empty list is valid: no number waits', () => {
  expect(parseRegisteredNumbers(responseOf()).data).toEqual([]);
});

test('numbers above the limit of the provider are dropped and counted', () => {
  const list = Array.from({ length: REGISTERED_NUMBERS_MAX + 2 }, (_, i) =>
    entry({ whatsapp: String(972_500_000_000 + i) }),
  );
  const { data, anomalies } = parseRegisteredNumbers(responseOf(...list));
  expect(data).toHaveLength(REGISTERED_NUMBERS_MAX);
  expect(anomalies.counts.number_limit).toBe(2);
});

test('any response yields valid entries or a PollError', () => {
  anyListNeverBreaks(parseRegisteredNumbers, Object.keys(entry()), (data) => {
    for (const { whatsapp, expiresS, hasLink, comment } of data) {
      expect(whatsapp).toMatch(/^\d{1,20}$/);
      expect(expiresS === undefined || Number.isInteger(expiresS)).toBe(true);
      expect([0, 1, undefined]).toContain(hasLink);
      expect(comment).not.toMatch(/[\r\n]/);
    }
    expect(new Set(data.map(({ whatsapp }) => whatsapp)).size).toBe(data.length);
  });
});
