import { shardOf } from '../core/shard.ts';
import type { Config } from './config.ts';
import { explain, helpOf } from './explain.ts';
import { inputOf, mergeLayers, type Inputs } from './layers.ts';
import { InvalidValue, quote, type Problem } from './problems.ts';
import { parseProxy } from './proxy.ts';
import type { ReadFile } from '../edge.ts';
import { readNamedFile } from './read-file.ts';
import {
  ACCOUNT_SETTINGS,
  CONFIG_FILE,
  createSchema,
  SECTIONS,
  SETTINGS,
  settingsOf,
} from './schema.ts';
import { childOf, parseYaml, type Mapping, type Tree, type YamlFile } from './yaml-file.ts';

export interface World {
  readonly readFile: ReadFile;
  /** Checks a schedule: its usual time between two polls, in ms. Throws InvalidValue. */
  readonly usualGapMs: (schedule: string) => number;
  /** Why a metric cannot be excluded: a phrase that follows its name; undefined if it can. */
  readonly whyNotExcludable: (metric: string) => string | undefined;
  /** What is wrong with the web configuration file, and with the files that it names. */
  readonly checkWebConfig: (path: string, readFile: ReadFile) => readonly Problem[];
}

export interface ConfigSources extends Inputs {
  /** As in the file; the only account, whatever file and environment say. */
  readonly demoAccount?: Mapping;
}

export type LoadedConfig = (
  | {
      readonly config: Config;
      /** What the configuration was read from: the file with variables and flags merged into it. */
      readonly merged: Tree;
    }
  | { readonly problems: readonly Problem[] }
) & {
  /**
   * The files whose change calls for a reload: the configuration file and that of the hash key. Secrets
   * of accounts and the web configuration are read again by those who use them; but while there are
   * problems, the cause may be in any file that was read.
   */
  readonly files: readonly string[];
};

/** More than anyone reads; aliases can multiply one mistake. */
const ISSUES_MAX = 100;

/**
 * Flags win over variables, over the file, over the defaults. Reports all problems at once. The schema
 * is built once, because that takes several times as long as one load.
 */
export function createConfigLoader({ readFile, checkWebConfig, ...world }: World) {
  let run = startRun();
  const read: ReadFile = (path, kind) => {
    run.files.add(path);
    return readFile(path, kind);
  };
  const readWatched: ReadFile = (path, kind) => {
    run.watched.add(path);
    return read(path, kind);
  };
  const checkWebFile = (path: string) => {
    run.problems.push(...checkWebConfig(path, read));
  };
  const schema = createSchema({
    ...world,
    readFile: read,
    readKeyFile: readWatched,
    checkWebFile,
  });

  return (sources: ConfigSources): LoadedConfig => {
    run = startRun();
    const { problems, files, watched } = run;
    const file = readConfigFile(sources, readWatched, problems);
    const layers = mergeLayers(file, sources, fixedAccounts(sources, problems));
    const parsed = schema.safeParse(layers.tree);
    const issues = parsed.error?.issues.slice(0, ISSUES_MAX) ?? [];
    problems.push(...issues.flatMap((issue) => explain(issue, layers, file)));
    problems.push(...findAccountVariables(layers.tree, sources), ...findUnknownVariables(sources));
    const proxy = parseProxy(sources.env, problems);
    if (!parsed.success || problems.length > 0) return { problems, files: [...files] };
    const { accounts, ...rest } = parsed.data;
    // All accounts are checked first, so that every shard reports the same problems.
    const config = { ...rest, accounts: accountsOfShard(rest.sharding, accounts), proxy };
    return { config: deepFreeze(config), merged: layers.tree, files: [...watched] };
  };
}

const startRun = () => ({
  problems: [] as Problem[],
  files: new Set<string>(),
  watched: new Set<string>(),
});

/** Undefined without a file, or if it cannot be read. */
function readConfigFile(
  inputs: Inputs,
  readFile: ReadFile,
  problems: Problem[],
): YamlFile | undefined {
  const given = inputOf(CONFIG_FILE, inputs);
  if (given === undefined) return undefined;
  try {
    const file = parseYaml(readNamedFile(readFile, given.text), given.text);
    if ('tree' in file) return file;
    problems.push(...file);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const problem = `${quote(given.text)} ${error.message}`;
    problems.push({ name: given.name, problem, ...helpOf(CONFIG_FILE, given.from) });
  }
  return undefined;
}

function fixedAccounts({ demoAccount }: ConfigSources, problems: readonly Problem[]) {
  if (demoAccount !== undefined) return [demoAccount];
  // A file that cannot be read may contain accounts: none are missing.
  return problems.length > 0 ? [] : undefined;
}

function findAccountVariables(tree: Tree, inputs: Inputs): Problem[] {
  const accounts = childOf(tree, 'accounts');
  const names = ACCOUNT_SETTINGS.flatMap((setting) => inputOf(setting, inputs)?.name ?? []);
  if (!Array.isArray(accounts) || accounts.length < 2 || names.length === 0) return [];
  const problem = `set while the configuration file has ${accounts.length} accounts`;
  const meaning = 'Account variables configure a single account';
  return [{ name: names.join(', '), problem, meaning, example: `unset ${names.join(' ')}` }];
}

/** A default instead of the value that was meant would do harm silently: WHATSAPP_PRIVACY_NO_NAME. */
function findUnknownVariables({ env }: Inputs): Problem[] {
  const known = SETTINGS.map((setting) => setting.env);
  return Object.entries(env).flatMap(([name, text = '']) => {
    const section = SECTIONS.find((each) => name.startsWith(`WHATSAPP_${each.toUpperCase()}_`));
    if (section === undefined || text === '' || known.includes(name)) return [];
    const settings = settingsOf(section);
    const variables = settings.map((setting) => setting.env).join(', ');
    const [example = ''] = settings.map((setting) => helpOf(setting, 'environment').example);
    const meaning = `The variables of this section are ${variables}`;
    return [{ name, problem: 'unknown variable', meaning, example }];
  });
}

/** The accounts that this shard polls. */
function accountsOfShard(sharding: Config['sharding'], accounts: Config['accounts']) {
  if (sharding === undefined) return accounts;
  return accounts.filter(({ name }) => shardOf(name, sharding.totalShards) === sharding.shard);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
