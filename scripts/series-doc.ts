import { BUDGET_CATEGORIES } from '../src/core/budget.ts';
import { ANOMALY_KINDS } from '../src/core/anomalies.ts';
import { REASON_NAMES } from '../src/core/reasons.ts';
import { CATEGORIES } from '../src/core/snapshot.ts';
import { FAMILIES } from '../src/metrics/families.ts';
import type { Family } from '../src/metrics/family.ts';
import { NUMBER_FAMILIES } from '../src/metrics/numbers.ts';

/** How many series a metric has at most: `14 per account`. */
export function renderSeries(family: Family): string {
  return `${countOf(family)} per ${ownerOf(family)}`;
}

function countOf(family: Family): number {
  if (family.scope === 'number') return family.series.length;
  const { name, labels } = family;
  const counts: Readonly<Record<string, number>> = {
    category: name.includes('_budget_') ? BUDGET_CATEGORIES.length : CATEGORIES.length,
    kind: ANOMALY_KINDS.length,
    // With a detail there is only the last failure.
    reason: labels.includes('detail') ? 1 : REASON_NAMES.length,
    month: 13,
    // Finished or not.
    status: 2,
    coexistence: 2,
  };
  return labels.reduce((product, label) => product * (counts[label] ?? 1), 1);
}

function ownerOf({ name, labels }: Family): string {
  if (name === 'whatsapp_number_budget_conversations') return 'number with a budget';
  const [, owner] =
    /^whatsapp_(number|registered_number|onboarding|online_account|inbox|account)_/.exec(name) ??
    [];
  if (owner !== undefined)
    return owner.replace('_', ' ').replace('online account', 'Online account');
  return ['collector', 'account'].find((label) => labels.includes(label)) ?? 'exporter';
}

const sum = (families: readonly Family[]) =>
  families.map(countOf).reduce((total, count) => total + count, 0);
const always = FAMILIES.filter(({ scope }) => scope !== 'collector');
const ofOwner = (owner: string) => sum(always.filter((family) => ownerOf(family) === owner));

export function renderSeriesSection(): string {
  const perNumber = sum(NUMBER_FAMILIES);
  const perAccount = ofOwner('account');
  const thousand = new Intl.NumberFormat('en').format(1_000 * perNumber + perAccount);
  return `## Series

The column _series_ says how many series each metric has at most. Without collectors, that makes ${perNumber} for each
number, ${perAccount} for each account, ${ofOwner('exporter')} for the exporter, and about 60 for its process and Node.js. An account with
1,000 numbers has about ${thousand}. The interval of polls does not change that.

To get by with fewer ([configuration.md](configuration.md#fewer-numbers-and-metrics)):

- \`numbers.exclude\` saves ${perNumber} series for each number.
- \`metrics.exclude\` saves the series of a metric. Begin with those that no alert uses:
  ${UNUSED_BY_ALERTS.map((name) => `\`${name}\``).join(',\n  ')}.
  Panels and columns of an excluded metric are empty, and an alert that uses it is silent: search for its name
  in \`prometheus/*.rules.yml\`.
- To store less in one of several stores, drop series there: [scaling.md](scaling.md#other-stores).`;
}

/** Metrics of numbers. */
export const UNUSED_BY_ALERTS = [
  'whatsapp_number_created_timestamp_seconds',
  'whatsapp_number_coexistence',
  'whatsapp_number_online_inbox',
];
