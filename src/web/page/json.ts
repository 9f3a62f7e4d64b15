import { selectRows, type Query } from './listing.ts';
import { conditionOf, stateOf, tally, type Status } from './model.ts';

/**
 * The status for scripts: every account, and all numbers that the query asks for, not by pages. Its
 * shape is told in docs/status-page.md; what is not known is null, times are in UTC without fractions.
 */
export function renderJson(status: Status, query: Query): string {
  const { version, nowMs, reload, sharding = null, accounts } = status;
  return JSON.stringify({
    version,
    time: toTime(nowMs),
    configuration: {
      inForceSince: toTime(reload.inForceSinceMs),
      lastReload: reload.succeeded ? 'ok' : 'failed',
    },
    sharding: sharding && { shard: sharding.shard, totalShards: sharding.totalShards },
    accounts: accounts.map((account) => ({
      name: account.name,
      condition: conditionOf(account),
      lastPoll: toTime(account.lastPollMs),
      lastSuccess: toTime(account.lastSuccessMs),
      nextPoll: toTime(account.nextPollMs),
      coolingDownUntil: toTime(account.cooldownUntilMs),
      failure: account.failure ?? null,
      numbers: account.numbers === undefined ? null : tally(account.numbers),
    })),
    numbers: selectRows(accounts, query).map(({ account, number }) => ({
      account,
      number: number.whatsapp,
      state: stateOf(number),
      displayName: number.displayName,
      businessName: number.businessName,
      conversationsThisMonth: number.conversations ?? null,
      marketingThisMonth: number.marketing ?? null,
      serviceThisMonth: number.service ?? null,
      incomingThisMonth: number.incoming ?? null,
    })),
  });
}

/** jq's `fromdate` reads no fractions of a second. */
function toTime(unixMs: number | undefined): string | null {
  return unixMs === undefined ? null : new Date(unixMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
