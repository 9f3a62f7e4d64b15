/** What can be odd about a response that is good on the whole. Each costs as little as possible. */
export const ANOMALIES = {
  entry_invalid: 'a list entry without a usable `whatsapp` (1 to 20 digits): the entry is left out',
  entry_duplicate: 'a number that stands in the list again: the first entry stays',
  field_invalid: 'a field whose value makes no sense: its one series is left out',
  field_missing: 'a field that is not there or null: its one series is left out',
  text_cut: 'a name that was too long or held control characters: what remains is kept',
  total_mismatch: 'a total of the account that contradicts the list: both are shown as they came',
  number_limit: 'a number past the limit of numbers per account: the entry is left out',
} as const satisfies Record<string, string>;

export type AnomalyKind = keyof typeof ANOMALIES;

export const ANOMALY_KINDS = Object.keys(ANOMALIES) as readonly AnomalyKind[];

/** The oddities of one response, counted; bounded however odd the response is. */
export interface Anomalies {
  readonly counts: Readonly<Record<AnomalyKind, number>>;
  /**
   * Where the first few are: a kind with a number and field, or with a place in the list. Never a
   * value from the response.
   */
  readonly examples: readonly string[];
}

/** Enough to find the cause, few enough for one line of the log. */
const EXAMPLES_MAX = 10;

export interface AnomalyTally {
  add(kind: AnomalyKind, where: string): void;
  result(): Anomalies;
}

export function createAnomalyTally(): AnomalyTally {
  const counts = noAnomalies();
  const examples: string[] = [];
  return {
    add(kind, where) {
      counts[kind] += 1;
      if (examples.length < EXAMPLES_MAX) examples.push(`${kind}: ${where}`);
    },
    result: () => ({ counts, examples }),
  };
}

export function noAnomalies(): Record<AnomalyKind, number> {
  return Object.fromEntries(ANOMALY_KINDS.map((kind) => [kind, 0])) as Record<AnomalyKind, number>;
}
