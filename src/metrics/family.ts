import { BUDGET_CATEGORIES, type AccountBudget, type Budget } from '../core/budget.ts';
import type { AccountState } from '../core/account-state.ts';
import type {
  CollectorData,
  CollectorName,
  CollectorState,
  CollectorViews,
} from '../core/collector.ts';
import type { NumberCounters } from '../core/conversations.ts';
import { NUMBER_FIELDS, TOTAL_FIELDS } from '../core/fields.ts';
import type { ReloadState } from '../edge.ts';
import type { NumberEntry, Snapshot } from '../core/snapshot.ts';

/** What the families read of one account at the time of a scrape. */
export interface AccountView {
  readonly state: AccountState;
  /** The last good snapshot while it is fresh enough to be shown, else undefined. */
  readonly snapshot: Snapshot | undefined;
  /** The longest gap that the schedule leaves between two polls, in seconds. */
  readonly pollIntervalS: number;
  /** When the provider is asked next, in Unix milliseconds; undefined where no poll is scheduled. */
  readonly nextPollMs: number | undefined;
  /** Until when the provider is not asked, in Unix milliseconds; undefined without a cool-down. */
  readonly cooldownUntilMs?: number | undefined;
  readonly budget?: AccountBudget | undefined;
  /** The enabled collectors: their health, and their data while it is fresh. */
  readonly collectors?: CollectorViews;
}

/** What the families of collectors read. It changes rarely, so their text is kept from poll to poll. */
export interface CollectedView {
  readonly account: string;
  readonly collectors: CollectorViews;
}

/** Which program this is. */
export interface Build {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

/** Data about the exporter itself. */
export interface Self {
  readonly build: Build;
  /** Undefined where the configuration is read once and never again. */
  readonly reload: ReloadState | undefined;
  /** Undefined where the process ends before anybody could see it rise. */
  readonly logLinesDropped: number | undefined;
}

type Labels = Readonly<Record<string, string>>;
/** One series; an undefined value leaves it out. */
export type Sample = readonly [labels: Labels, value: number | undefined];

export interface FamilyHead {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly labels: readonly string[];
  readonly help: string;
}

/** A metric that every number has. There are thousands of them: see numbers.ts. */
export interface NumberFamily extends FamilyHead {
  readonly scope: 'number';
  /** Labels that hold text of the number, between those of its identity and those of the series. */
  readonly texts: Readonly<Record<string, (number: NumberEntry) => string>>;
  readonly series: readonly NumberSeries[];
}

/** One of the series that each number has; an undefined value leaves it out. */
interface NumberSeries {
  readonly labels: Labels;
  readonly value: (number: NumberEntry, counters: NumberCounters | undefined) => number | undefined;
}

/** One metric: a row of the table. `scope` says what its series are about. */
export type Family =
  | NumberFamily
  | (FamilyHead & { readonly scope: 'account'; samples(view: AccountView): readonly Sample[] })
  | (FamilyHead & {
      readonly scope: 'collector';
      samples(view: CollectedView): readonly Sample[];
    })
  | (FamilyHead & { readonly scope: 'exporter'; samples(self: Self): readonly Sample[] });

type CountKey = {
  [K in keyof NumberEntry]: NumberEntry[K] extends number | undefined ? K : never;
}[keyof NumberEntry];

/** A gauge of every number, from one field of its list entry. */
export function ofNumber(suffix: string, key: CountKey, meaning: string): Family {
  return {
    name: `whatsapp_number_${suffix}`,
    type: 'gauge',
    scope: 'number',
    labels: ['account', 'number'],
    help: polled(meaning, NUMBER_FIELDS[key].name),
    texts: {},
    series: [{ labels: {}, value: (number) => number[key] }],
  };
}

/** A gauge of every account, from one of the provider's own totals. */
export function ofTotals(suffix: string, key: keyof Snapshot['totals'], meaning: string): Family {
  const help = polled(meaning, TOTAL_FIELDS[key].name);
  return ofAccount(
    'gauge',
    `whatsapp_account_${suffix}`,
    help,
    (view) => view.snapshot?.totals[key],
  );
}

/** A metric with one series an account. */
export function ofAccount(
  type: Family['type'],
  name: string,
  help: string,
  value: (view: AccountView) => number | undefined,
): Family {
  return {
    name,
    type,
    scope: 'account',
    labels: ['account'],
    help,
    samples: (view) => [[{ account: view.state.name }, value(view)]],
  };
}

/** A metric with one series for each entry of a collector's data. */
export function ofCollected<Name extends CollectorName, Entry>(
  collector: Name,
  { name, type = 'gauge', labels, help }: Omit<FamilyHead, 'type'> & Partial<FamilyHead>,
  entries: (data: CollectorData[Name]) => readonly Entry[],
  toSample: (entry: Entry) => Sample,
): Family {
  return {
    name,
    type,
    scope: 'collector',
    labels: ['account', ...labels],
    help,
    samples({ account, collectors }) {
      const data = collectors[collector]?.data;
      if (data === undefined) return [];
      return entries(data).map((entry) => {
        const [own, value] = toSample(entry);
        return [{ account, ...own }, value];
      });
    },
  };
}

/** The health of every enabled collector. */
export function ofCollector(
  type: Family['type'],
  suffix: string,
  help: string,
  value: (state: CollectorState) => number | undefined,
): Family {
  return {
    name: `whatsapp_collector_${suffix}`,
    type,
    scope: 'collector',
    labels: ['account', 'collector'],
    help,
    samples: ({ account, collectors }) =>
      Object.entries(collectors).map(([collector, { state }]) => [
        { account, collector },
        value(state),
      ]),
  };
}

/** A counter with one series an account for each of these counts. */
export function ofEach(
  label: string,
  name: string,
  help: string,
  counts: (state: AccountState) => Readonly<Record<string, number>>,
): Family {
  return {
    name,
    type: 'counter',
    scope: 'account',
    labels: ['account', label],
    help,
    samples: ({ state }) =>
      Object.entries(counts(state)).map(([key, count]) => [
        { account: state.name, [label]: key },
        count,
      ]),
  };
}

/** The series of a configured budget. */
export function budgetSamples(labels: Labels, budget: Budget = {}): readonly Sample[] {
  return BUDGET_CATEGORIES.map((category) => [{ ...labels, category }, budget[category]]);
}

/** A gauge about the reading of the configuration; a process that reads it once has none. */
export function ofReload(
  suffix: string,
  help: string,
  value: (reload: ReloadState) => number,
): Family {
  return {
    name: `whatsapp_exporter_config_last_reload_${suffix}`,
    type: 'gauge',
    scope: 'exporter',
    labels: [],
    help,
    samples: ({ reload }) => [[{}, reload && value(reload)]],
  };
}

/** HELP text of a value from the provider: it names the field and says that it is not live. */
export function polled(meaning: string, field: string): string {
  return `${meaning.replace(/\.$/, '')}. Provider field: ${field}. Polled, not live.`;
}

export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
