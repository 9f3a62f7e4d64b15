import { z } from 'zod';

import { formatDuration } from '../core/duration.ts';
import { isLoopback } from '../core/loopback.ts';
import { checkAccount, checkNames, toAccounts, toAccountShape } from './account.ts';
import { invalid, quote } from './problems.ts';
import { listSettings, refuse, whenKeysAreKnown, type Context, type Setting } from './setting.ts';
import { CONFIG_FILE_SHAPE, toSections, type Outside } from './settings.ts';

/** The configuration file with flags and variables merged into it; every section is there. */
export function createSchema(outside: Outside) {
  const { web, privacy, poll, collectors, month, limits, metrics, numbers, sharding, log } =
    toSections(outside);
  const account = z.strictObject({
    ...toAccountShape(outside.readFile),
    collectors: z.strictObject(collectors).optional(),
  });
  const file = z.strictObject({
    web: z.strictObject(web).transform(camelKeys),
    privacy: z
      .strictObject(privacy)
      .superRefine(checkPrivacy, whenKeysAreKnown)
      .transform(toPrivacy),
    poll: z.strictObject(poll).superRefine(checkPoll, whenKeysAreKnown),
    collectors: z.strictObject(collectors),
    month: z.strictObject(month).transform(toMonth),
    limits: z.strictObject(limits).transform(camelKeys),
    metrics: z.strictObject(metrics).transform(toExclusion),
    numbers: z.strictObject(numbers).transform(toSelection),
    sharding: z
      .strictObject(sharding)
      .superRefine(checkSharding, whenKeysAreKnown)
      .transform(toSharding),
    log: z.strictObject(log).transform(camelKeys),
    accounts: z
      .array(account.superRefine(checkAccount, whenKeysAreKnown))
      .superRefine(checkNames, { when: ({ value }) => Array.isArray(value) })
      .transform(toAccounts),
  });
  return file
    .superRefine(checkPace, { when: ({ issues }) => issues.length === 0 })
    .transform(({ poll: given, collectors: ofAll, accounts, ...rest }) => ({
      ...rest,
      poll: toPoll(given),
      accounts: accounts.map((each) => ({
        ...each,
        collectors: toEnabled({ ...ofAll, ...each.collectors }),
      })),
    }));
}

const nowhere: Outside = {
  readFile: () => invalid('cannot be read'),
  readKeyFile: () => invalid('cannot be read'),
  usualGapMs: () => 0,
  whyNotExcludable: () => undefined,
  checkWebFile: () => {},
};
const sections = toSections(nowhere);

export const [CONFIG_FILE] = listSettings('config', CONFIG_FILE_SHAPE) as [Setting];
export const SECTIONS = Object.keys(sections);
export const SETTINGS = Object.entries(sections).flatMap((entry) => listSettings(...entry));
/** The keys of an entry of `accounts`. */
export const ACCOUNT_SETTINGS = listSettings('accounts', toAccountShape(nowhere.readFile));

/** The settings of a section, or of an account. */
export function settingsOf(section: PropertyKey | undefined): readonly Setting[] {
  return [...SETTINGS, ...ACCOUNT_SETTINGS].filter((setting) => setting.section === section);
}

/** The section that the keys of a mapping belong to; an account may contain a section of its own. */
export function sectionAt([section, , nested]: readonly PropertyKey[]): PropertyKey | undefined {
  return section === 'accounts' && nested === 'collectors' ? nested : section;
}

/** The setting that a path of the tree belongs to. */
export function settingAt(path: readonly PropertyKey[]): Setting | undefined {
  const section = sectionAt(path);
  const depth = path[0] !== 'accounts' ? 1 : section === 'accounts' ? 2 : 3;
  return settingsOf(section).find((setting) => setting.name === path[depth]);
}

type Values<Name extends keyof typeof sections> = z.output<z.ZodObject<(typeof sections)[Name]>>;

function checkPrivacy(privacy: Values<'privacy'>, context: Context): void {
  const { number_label, hash_key, hash_key_file } = privacy;
  const key = hash_key === undefined ? 'hash_key_file' : 'hash_key';
  if (number_label === 'full' && privacy[key] !== undefined) {
    refuse(context, [key], 'set while {number_label} is full, so numbers are not hashed');
  } else if (number_label === 'hashed' && privacy[key] === undefined) {
    refuse(context, ['hash_key_file'], 'required, or {hash_key}, because {number_label} is hashed');
  } else if (hash_key !== undefined && hash_key_file !== undefined) {
    refuse(context, ['hash_key_file'], 'set together with {hash_key}; keep one of them');
  }
}

