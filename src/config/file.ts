import { dirname, isAbsolute, join } from 'node:path';

import { ACCOUNT_SETTINGS } from './account-settings.ts';
import { toYamlExample, type Given } from './given.ts';
import type { Problem } from './problems.ts';
import { PRIVACY_KEY_SETTINGS, SETTINGS, type Setting } from './settings.ts';
import {
  isNull,
  offsetOf,
  openYaml,
  readMapping,
  readTexts,
  refuse,
  resolve,
  toMappingHelp,
  toName,
  toRoot,
  type Entry,
  type Help,
  type KnownKeys,
  type Source,
  loadYaml,
} from './yaml.ts';

/** One account as given. */
export interface GivenAccount {
  /** `accounts[0] in FILE, line 3` */
  readonly name: string;
  readonly values: ReadonlyMap<string, Given>;
  /** False where a part could not be read, so that what is missing may be there after all. */
  readonly isWhole: boolean;
}

export interface ConfigFile {
  /** By the setting's key, such as `poll.timeout`. */
  readonly settings: ReadonlyMap<string, Given>;
  readonly accounts: readonly GivenAccount[];
}

export const EMPTY_FILE: ConfigFile = { settings: new Map(), accounts: [] };

const toHelp = (setting: Setting): Help => ({
  meaning: setting.meaning,
  example: toYamlExample(setting),
  isList: setting.isList,
});

const ACCOUNT_KEYS: KnownKeys = new Map(
  Object.values(ACCOUNT_SETTINGS).map((setting) => [setting.key, toHelp(setting)]),
);

/** `poll` -> the keys within it */
const SECTIONS = new Map<string, Map<string, Help>>();
for (const setting of Object.values<Setting>({ ...SETTINGS, ...PRIVACY_KEY_SETTINGS })) {
  const [section = '', key = ''] = setting.key.split('.');
  const keys = SECTIONS.get(section) ?? new Map<string, Help>();
  SECTIONS.set(section, keys.set(key, toHelp(setting)));
}

const TOP_KEYS: KnownKeys = new Map([
  ...[...SECTIONS].map(([section, keys]): [string, Help] => [section, toMappingHelp(keys)]),
  [
    'accounts',
    {
      meaning: `List of accounts, each with keys of ${[...ACCOUNT_KEYS.keys()].join(', ')}`,
      example: 'accounts: [{ name: acme, access_token_file: /run/secrets/acme }]',
    },
  ],
]);

/**
 * Reads the file's shape; what is wrong with it goes to `problems`, whose names hold `path`.
 * Undefined where the text is no YAML, so that nobody complains about what it may well say.
 */
export function parseConfigFile(
  text: string,
  path: string,
  problems: Problem[],
): ConfigFile | undefined {
  const source = openYaml(text, path, problems, toYamlExample(SETTINGS.schedule));
  if (source === undefined) return undefined;
  const root = toRoot(source, TOP_KEYS);
  if (isNull(root.node)) return EMPTY_FILE;

  const entries = readMapping(source, root, TOP_KEYS);
  const settings = [...SECTIONS].flatMap(([section, keys]) => {
    const entry = entries.get(section);
    const texts = entry === undefined ? [] : [...readGiven(source, entry, keys)];
    return texts.map(([key, given]): [string, Given] => [`${section}.${key}`, given]);
  });
  const list = entries.get('accounts');
  return {
    settings: new Map(settings),
    accounts: list === undefined ? [] : readAccounts(source, list),
  };
}

function readAccounts(source: Source, list: Entry): GivenAccount[] {
  if (!loadYaml().isSeq(list.node)) {
    refuse(source, list, 'must be a list of accounts');
    return [{ name: toName(source, list), values: new Map(), isWhole: false }];
  }
  return list.node.items.map((node, index) => {
    const entry = {
      key: `${list.key}[${index}]`,
      node: resolve(source, node),
      offset: offsetOf(node) ?? list.offset,
      help: list.help,
    };
    const countBefore = source.problems.length;
    const values = readGiven(source, entry, ACCOUNT_KEYS);
    return { name: toName(source, entry), values, isWhole: source.problems.length === countBefore };
  });
}

/** As in Prometheus, a path in the file is relative to the folder of the file. */
function readGiven(source: Source, entry: Entry, keys: KnownKeys): ReadonlyMap<string, Given> {
  const toPath = (path: string) =>
    path === '' || isAbsolute(path) ? path : join(dirname(source.path), path);
  return new Map(
    [...readTexts(source, entry, keys)].map(([key, given]) => [
      key,
      key.endsWith('_file') ? { ...given, text: toPath(given.text) } : given,
    ]),
  );
}
