import { createMatcher, createPlaceFinder, sortRows, type Row } from './listing.ts';
import type { OnlinePlace } from '../../core/online-places.ts';
import { conditionOf, stateOf, tally, type Status } from './model.ts';
import type { Query } from './query.ts';

const END = Buffer.from(`]}`);
/** Rows per chunk of about 60 kB. */
const CHUNK_ROWS = 200;

/**
 * The status for scripts: every account, and all numbers that match the query, without paging. Rendered in
 * chunks, so that no client makes the exporter buffer megabytes. The format is documented in
 * docs/status-page.md; unknown values are null, times are in UTC without fractions.
 */
export function* renderJson(status: Status, query: Query): Generator<Uint8Array> {
  const { version, nowMs, reload, sharding = null, accounts } = status;
  const rows = sortRows(accounts, query);
  const matches = createMatcher(query);
  const placeOf = createPlaceFinder(accounts);
  const head = JSON.stringify({
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
  });
  yield Buffer.from(`${head.slice(0, -1)},"numbers":[`);
  let separator = '';
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const chunk = rows
      .slice(start, start + CHUNK_ROWS)
      .filter(matches)
      .map((row) => renderRow(row, placeOf(row)));
    if (chunk.length === 0) continue;
    yield Buffer.from(separator + chunk.join(','));
    separator = ',';
  }
  yield END;
}

function renderRow({ account, number, since }: Row, place: OnlinePlace | undefined): string {
  return JSON.stringify({
    account,
    number: number.whatsapp,
    state: stateOf(number),
    stateSince: toTime(since.unixMs),
    stateSinceIsExact: since.isExact,
    displayName: number.displayName,
    businessName: number.businessName,
    conversationsThisMonth: number.conversations ?? null,
    marketingThisMonth: number.marketing ?? null,
    serviceThisMonth: number.service ?? null,
    incomingThisMonth: number.incoming ?? null,
    onlineAccount: number.onlineAccount ?? null,
    onlineAccountName: place?.account?.name ?? null,
    onlineAccountActive: toBoolean(place?.account?.active),
    inbox: number.onlineInbox ?? null,
    inboxName: place?.inbox ?? null,
  });
}

function toBoolean(flag: 0 | 1 | undefined): boolean | null {
  return flag === undefined ? null : flag === 1;
}

/** jq's `fromdate` does not accept fractions of a second. */
function toTime(unixMs: number | undefined): string | null {
  return unixMs === undefined ? null : new Date(unixMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
