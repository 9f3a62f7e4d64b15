import { ACCOUNT_SETTINGS } from './account-settings.ts';
import { parseAccounts } from './accounts.ts';
import { isLoopback } from '../core/loopback.ts';
import type { Config } from './config.ts';
import { EMPTY_FILE, parseConfigFile, type ConfigFile } from './file.ts';
import { fromEnvironment, parseGiven, parseOrDefault, toProblem, type Given } from './given.ts';
import { nearest } from './nearest.ts';
import { parsePoll } from './poll.ts';
import type { Problem } from './problems.ts';
import { parsePrivacy } from './privacy.ts';
import { parseProxy } from './proxy.ts';
import { readNamedFile, type ReadFile } from './read-file.ts';
import { accountsOfShard, parseSharding } from './sharding.ts';
import { CONFIG_FILE, PRIVACY_KEY_SETTINGS as KEYS, SETTINGS, type Setting } from './settings.ts';
import { readWebFile } from './web-file.ts';

export interface ConfigSources {
  /** By the setting's key, as `parseCommandLine` returns them. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  /** Checks a schedule: its usual time between two polls, in ms. Throws InvalidValue. */
  readonly usualGapMs: (schedule: string) => number;
  /** Account settings are left alone and `accounts` is empty, for the caller to fill in. */
  readonly demo?: boolean;
}

export type LoadedConfig = (
  { readonly config: Config } | { readonly problems: readonly Problem[] }
) & {
  /**
   * The files whose change calls for a reload: the configuration file and that of the hash key. Secrets
   * of accounts and the web configuration are read again by those who use them; but while there are
   * problems, every file that was read may be the one to be mended, and counts.
   */
  readonly files: readonly string[];
};

/** Flags win over the environment, over the file, over the defaults. Tells all problems at once. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { env, usualGapMs, demo = false } = sources;
  const problems: Problem[] = [];
  const [files, filesForGood] = [new Set<string>(), new Set<string>()];
  const readFile: ReadFile = (path) => {
    files.add(path);
    return sources.readFile(path);
  };
  const readForGood: ReadFile = (path) => {
    filesForGood.add(path);
    return readFile(path);
  };
  const file = loadFile({ ...sources, readFile: readForGood }, problems);
  const given = (setting: Setting) => givenBy(sources, setting) ?? file?.settings.get(setting.key);
  const read = <T>(setting: Setting<T> & { readonly default: string }): T =>
    parseOrDefault(setting, given(setting), problems);
  refuseNearMisses(env, problems);
  const shards = { shard: given(SETTINGS.shard), total: given(SETTINGS.totalShards) };
  const sharding = parseSharding(shards, problems);
  // Listed after those of the settings.
  const accountProblems: Problem[] = [];
  const accounts =
    demo || file === undefined
      ? []
      : parseAccounts(file.accounts, env, { readFile, problems: accountProblems });
  const isLocal = accounts.every(({ apiUrl }) => isLoopback(new URL(apiUrl).hostname));
  const config: Config = {
    web: {
      listenAddresses: read(SETTINGS.listenAddresses),
      telemetryPath: read(SETTINGS.telemetryPath),
      configFile: parseWebConfigFile(given(SETTINGS.webConfigFile), readFile, problems),
      maxRequests: read(SETTINGS.maxRequests),
      enableLifecycle: read(SETTINGS.enableLifecycle),
    },
    privacy: parsePrivacy(
      { numberLabel: read(SETTINGS.numberLabel), noNames: read(SETTINGS.noNames) },
      { key: given(KEYS.hashKey), keyFile: given(KEYS.hashKeyFile) },
      { readFile: readForGood, problems },
    ),
    poll: parsePoll(given, usualGapMs, { isLocal, problems }),
    month: { timezone: read(SETTINGS.timezone), startsAtMs: read(SETTINGS.monthStartsAt) },
    limits: { numbers: read(SETTINGS.numbersMax) },
    log: { level: read(SETTINGS.logLevel), format: read(SETTINGS.logFormat) },
    sharding,
    // All are checked first, so that every shard says the same of one file.
    accounts: accountsOfShard(sharding, accounts),
    proxy: parseProxy(env, problems),
  };
  problems.push(...accountProblems);
  return problems.length > 0
    ? { problems, files: [...files] }
    : { config: deepFreeze(config), files: [...filesForGood] };
}

/** Undefined where it cannot be read, after telling why. */
function loadFile(sources: ConfigSources, problems: Problem[]): ConfigFile | undefined {
  const given = givenBy(sources, CONFIG_FILE);
  if (given === undefined) return EMPTY_FILE;
  const parse = (path: string) => readNamedFile(sources.readFile, path);
  const text = parseGiven({ ...CONFIG_FILE, parse }, given, problems);
  return text === undefined ? undefined : parseConfigFile(text, given.text, problems);
}

/** Read now only to find mistakes early; it is read again whenever it changes. */
function parseWebConfigFile(
  given: Given | undefined,
  readFile: ReadFile,
  problems: Problem[],
): string | undefined {
  if (given === undefined) return undefined;
  const parse = (named: string) => {
    readNamedFile(readFile, named);
    return named;
  };
  const path = parseGiven({ ...SETTINGS.webConfigFile, parse }, given, problems);
  if (path === undefined) return undefined;
  const result = readWebFile(path, readFile);
  if ('problems' in result) problems.push(...result.problems);
  return path;
}

function givenBy({ flags, env }: ConfigSources, setting: Setting): Given | undefined {
  const text = flags[setting.key];
  if (text === undefined) return fromEnvironment(setting, env);
  return { text, from: 'flag', name: setting.flag ?? setting.key };
}

const ALL_SETTINGS: readonly Setting[] = [
  CONFIG_FILE,
  ...Object.values(SETTINGS),
  ...Object.values(KEYS),
  ...Object.values(ACCOUNT_SETTINGS),
];
const VARIABLES = ALL_SETTINGS.map(({ env }) => env);

/**
 * Of the unknown variables only misspelt ones: the rest belong to other programs. A default in place of
 * what was meant would do harm in silence; without PRIVACY_NO_NAME all names would be shown. SHARED and
 * LOGLEVEL are other programs': a misspelt SHARD is found by TOTAL_SHARDS, which stands alone then.
 */
function refuseNearMisses(env: ConfigSources['env'], problems: Problem[]): void {
  for (const [name, text = ''] of Object.entries(env)) {
    if (text === '' || VARIABLES.includes(name)) continue;
    const near = nearest(name, VARIABLES);
    if (near === SETTINGS.shard.env || (near?.startsWith('LOG_') && !name.startsWith('LOG_')))
      continue;
    const setting = ALL_SETTINGS.find((known) => known.env === near);
    if (setting === undefined) continue;
    const problem = `unknown variable; did you mean ${setting.env}?`;
    problems.push(toProblem(setting, { text, from: 'environment', name }, problem));
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
