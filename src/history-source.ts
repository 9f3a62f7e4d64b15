import type { Dependencies } from './accounts.ts';
import type { AccountConfig, Config } from './config/config.ts';
import { sleep } from './core/clock.ts';
import {
  completeMonths,
  MONTHS_MAX,
  parseMonthlyStatistics,
  type MonthStatistics,
} from './core/monthly-statistics.ts';
import { asObject, parseNumbers, type ParsedResponse } from './core/parse.ts';
import { PollError } from './core/reasons.ts';
import { createSelection } from './core/selection.ts';
import type { Network } from './provider/network.ts';
import { createProvider } from './provider/provider.ts';

/** The provider's rate limit is not documented. At this pace, 1000 numbers take 40 minutes. */
export const GAP_MS = 2_000;
/** The first wait after a failure that may pass; it doubles. A longer Retry-After takes precedence. */
const WAIT_MS = 60_000;
const WAIT_MS_MAX = 900_000;
/** An outage of about 45 minutes ends the command. */
const WAITS_MAX = 6;

/** The statistics of one account. All functions throw PollError. */
export interface Source {
  readonly account: string;
  numbers(): Promise<readonly string[]>;
  /** The complete months of the account or of one of its numbers, from the oldest. */
  readonly fetchMonths: (number: string | undefined) => Promise<readonly MonthStatistics[]>;
  close(): Promise<void>;
}

export function createSource(
  { name: account, apiUrl, credentials }: AccountConfig,
  { proxy, poll, limits, month, numbers }: Config,
  network: Network,
  { clock, random, log, onSecret }: Dependencies,
): Source {
  const isIncluded = createSelection(numbers);
  const provider = createProvider({
    apiUrl,
    credentials,
    proxy,
    timeoutMs: poll.timeoutMs,
    intervalMs: WAIT_MS,
    parse: (response) => parseNumbers(response, limits.numbers, isIncluded),
    clock,
    random,
    onSecret: (secret) => onSecret(secret, account),
    lookup: network.lookup,
    block: network.blockOf(apiUrl),
  });
  const { signal } = new AbortController();
  let parsed: ParsedResponse | undefined;
  let requestedMs: number | undefined;

  /** The numbers call logs in when that is due. */
  async function logIn(): Promise<ParsedResponse> {
    parsed = await provider.fetchNumbers(signal);
    return parsed;
  }

  async function request(number: string | undefined): Promise<readonly MonthStatistics[]> {
    if (!provider.mayCollect()) await logIn();
    if (requestedMs !== undefined) {
      await sleep(clock, Math.max(requestedMs + GAP_MS - clock.monotonicMs(), 0), signal);
    }
    requestedMs = clock.monotonicMs();
    const body = number === undefined ? undefined : { whatsapp: number };
    const response = await provider.collect(signal, (send) => send('monthly_statistics', body));
    // A proxy may drop the body of a GET; then the provider answers for all numbers.
    if (number !== undefined && asObject(response)?.['whatsapp'] === null) {
      throw new PollError('invalid_response', 'the statistics are not those of one number');
    }
    const { data } = parseMonthlyStatistics(response);
    return completeMonths(data, clock.unixMs(), month, MONTHS_MAX);
  }

  async function patiently<T>(action: () => Promise<T>): Promise<T> {
    for (let waits = 0; ; waits += 1) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof PollError) || !mayPass(error) || waits >= WAITS_MAX) throw error;
        const { reason, message: detail, retryAfterMs = 0 } = error;
        const waitMs = Math.max(retryAfterMs, Math.min(WAIT_MS * 2 ** waits, WAIT_MS_MAX));
        const wait_seconds = Math.ceil(waitMs / 1000);
        log.warn({ account, reason, detail, wait_seconds }, 'request failed, waiting');
        await sleep(clock, waitMs, signal);
      }
    }
  }

  return {
    account,
    async numbers() {
      const { snapshot } = parsed ?? (await patiently(logIn));
      return snapshot.numbers.map(({ whatsapp }) => whatsapp);
    },
    fetchMonths: (number) =>
      patiently(async () => {
        try {
          return await request(number);
        } catch (error) {
          if (!(error instanceof PollError) || error.reason !== 'token') throw error;
          // The provider may end a token early.
          await logIn();
          return request(number);
        }
      }),
    close: () => provider.close(),
  };
}

function mayPass({ reason, isTransient }: PollError): boolean {
  return isTransient || reason === 'rate_limited' || reason === 'timeout';
}
