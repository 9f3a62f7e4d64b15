import { createHmac } from 'node:crypto';

import type { PrivacyConfig } from './config/config.ts';
import type { ParsedResponse } from './core/parse.ts';
import { createSelection, type NumberSelection } from './core/selection.ts';

/** 64 bits: among 50,000 numbers two have the same hash in one of ten billion fleets. */
const HASH_HEX_DIGITS = 16;
/** Hashes that are kept, because every poll would compute them again. */
const HASHES_MAX = 200_000;

export interface Privacy {
  /** Whether the number is shown at all. */
  readonly isIncluded: (number: string) => boolean;
  /** What is shown instead of a number. */
  readonly toNumber: (number: string) => string;
  /** What is shown instead of a name. */
  readonly toName: (name: string) => string;
  readonly hide: (parsed: ParsedResponse) => ParsedResponse;
}

/**
 * Hides what the settings ask to hide of a response. Applied as soon as a response is parsed: state,
 * metrics, pages and log never hold what is hidden.
 */
export function createPrivacy(
  { numberLabel, noNames, hashKey }: PrivacyConfig,
  selection: NumberSelection = { include: [], exclude: [] },
): Privacy {
  const isIncluded = createSelection(selection);
  const toNumber =
    numberLabel === 'hashed' ? createHash(hashKey?.reveal() ?? '') : (number: string) => number;
  // An empty label is an absent one to Prometheus: joins on the number still work.
  const toName = noNames ? () => '' : (name: string) => name;
  const common = { isIncluded, toNumber, toName };
  if (numberLabel === 'full' && !noNames) return { ...common, hide: (parsed) => parsed };

  const hide: Privacy['hide'] = ({ snapshot, anomalies }) => ({
    snapshot: {
      ...snapshot,
      numbers: snapshot.numbers.map((number) => ({
        ...number,
        whatsapp: toNumber(number.whatsapp),
        displayName: toName(number.displayName),
        businessName: toName(number.businessName),
      })),
    },
    anomalies: {
      ...anomalies,
      // `kind: number` or `kind: number.field`; a position in the list is not a number.
      examples: anomalies.examples.map((example) =>
        example.replace(/(?<=: )\d+(?=\.|$)/, toNumber),
      ),
    },
  });
  return { ...common, hide };
}

function createHash(key: string): (number: string) => string {
  const hashes = new Map<string, string>();
  return (number) => {
    const kept = hashes.get(number);
    if (kept !== undefined) return kept;
    const hash = createHmac('sha256', key).update(number).digest('hex').slice(0, HASH_HEX_DIGITS);
    if (hashes.size >= HASHES_MAX) hashes.clear();
    hashes.set(number, hash);
    return hash;
  };
}
