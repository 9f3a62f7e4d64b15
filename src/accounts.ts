import { isDeepStrictEqual } from 'node:util';
import type { AccountConfig, Config } from './config/config.ts';
import type { AccountState } from './core/account-state.ts';
import type { Clock } from './core/clock.ts';
import type { Credentials } from './core/credentials.ts';
import type { Log } from './core/log.ts';
import type { Secret } from './core/secret.ts';
import type { Privacy } from './privacy.ts';
import {
  createAccountPoller,
  type AccountPoller,
  type AccountPollerOptions,
} from './poller/account.ts';
import { createProvider, type Provider, type Session } from './provider/provider.ts';

/** What an account takes from outside, so that a test can give it something else. */
export interface Surroundings {
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly log: Log;
  /** `owner` is an account, or what else the secret belongs to. */
  readonly onSecret: (secret: Secret, owner: string) => void;
  /** See LogOutput; left out where nobody counts them. */
  readonly logLinesDropped?: () => number;
  /** See AccountPollerOptions. */
  readonly prepare?: AccountPollerOptions['prepare'];
}

/** Numbers go into the log in no other form than this. */
type Shown = Pick<Privacy, 'toShownAnomalies'>;

/** One configured account: how it is asked, and what is known of it. */
export interface Account {
  readonly settings: AccountSettings;
  readonly provider: Provider;
  readonly poller: AccountPoller;
}

/** Everything in the configuration that bears on one account. */
type AccountSettings = AccountConfig &
  Pick<Config, 'month' | 'limits' | 'proxy'> & { timeoutMs: number };

/**
 * The accounts of a configuration. Of those there were before, one that has not changed goes on as
 * it is; one that has changed keeps what the change does not touch. The caller stops the rest.
 */
export function createAccounts(
  before: readonly Account[],
  config: Config,
  surroundings: Surroundings & Shown,
): readonly Account[] {
  return config.accounts.map((account) => {
    const { month, limits, proxy, poll } = config;
    const settings = { ...account, month, limits, proxy, timeoutMs: poll.timeoutMs };
    const known = before.find((other) => other.settings.name === account.name);
    if (known !== undefined && isSameAccount(known.settings, settings)) return known;
    return createAccount(settings, surroundings, known && whatStays(known, settings));
  });
}

function createAccount(
  settings: AccountSettings,
  { clock, random, log, onSecret, prepare, toShownAnomalies }: Surroundings & Shown,
  stays: Partial<Stays> | undefined,
): Account {
  const { name, apiUrl, credentials, proxy, timeoutMs } = settings;
  const provider = createProvider({
    apiUrl,
    credentials,
    proxy,
    timeoutMs,
    numbersMax: settings.limits.numbers,
    clock,
    random,
    onSecret: (secret) => onSecret(secret, name),
    ...(stays?.session && { session: stays.session }),
  });
  const poller = createAccountPoller({
    name,
    timezone: settings.month.timezone,
    timeoutMs,
    async fetchNumbers(signal) {
      const { snapshot, anomalies } = await provider.fetchNumbers(signal);
      return { snapshot, anomalies: toShownAnomalies(anomalies) };
    },
    tokenExpiresAtMs: () => provider.tokenExpiresAtMs(),
    clock,
    log,
    ...(prepare === undefined ? {} : { prepare }),
    ...(stays?.state && { state: stays.state }),
  });
  return { settings, provider, poller };
}

/** Aborts polls that are under way and lets go of the connections. */
export async function stopAccounts(accounts: readonly Account[]): Promise<void> {
  await Promise.all(accounts.map(({ poller }) => poller.stop()));
  await Promise.all(accounts.map(({ provider }) => provider.close()));
}

interface Stays {
  readonly session: Session;
  readonly state: AccountState;
}

/**
 * A token, and the wait after a refusal, hold for the same API and credentials: a reload must not be
 * a way around the wait. The numbers and counters are those of the same partner.
 */
function whatStays({ settings: before, provider, poller }: Account, after: AccountSettings) {
  const isSamePartner = before.apiUrl === after.apiUrl && clientIdOf(before) === clientIdOf(after);
  const isSameAccess = isSamePartner && isSame(before.credentials, after.credentials);
  return {
    ...(isSamePartner && { state: poller.state() }),
    ...(isSameAccess && { session: provider.session }),
  };
}

function clientIdOf({ credentials }: AccountSettings): string | undefined {
  return credentials.kind === 'client' ? credentials.clientId : undefined;
}

function isSameAccount(a: AccountSettings, b: AccountSettings): boolean {
  return isDeepStrictEqual(a, b) && isSame(a.credentials, b.credentials);
}

function isSame(a: Credentials, b: Credentials): boolean {
  return isDeepStrictEqual(a, b) && valueOf(a) === valueOf(b);
}

/** To node:util all Secrets are equal: what they hold is private to them. */
function valueOf(credentials: Credentials): string | undefined {
  const source = credentials.kind === 'client' ? credentials.clientSecret : credentials.accessToken;
  return source.kind === 'value' ? source.value.reveal() : undefined;
}
