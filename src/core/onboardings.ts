import type { Collected } from './collector.ts';
import { field, optional, text } from './fields.ts';
import { createListParser } from './list.ts';
import { toDigits, toFlag, toUnixSeconds } from './values.ts';

/** Finished onboardings stay in the list: as many as an account has numbers, by default. */
const ONBOARDINGS_MAX = 50_000;
/** Each unfinished onboarding has series, the oldest first; beyond this, only the counts. */
export const UNFINISHED_MAX = 500;

interface Onboarding {
  readonly whatsapp: string;
  /** When it began, in Unix seconds. */
  readonly createdS: number;
  readonly finished: 0 | 1 | undefined;
  readonly coexistence: 0 | 1 | undefined;
  readonly businessName: string;
}

/** The oldest unfinished onboarding of a number. */
interface UnfinishedOnboarding {
  /** Empty for all those with a temporary number, which the client does not have yet. */
  readonly whatsapp: string;
  readonly createdS: number;
  /** Empty if the number is. */
  readonly businessName: string;
}

export interface Onboardings {
  /** How many onboardings have this status and coexistence. */
  readonly counts: readonly {
    readonly finished: 0 | 1;
    readonly coexistence: 0 | 1;
    readonly count: number;
  }[];
  readonly unfinished: readonly UnfinishedOnboarding[];
}

const parseList = createListParser<Onboarding>({
  fields: {
    whatsapp: field('whatsapp', toDigits),
    createdS: field('create_time', toUnixSeconds),
    finished: field('status', toFlag),
    coexistence: field('coexistence', toFlag),
    businessName: optional(text('business_name')),
  },
  // A client whose link was lost gets another one, for the same number.
  identity: ['whatsapp', 'createdS'],
  ignored: {
    top: [],
    entry: [
      'business_email',
      'business_id',
      'business_address',
      'landing_page',
      'onboarding_link',
      'display_name',
      'reference',
    ],
  },
  max: ONBOARDINGS_MAX,
});

/** Parses the response of `GET /whatsapp/getAccounts`. */
export function parseOnboardings(response: unknown): Collected<Onboardings> {
  const { data: list, anomalies } = parseList(response);
  const counts = ([0, 1] as const).flatMap((finished) =>
    ([0, 1] as const).map((coexistence) => ({
      finished,
      coexistence,
      count: list.filter((o) => o.finished === finished && o.coexistence === coexistence).length,
    })),
  );
  return { data: { counts, unfinished: findUnfinished(list) }, anomalies };
}

function findUnfinished(list: readonly Onboarding[]): readonly UnfinishedOnboarding[] {
  const finished = new Set(list.filter((o) => o.finished === 1).map(({ whatsapp }) => whatsapp));
  const oldest = new Map<string, UnfinishedOnboarding>();
  for (const onboarding of list.toSorted((a, b) => a.createdS - b.createdS)) {
    const { createdS, businessName } = onboarding;
    // The number may have finished with another link.
    if (onboarding.finished !== 0 || finished.has(onboarding.whatsapp)) continue;
    const whatsapp = isTemporary(onboarding) ? '' : onboarding.whatsapp;
    if (oldest.has(whatsapp)) continue;
    oldest.set(whatsapp, { whatsapp, createdS, businessName: whatsapp && businessName });
  }
  return [...oldest.values()];
}

/** The provider makes up a number until an onboarding with coexistence finishes. */
function isTemporary({ whatsapp, coexistence }: Onboarding): boolean {
  return coexistence !== 0 && whatsapp.startsWith('97257');
}
