/** Problems in an otherwise usable response. Each affects as little of it as possible. */
export const ANOMALIES = {
  entry_invalid: 'a list entry without a usable `whatsapp` (1 to 20 digits): the entry is dropped',
  entry_duplicate: 'a number that is in the list twice: the first entry is kept',
  field_invalid: 'a field with an invalid value: its series is dropped',
  field_missing: 'a field that is missing or null: its series is dropped',
  field_unknown:
    'a field that the provider does not document: it is ignored; each name counts once',
  text_cut:
    'a name that is too long or contains control characters or line breaks: the rest is kept',
  text_replacement:
    'a name that contains U+FFFD, which replaces characters lost in transfer: it is kept',
  total_mismatch:
    'an account total that differs from the sum over the list, or a number whose categories do not add up to its conversations: all values are served as received',
  number_limit:
    'a number above the limit of numbers per account, or an entry above the limit of another list: the entry is dropped',
} as const satisfies Record<string, string>;

export type AnomalyKind = keyof typeof ANOMALIES;

export const ANOMALY_KINDS = Object.keys(ANOMALIES) as readonly AnomalyKind[];

/** The anomalies of one response; the size is bounded for any response. */
export interface Anomalies {
  readonly counts: Readonly<Record<AnomalyKind, number>>;
  /**
   * The first few: a kind with a number and field, a position in the list, or the name of an unknown
   * field. Never a value from the response.
   */
  readonly examples: readonly string[];
}

/** Enough to find the cause, few enough for one log line. */
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

/** The anomalies of two responses. */
export function addAnomalies(a: Anomalies, b: Anomalies): Anomalies {
  const examples = [...a.examples, ...b.examples].slice(0, EXAMPLES_MAX);
  return { counts: addCounts(a.counts, b.counts), examples };
}

export function addCounts(a: Anomalies['counts'], b: Anomalies['counts']): Anomalies['counts'] {
  const sum = noAnomalies();
  for (const kind of ANOMALY_KINDS) sum[kind] = a[kind] + b[kind];
  return sum;
}
