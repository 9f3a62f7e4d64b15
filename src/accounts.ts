import { isDeepStrictEqual } from 'node:util';
import type { AccountConfig, Config } from './config/config.ts';
import type { AccountState } from './core/account-state.ts';
import type { Clock } from './core/clock.ts';
import type { Credentials } from './core/credentials.ts';
import type { Log } from './core/log.ts';
import type { Secret } from './core/secret.ts';
import { createAccountPoller, type AccountPoller } from './poller/account.ts';
import { createProvider, type Provider } from './provider/provider.ts';

/** What an account takes from outside, so that a test can give it something else. */
export interface Surroundings {
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly log: Log;
  readonly onSecret: (secret: Secret) => void;
}

/** One configured account: how it is asked, and what is known of it. */
export interface Account {
  readonly settings: AccountSettings;
  readonly provider: Provider;
  readonly poller: AccountPoller;
}

/** Everything in the configuration that bears on one account. */
type AccountSettings = AccountConfig & Pick<Config, 'month' | 'proxy'> & { timeoutMs: number };

/**
 * The accounts of a configuration. Of those there were before, one that has not changed goes on as
 * it is, with its token; one that has changed keeps only what is known of it. The caller stops the
 * rest.
 */
export function createAccounts(
  before: readonly Account[],
  config: Config,
  surroundings: Surroundings,
): readonly Account[] {
  return config.accounts.map((account) => {
    const { month, proxy, poll } = config;
    const settings = { ...account, month, proxy, timeoutMs: poll.timeoutMs };
    const known = before.find((other) => other.settings.name === account.name);
    if (known !== undefined && isSame(known.settings, settings)) return known;
    // Another API may count other conversations: only of the same one is the state worth keeping.
    const isSameApi = known?.settings.apiUrl === settings.apiUrl;
    return createAccount(settings, surroundings, isSameApi ? known.poller.state() : undefined);
  });
}

function createAccount(
  settings: AccountSettings,
  { clock, random, log, onSecret }: Surroundings,
  state: AccountState | undefined,
): Account {
  const { name, apiUrl, credentials, proxy, timeoutMs } = settings;
  const provider = createProvider({
    apiUrl,
    credentials,
    proxy,
    timeoutMs,
    clock,
    random,
    onSecret,
  });
  const poller = createAccountPoller({
    name,
    timezone: settings.month.timezone,
    timeoutMs,
    fetchNumbers: (signal) => provider.fetchNumbers(signal),
    tokenExpiresAtMs: () => provider.tokenExpiresAtMs(),
    clock,
    log,
    ...(state === undefined ? {} : { state }),
  });
  return { settings, provider, poller };
}

/** Aborts polls that are under way and lets go of the connections. */
export async function stopAccounts(accounts: readonly Account[]): Promise<void> {
  await Promise.all(accounts.map(({ poller }) => poller.stop()));
  await Promise.all(accounts.map(({ provider }) => provider.close()));
}

function isSame(a: AccountSettings, b: AccountSettings): boolean {
  return isDeepStrictEqual(a, b) && valueOf(a.credentials) === valueOf(b.credentials);
}

/** To node:util all Secrets are equal: what they hold is private to them. */
function valueOf(credentials: Credentials): string | undefined {
  const source = credentials.kind === 'client' ? credentials.clientSecret : credentials.accessToken;
  return source.kind === 'value' ? source.value.reveal() : undefined;
}