function toPrivacy({ number_label, no_names, hash_key, hash_key_file }: Values<'privacy'>) {
  return { numberLabel: number_label, noNames: no_names, hashKey: hash_key ?? hash_key_file };
}

/** By default data outlives two failed polls in a row, and is stale once the third has failed. */
const GAPS_KEPT = 3;
const STALE_AFTER_MS_MIN = 300_000;

function defaultStaleAfterMs({ schedule, timeout }: Values<'poll'>): number {
  return Math.max(STALE_AFTER_MS_MIN, GAPS_KEPT * schedule.gapMs + timeout);
}

/** Data that is not kept for the usual gap of the schedule would vanish between two good polls. */
function checkPoll(poll: Values<'poll'>, context: Context): void {
  const { schedule, stale_after } = poll;
  if (typeof stale_after !== 'number' || !(stale_after <= schedule.gapMs)) return;
  const [stale, gap] = [stale_after, schedule.gapMs].map(formatDuration);
  const enough = formatDuration(defaultStaleAfterMs(poll) || GAPS_KEPT * schedule.gapMs);
  const problem = `${stale} is not longer than the ${gap} between two polls, so good data would vanish`;
  refuse(context, ['stale_after'], `${problem}; write ${enough}, or omit it for the default`);
}

function toPoll(poll: Values<'poll'>) {
  const { schedule, timeout, stale_after = defaultStaleAfterMs(poll), ...rest } = poll;
  const { schedule: text } = schedule;
  return { ...camelKeys(rest), schedule: text, timeoutMs: timeout, staleAfterMs: stale_after };
}

/** The provider limits its API. More frequent polls are for the demo and tests, on this machine. */
const GAP_MS_MIN = 10_000;

interface Pace {
  readonly poll: Values<'poll'>;
  readonly accounts: ReturnType<typeof toAccounts>;
}

function checkPace({ poll, accounts }: Pace, context: Context): void {
  const { schedule, gapMs } = poll.schedule;
  const isLocal = accounts.every(({ apiUrl }) => isLoopback(new URL(apiUrl).hostname));
  if (isLocal || gapMs >= GAP_MS_MIN) return;
  const problem = `${quote(schedule)} polls every ${formatDuration(gapMs)}`;
  refuse(context, ['poll', 'schedule'], `${problem}; at least 10s must lie between two polls`);
}

/** The intervals of the collectors that are not off, in milliseconds. */
function toEnabled(intervals: Values<'collectors'>) {
  const enabled = Object.entries(intervals).filter(([, ms]) => ms !== undefined && ms < Infinity);
  return Object.fromEntries(enabled) as { readonly [Name in keyof typeof intervals]?: number };
}

function toMonth({ starts_at, ...rest }: Values<'month'>) {
  return { ...camelKeys(rest), startsAtMs: starts_at };
}

function toExclusion({ exclude = [] }: Values<'metrics'>) {
  return { exclude };
}

function toSelection({ include = [], exclude = [] }: Values<'numbers'>) {
  return { include, exclude };
}

/** One without the other would make every shard poll all accounts, or none. */
function checkSharding({ shard, total_shards }: Values<'sharding'>, context: Context): void {
  if (shard === undefined && total_shards !== undefined) {
    refuse(context, ['total_shards'], 'set without {shard}');
  } else if (shard !== undefined && total_shards === undefined) {
    refuse(context, ['shard'], 'set without {total_shards}');
  } else if (Number(shard) >= Number(total_shards)) {
    refuse(
      context,
      ['shard'],
      `${shard} is not below the total of ${total_shards}; shards count from 0`,
    );
  }
}

function toSharding({ shard, total_shards }: Values<'sharding'>) {
  return shard === undefined || total_shards === undefined
    ? undefined
    : { shard, totalShards: total_shards };
}

type CamelKey<Key> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail>>}`
  : Key;

function camelKeys<T extends object>(section: T) {
  const entries = Object.entries(section).map(([key, value]: [string, unknown]) => {
    return [key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), value];
  });
  return Object.fromEntries(entries) as { readonly [Key in keyof T as CamelKey<Key>]: T[Key] };
}
