import type { CollectorConfig } from './config/config.ts';
import type { Clock } from './core/clock.ts';
import type { Collected, CollectorData, CollectorName } from './core/collector.ts';
import { collectInboxes, inboxRuns } from './inboxes.ts';
import type { MonthSettings } from './core/month.ts';
import {
  COMPLETE_MONTHS,
  completeMonths,
  parseMonthlyStatistics,
} from './core/monthly-statistics.ts';
import { parseOnboardings, UNFINISHED_MAX } from './core/onboardings.ts';
import { parseOnlineAccounts } from './core/online-accounts.ts';
import { parseRegisteredNumbers, type RegisteredNumber } from './core/registered-numbers.ts';
import type { Snapshot } from './core/snapshot.ts';
import type { CollectorTask } from './poller/collectors.ts';
import type { Privacy } from './privacy.ts';
import type { Provider } from './provider/provider.ts';
import type { Request } from './provider/collect.ts';

/** What a collector may use. */
export interface CollectContext {
  readonly request: Request;
  readonly clock: Clock;
  readonly month: MonthSettings;
  /** The last good list of numbers. */
  readonly snapshot: () => Snapshot | undefined;
  /** The last good data of a collector, however old. */
  readonly last: <Name extends CollectorName>(name: Name) => CollectorData[Name] | undefined;
}

interface Collector<T> {
  /** The key under `collectors` that sets its interval. */
  readonly setting: keyof CollectorConfig;
  /** How many runs share the interval, if not 1; 0 while there is nothing to request. */
  runs?(context: Omit<CollectContext, 'request'>): number;
  collect(context: CollectContext): Promise<Collected<T>>;
  /** Applied as soon as a response is parsed, so that no later code sees what it hides. */
  hide(data: T, privacy: Privacy): T;
}

/** An excluded number counts as registered, because the provider limits their number. */
const EXCLUDED: RegisteredNumber = {
  whatsapp: '',
  expiresS: undefined,
  hasLink: undefined,
  comment: '',
};

/** Every collector, in the order of their first runs. See "A sixth collector" in CONTRIBUTING.md. */
const COLLECTORS: { readonly [Name in CollectorName]: Collector<CollectorData[Name]> } = {
  online_accounts: {
    setting: 'online_accounts',
    collect: async ({ request }) => parseOnlineAccounts(await request('online_accounts')),
    hide: (accounts, privacy) =>
      accounts.map((account) => ({ ...account, name: privacy.toName(account.name) })),
  },
  inboxes: {
    setting: 'online_accounts',
    runs: inboxRuns,
    collect: collectInboxes,
    hide: (accounts, { toName }) =>
      accounts.map(({ inboxes, ...account }) => ({
        ...account,
        inboxes: inboxes.map(({ id, name }) => ({ id, name: toName(name) })),
      })),
  },
  registered_numbers: {
    setting: 'registered_numbers',
    collect: async ({ request }) => parseRegisteredNumbers(await request('registered_numbers')),
    hide: (numbers, { isIncluded, toNumber, toName }) =>
      numbers.map((number) =>
        isIncluded(number.whatsapp)
          ? {
              ...number,
              whatsapp: toNumber(number.whatsapp),
              comment: toName(number.comment),
            }
          : EXCLUDED,
      ),
  },
  onboardings: {
    setting: 'onboardings',
    collect: async ({ request }) => parseOnboardings(await request('onboardings')),
    hide: ({ counts, unfinished }, { isIncluded, toNumber, toName }) => ({
      counts,
      unfinished: unfinished
        .filter(({ whatsapp }) => whatsapp === '' || isIncluded(whatsapp))
        .slice(0, UNFINISHED_MAX)
        .map(({ whatsapp, createdS, businessName }) => ({
          whatsapp: whatsapp && toNumber(whatsapp),
          createdS,
          businessName: toName(businessName),
        })),
    }),
  },
  monthly_statistics: {
    setting: 'monthly_statistics',
    async collect({ request, clock, month }) {
      const { data, anomalies } = parseMonthlyStatistics(await request('monthly_statistics'));
      return { data: completeMonths(data, clock.unixMs(), month, COMPLETE_MONTHS), anomalies };
    },
    hide: (months) => months,
  },
};

/** The enabled collectors of an account. */
export function createTasks(
  config: CollectorConfig,
  privacy: Privacy,
  provider: Pick<Provider, 'collect'>,
  context: Omit<CollectContext, 'request'>,
): readonly CollectorTask[] {
  const toTask = <T>(name: CollectorName, collector: Collector<T>): CollectorTask[] => {
    const intervalMs = config[collector.setting];
    if (intervalMs === undefined) return [];
    return [
      {
        name,
        intervalMs,
        gapMs: () => {
          const runs = collector.runs?.(context) ?? 1;
          return runs > 0 ? intervalMs / runs : undefined;
        },
        collect: (signal) =>
          provider.collect(signal, async (request) => {
            const collected = await collector.collect({ ...context, request });
            return { ...collected, data: collector.hide(collected.data, privacy) };
          }),
      },
    ];
  };
  return Object.entries(COLLECTORS).flatMap(([name, collector]) =>
    toTask(name as CollectorName, collector as Collector<unknown>),
  );
}
