import { createHmac } from 'node:crypto';

import type { PrivacyConfig } from './config/config.ts';
import type { AccountState, PollOutcome } from './core/account-state.ts';
import type { Anomalies } from './core/anomalies.ts';
import type { NumberEntry, Snapshot } from './core/snapshot.ts';

/** What of a poll may be seen outside; all that is shown or logged goes through here. */
export interface Privacy {
  /** The same object for the same state, so that what was made of it before is known again. */
  readonly toShown: (state: AccountState) => AccountState;
  /** For the log. */
  readonly toShownAnomalies: (anomalies: Anomalies) => Anomalies;
}

/** 64 bits: two of 50,000 numbers meet in one of ten billion fleets. */
const HASH_HEX_DIGITS = 16;
/** Hashes that are kept, since a number is hashed anew with each poll else. */
const HASHES_MAX = 200_000;

/**
 * The state itself goes on with the real numbers: counters are theirs, whatever stands for them, and
 * a change of the settings shows at the next scrape.
 */
export function createPrivacy({ numberLabel, noNames, hashKey }: PrivacyConfig): Privacy {
  if (numberLabel === 'full' && !noNames) {
    return { toShown: (state) => state, toShownAnomalies: (anomalies) => anomalies };
  }
  const toNumber = numberLabel === 'hashed' ? createHash(hashKey?.reveal() ?? '') : same;

  const toEntry = (number: NumberEntry): NumberEntry => ({
    ...number,
    whatsapp: toNumber(number.whatsapp),
    // Empty labels are absent ones to Prometheus: joins on the number go on working.
    ...(noNames ? { displayName: '', businessName: '' } : {}),
  });
  const toSnapshot = memo((snapshot: Snapshot) => ({
    ...snapshot,
    numbers: snapshot.numbers.map(toEntry),
  }));
  const toConversations = memo(
    (counters: AccountState['conversations']): AccountState['conversations'] =>
      new Map([...counters].map(([number, counts]) => [toNumber(number), counts])),
  );
  const toShownAnomalies = ({ counts, examples }: Anomalies): Anomalies => ({
    counts,
    // `kind: number` or `kind: number.field`; a place in the list is not a number's.
    examples: examples.map((example) => example.replace(/(?<=: )\d+(?=\.|$)/, toNumber)),
  });
  const toOutcome = (outcome: PollOutcome): PollOutcome =>
    'reason' in outcome
      ? outcome
      : {
          ...outcome,
          snapshot: toSnapshot(outcome.snapshot),
          anomalies: toShownAnomalies(outcome.anomalies),
        };
  const toShown = memo((state: AccountState): AccountState => ({
    ...state,
    conversations: toConversations(state.conversations),
    lastPoll: state.lastPoll && toOutcome(state.lastPoll),
    lastGood: state.lastGood && {
      ...state.lastGood,
      snapshot: toSnapshot(state.lastGood.snapshot),
    },
  }));
  return { toShown, toShownAnomalies };
}

const same = (number: string): string => number;

function createHash(key: string): (number: string) => string {
  const hashes = new Map<string, string>();
  return (number) => {
    const known = hashes.get(number);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', key).update(number).digest('hex').slice(0, HASH_HEX_DIGITS);
    if (hashes.size >= HASHES_MAX) hashes.clear();
    hashes.set(number, hash);
    return hash;
  };
}

/** Keeps what was made of an object as long as the object itself. */
function memo<In extends object, Out>(make: (from: In) => Out): (from: In) => Out {
  const made = new WeakMap<In, Out>();
  return (from) => {
    if (!made.has(from)) made.set(from, make(from));
    return made.get(from) as Out;
  };
}
