import { describe, expect } from 'vitest';
import { createFleet } from '../../src/simulator/fleet.ts';
import { failing, harmless } from './row.ts';
import { answerOf, linesOf, totalsOf } from './truth.ts';

describe('Anomalous data', () => {
  harmless('empty list', {
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', body: JSON.stringify(answerOf([])) };
    },
    expected: () => [linesOf([])],
  });
  failing('empty list, totals above 0', {
    reason: 'invalid_response',
    begin: ({ provider, list }) => {
      const body = JSON.stringify({ ...answerOf(list()), list: [] });
      provider.faults.numbers = { kind: 'reply', body };
    },
  });
  harmless('fourth category', {
    begin: ({ provider, list }) => {
      const entries = list().map((number) => ({
        ...number,
        conversationsThisMonth: number.conversationsThisMonth + 5,
        authenticationThisMonth: 5,
      }));
      const body = JSON.stringify({ ...answerOf(entries), list: entries });
      provider.faults.numbers = { kind: 'reply', body };
    },
    expected: (list) => [
      linesOf(
        list.map((number) => ({
          ...number,
          conversationsThisMonth: number.conversationsThisMonth + 5,
        })),
      ),
    ],
    anomalies: ['field_unknown', 'total_mismatch'],
    note: 'served as received; the log names the new field.',
  });
  harmless('fields of the wrong type', {
    begin: ({ provider }) => {
      provider.faults.numbers = {
        kind: 'transform',
        transform: (good) => ({
          ...good,
          list: (good['list'] as Record<string, unknown>[]).map((entry) => ({
            ...entry,
            isOnline: { apiKey: entry['apiKey'] },
            display_name: [entry['apiKey']],
          })),
        }),
      };
    },
    expected: (list) => [
      linesOf(list.map((number) => ({ ...number, display_name: '' }))).filter(
        (line) => !line.startsWith('whatsapp_number_online{'),
      ),
    ],
    anomalies: ['field_invalid'],
    note: 'invalid fields are dropped, and the rest is served.',
  });
  let calls = 0;
  harmless('number that disappears and returns', {
    begin: (scene) => {
      scene.provider.faults.numbers = {
        kind: 'transform',
        transform: () => answerOf(scene.list().slice((calls += 1) % 2)),
      };
    },
    expected: (list) => [linesOf(list), linesOf(list.slice(1))],
    alsoExpect: () => expect(calls).toBeGreaterThan(3),
  });
});

describe('Large lists', () => {
  const many = createFleet({ seed: 2, numbers: 60_500 }).at(Date.now()).slice(0, 60_000);
  harmless('60,000 numbers', {
    pace: { intervalS: 5, timeoutS: 20, staleAfterS: 60, scrapeMs: 2_000 },
    memoryMibMax: 192,
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', body: JSON.stringify(answerOf(many)) };
    },
    expected: () => [linesOf(many.slice(0, 50_000), totalsOf(many))],
    anomalies: ['number_limit'],
    paceMsMax: 1_000,
    note:
      'the first 50,000 are served, 54 MiB of text. Polled every 5 s and scraped every 2 s. The time ' +
      'limit is 1 s instead of 100 ms. The process may keep 192 MiB of heap.',
  });
});
