import { describe, expect } from 'vitest';
import type { CollectorName } from '../../src/core/collector.ts';
import type { Reason } from '../../src/core/reasons.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { eventually } from '../support/program.ts';
import { harmless } from './row.ts';
import type { Watch } from './watch.ts';

const elsewhere = { location: 'http://127.0.0.1:9/' };

/** The failures of a call, which must cost its collector only. */
const FAILURES: readonly [name: string, Reason, Fault][] = [
  ['FAIL 3', 'token', { kind: 'fail', reason: 3 }],
  ['FAIL 2', 'credentials', { kind: 'fail', reason: 2 }],
  ['FAIL 13', 'provider_failed', { kind: 'fail', reason: 13 }],
  ['429', 'rate_limited', { kind: 'reply', status: 429 }],
  ['403, with HTML', 'http_status', { kind: 'reply', status: 403, body: '<h1>No' }],
  ['redirect', 'redirect', { kind: 'reply', status: 302, headers: elsewhere }],
  ['silence', 'timeout', { kind: 'never' }],
  // The retries are aborted when the numbers are due.
  ['reset', 'timeout', { kind: 'resetMidBody' }],
  ['half a response', 'invalid_json', { kind: 'truncate' }],
  ['another shape', 'invalid_response', { kind: 'transform', transform: () => ({ status: 'OK' }) }],
  ['65 MiB', 'too_large', { kind: 'huge', bytes: 65 * 1024 * 1024 }],
];

/** Only the call for inboxes documents these. */
const OF_INBOXES: typeof FAILURES = [
  ['FAIL 33', 'provider_failed', { kind: 'fail', reason: 33 }],
  ['FAIL 34', 'provider_failed', { kind: 'fail', reason: 34 }],
];

/** The first poll ends just after a tick, because the next one would stop the collector. */
const untilNextTick: Fault = {
  kind: 'delay',
  times: 1,
  get delayMs() {
    return 1_050 - (Date.now() % 1_000);
  },
};

const FAILED =
  /^whatsapp_collector_failures_total\{account="acme",collector="(\w+)",reason="(\w+)"\} [1-9]/gm;

/** The reasons of the failures counted so far. */
function failuresOf(collector: CollectorName, { samples }: Watch): readonly string[] {
  const { text = '' } = samples.at(-1) ?? {};
  const found = [...text.matchAll(FAILED)].filter(([, one]) => one === collector);
  return found.map(([, , reason = '']) => reason);
}

/**
 * The rows of one collector, which `setting` enables. Each collector has a file of its own, because the rows of a
 * file run one after another.
 */
export function collectorRows(collector: CollectorName, setting: string = collector): void {
  describe('Collectors', () => {
    const failures = collector === 'inboxes' ? [...FAILURES, ...OF_INBOXES] : FAILURES;
    for (const [name, reason, fault] of failures) {
      harmless(`${collector}: ${name}`, {
        env: { [`WHATSAPP_COLLECTORS_${setting.toUpperCase()}`]: '1m' },
        // A collector runs after the first poll.
        faults: { [collector]: fault, numbers: untilNextTick },
        begin: async (_scene, { watch }) => {
          await eventually(() => failuresOf(collector, watch)[0], 'a failure of the collector');
        },
        alsoExpect({ provider }, { watch }) {
          const text = watch.samples.at(-1)?.text ?? '';
          const labels = `account="acme",collector="${collector}"`;
          expect(text).toContain(`whatsapp_collector_up{${labels}} 0\n`);
          // On a busy machine the numbers may be due before the run has ended.
          for (const failed of failuresOf(collector, watch))
            expect([reason, 'timeout']).toContain(failed);
          expect(text).not.toContain(
            `whatsapp_collector_last_success_timestamp_seconds{${labels}}`,
          );
          expect(provider.requests.token, 'token requests').toBe(1);
        },
      });
    }
  });
}
