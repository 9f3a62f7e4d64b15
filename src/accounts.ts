import { isDeepStrictEqual } from 'node:util';
import type { AccountConfig, Config } from './config/config.ts';
import type { AccountBudget } from './core/budget.ts';
import type { AccountState } from './core/account-state.ts';
import { createTasks } from './collectors.ts';
import { instantOf, type Clock } from './core/clock.ts';
import type { CollectorStates } from './core/collector.ts';
import type { Credentials, Log } from './edge.ts';
import { parseNumbers } from './core/parse.ts';
import type { Secret } from './core/secret.ts';
import { createPrivacy } from './privacy.ts';
import {
  createAccountPoller,
  type AccountPoller,
  type AccountPollerOptions,
} from './poller/account.ts';
import { createCollectors, type Collectors } from './poller/collectors.ts';
import { parseSchedule } from './poller/schedule.ts';
import { createNetwork, type Network } from './provider/network.ts';
import { createProvider, type Provider, type Session } from './provider/provider.ts';

/** External dependencies of an account, which tests replace. */
export interface Dependencies {
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly log: Log;
  /** `owner` is the account, or another name for what the secret belongs to. */
  readonly onSecret: (secret: Secret, owner: string) => void;
  /** See LogOutput; optional, because tests do not count lines. */
  readonly logLinesDropped?: () => number;
  /** See ProviderOptions. */
  readonly retriesMax?: number;
  /** See AccountPollerOptions. */
  readonly onPolled?: AccountPollerOptions['onPolled'];
}

/** One configured account: its API client, and the poller that holds its state. */
export interface Account {
  readonly settings: AccountSettings;
  readonly provider: Provider;
  readonly poller: AccountPoller;
  /** With numbers as they are shown. */
  readonly budget: AccountBudget | undefined;
  readonly collectors: Collectors;
  /** Polls the numbers, then runs the collectors that are due. Never rejects. */
  poll(): Promise<void>;
  /** Aborts what is running and discards its outcome. */
  stop(): Promise<void>;
  /** The same for every account. */
  readonly network: Network;
}

/** The part of the configuration that affects one account. */
type AccountSettings = AccountConfig &
  Pick<Config, 'month' | 'limits' | 'numbers' | 'proxy' | 'privacy'> & {
    timeoutMs: number;
    intervalMs: number;
  };

/**
 * The accounts of a configuration. An unchanged account of `before` is reused; a changed one keeps
 * what the change does not affect. The caller stops the others.
 */
export function createAccounts(
  before: readonly Account[],
  config: Config,
  dependencies: Dependencies,
): readonly Account[] {
  const { month, limits, numbers, proxy, privacy, poll } = config;
  const intervalMs = parseSchedule(poll.schedule).longestGapMs;
  const shared = { month, limits, numbers, proxy, privacy };
  const common = { ...shared, timeoutMs: poll.timeoutMs, intervalMs };
  const network = before[0]?.network ?? createNetwork(dependencies.clock);
  return config.accounts.map((account) => {
    const settings = { ...account, ...common };
    const previous = before.find((other) => other.settings.name === account.name);
    if (previous !== undefined && isSameAccount(previous.settings, settings)) return previous;
    const carried = previous && carryOver(previous, settings);
    return createAccount(settings, dependencies, network, carried);
  });
}

