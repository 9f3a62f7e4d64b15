import { afterPoll, createAccountState, type AccountState } from '../../src/core/account-state.ts';
import { noAnomalies } from '../../src/core/anomalies.ts';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import type { NumberEntry, Snapshot } from '../../src/core/snapshot.ts';
import { numberEntry } from './numbers.ts';

const TOTALS: Snapshot['totals'] = {
  numbers: undefined,
  conversations: undefined,
  marketing: undefined,
  service: undefined,
  incoming: undefined,
};

/** An account whose polls return these marketing counts of its numbers. */
export function createPolledAccount() {
  let state = createAccountState('acme');
  return {
    poll(
      unixMs: number,
      counts: readonly number[],
      monotonicMs = unixMs,
      settings = PROVIDER_MONTH,
    ): AccountState {
      const numbers = counts.map((marketing, i): NumberEntry =>
        numberEntry({ whatsapp: String(i), marketing, service: 0, incoming: 0 }),
      );
      const outcome = {
        endedAt: { unixMs, monotonicMs },
        durationMs: 0,
        tokenExpiresAtMs: undefined,
        snapshot: { totals: TOTALS, numbers, excluded: 0 },
        anomalies: { counts: noAnomalies(), examples: [] },
      };
      state = afterPoll(state, outcome, settings);
      return state;
    },
    total: (number = 0) =>
      state.conversations.find(({ whatsapp }) => whatsapp === String(number))?.marketing.total,
    month: () => {
      const { startMs = 0, endMs = 0 } = state.lastGood?.month ?? {};
      return [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
    },
  };
}