function createAccount(
  settings: AccountSettings,
  { clock, random, retriesMax, log, onSecret, onPolled }: Dependencies,
  network: Network,
  carried: Partial<CarriedOver> | undefined,
): Account {
  const { name, apiUrl, credentials, proxy, privacy, limits, timeoutMs } = settings;
  if (privacy.hashKey !== undefined) onSecret(privacy.hashKey, 'hash key');
  const privately = createPrivacy(privacy, settings.numbers);
  const provider = createProvider({
    apiUrl,
    credentials,
    proxy,
    timeoutMs,
    intervalMs: settings.intervalMs,
    // Privacy is applied only here, so that no later code sees what it hides.
    parse: (response) =>
      privately.hide(parseNumbers(response, limits.numbers, privately.isIncluded)),
    clock,
    random,
    retriesMax,
    onSecret: (secret) => onSecret(secret, name),
    lookup: network.lookup,
    block: network.blockOf(apiUrl),
    ...(carried?.session && { session: carried.session }),
  });
  const poller: AccountPoller = createAccountPoller({
    name,
    month: settings.month,
    timeoutMs,
    fetchNumbers: (signal) => provider.fetchNumbers(signal),
    tokenExpiresAtMs: () => provider.tokenExpiresAtMs(),
    clock,
    log,
    ...(onPolled && { onPolled }),
    ...(carried?.state && { state: carried.state }),
  });
  const collectors: Collectors = createCollectors({
    account: name,
    tasks: createTasks(settings.collectors, privately, provider, {
      clock,
      month: settings.month,
      snapshot: () => poller.state().lastGood?.snapshot,
      last: (collector) => collectors.states()[collector]?.lastGood?.data,
    }),
    mayCollect: () => provider.mayCollect(),
    timeoutMs,
    onCollected: () => onPolled?.(poller.state()),
    clock,
    log,
    ...(carried?.collectors && { states: carried.collectors }),
  });
  let isStopped = false;
  return {
    settings,
    provider,
    poller,
    collectors,
    async poll() {
      const polledAt = instantOf(clock);
      // Numbers first: an account never sends two requests at once.
      if (collectors.isRunning()) await collectors.interrupt();
      if (!isStopped) await poller.poll();
      if (!isStopped) await collectors.run(polledAt);
    },
    async stop() {
      isStopped = true;
      await Promise.all([poller.stop(), collectors.stop()]);
    },
    network,
    budget: toBudget(settings, privately.toNumber),
  };
}

function toBudget(
  { budget }: AccountSettings,
  toNumber: (number: string) => string,
): AccountBudget | undefined {
  if (budget === undefined) return undefined;
  const numbers = Object.entries(budget.numbers ?? {});
  return { ...budget, numbers: new Map(numbers.map(([number, own]) => [toNumber(number), own])) };
}

/** Aborts what is running and closes the connections. */
export async function stopAccounts(accounts: readonly Account[]): Promise<void> {
  await Promise.all(accounts.map((account) => account.stop()));
  await Promise.all(accounts.map(({ provider }) => provider.close()));
}

interface CarriedOver {
  readonly session: Session;
  readonly state: AccountState;
  readonly collectors: CollectorStates;
}

/**
 * Token and cool-downs belong to the API and the credentials: a reload must not bypass a cool-down.
 * Numbers and counters belong to the partner, and are kept as the privacy settings show them: other
 * settings, or another selection of numbers, start without them.
 */
function carryOver(
  { settings: before, provider, poller, collectors }: Account,
  after: AccountSettings,
) {
  const isSamePartner = before.apiUrl === after.apiUrl && clientIdOf(before) === clientIdOf(after);
  const isSameView =
    isSamePrivacy(before, after) && isDeepStrictEqual(before.numbers, after.numbers);
  const isSameAccess = isSamePartner && areSameCredentials(before.credentials, after.credentials);
  return {
    ...(isSamePartner && isSameView && { state: poller.state(), collectors: collectors.states() }),
    ...(isSameAccess && { session: provider.session }),
  };
}

function clientIdOf({ credentials }: AccountSettings): string | undefined {
  return credentials.kind === 'client' ? credentials.clientId : undefined;
}

function isSameAccount(a: AccountSettings, b: AccountSettings): boolean {
  return (
    isDeepStrictEqual(a, b) &&
    areSameCredentials(a.credentials, b.credentials) &&
    isSamePrivacy(a, b)
  );
}

function isSamePrivacy({ privacy: a }: AccountSettings, { privacy: b }: AccountSettings): boolean {
  return isDeepStrictEqual(a, b) && a.hashKey?.reveal() === b.hashKey?.reveal();
}

function areSameCredentials(a: Credentials, b: Credentials): boolean {
  return isDeepStrictEqual(a, b) && valueOf(a) === valueOf(b);
}

/** isDeepStrictEqual finds all Secrets equal, because their value is private. */
function valueOf(credentials: Credentials): string | undefined {
  const source = credentials.kind === 'client' ? credentials.clientSecret : credentials.accessToken;
  return source.kind === 'value' ? source.value.reveal() : undefined;
}
