import { dirname, isAbsolute, join } from 'node:path';

import { ACCOUNT_SETTINGS, SECTIONS, settingAt, settingsOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { childOf, isMapping, type Mapping, type Tree, type YamlFile } from './yaml-file.ts';

/** A value's source, as the user knows it. */
export interface Given {
  readonly from: 'flag' | 'environment' | 'file';
  /** In a file with its position. */
  readonly name: string;
}

export interface Inputs {
  /** By the setting's key, as `parseCommandLine` returns them. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Layers {
  readonly tree: Tree;
  /** The source of the value at a path, or of its absence. */
  readonly givenAt: (path: readonly PropertyKey[]) => Given;
}

/** The text of a flag or variable; an empty variable counts as not set. */
export function inputOf(
  setting: Setting,
  { flags, env }: Inputs,
): (Given & { text: string }) | undefined {
  const { key, flag = key, env: variable } = setting;
  const text = flags[key];
  if (text !== undefined) return { text, from: 'flag', name: flag };
  const value = env[variable] ?? '';
  return value === '' ? undefined : { text: value, from: 'environment', name: variable };
}

/**
 * The file with variables and flags put over it. Values of the wrong shape are left for the schema to
 * refuse. `accounts` replaces those of the file and of the environment.
 */
export function mergeLayers(file: YamlFile | undefined, inputs: Inputs, accounts?: Tree[]): Layers {
  const given = new Map<string, Given>();
  const root = file?.tree ?? {};

  const overlay = (values: Tree | undefined, path: string, settings: readonly Setting[]): Tree => {
    if (values !== undefined && !isMapping(values)) return values;
    const merged = withPaths(values ?? {}, file);
    for (const setting of settings) {
      const input = inputOf(setting, inputs);
      if (input === undefined) continue;
      merged[setting.name] = input.text;
      given.set(`${path}.${setting.name}`, input);
    }
    return merged;
  };
  const toAccounts = (list: Tree | undefined): Tree => {
    if (list !== undefined && !Array.isArray(list)) return list;
    if (list !== undefined && list.length > 1) return list.map((each) => overlay(each, '', []));
    const account = overlay(list?.[0], 'accounts.0', ACCOUNT_SETTINGS);
    // A misspelt `accounts` is one problem, not two.
    const isMisspelt = list === undefined && hasUnknownKeys(root);
    return isMisspelt && given.size === 0 ? [] : [account];
  };

  const tree: Tree = isMapping(root) ? { ...root } : root;
  if (isMapping(tree)) {
    tree['accounts'] = accounts ?? toAccounts(tree['accounts']);
    for (const section of SECTIONS) {
      tree[section] = overlay(tree[section], section, settingsOf(section));
    }
  }
  return {
    tree,
    givenAt: (path) =>
      given.get(path.slice(0, path[0] === 'accounts' ? 3 : 2).join('.')) ?? placeOf(path, file),
  };
}

/** As in Prometheus, a path in the file is relative to the folder of the file. */
function withPaths(values: Mapping, file: YamlFile | undefined): Mapping {
  const folder = dirname(file?.path ?? '');
  const entries = Object.entries(values).map(([key, value]): [string, Tree] => {
    const isRelative = key.endsWith('_file') && typeof value === 'string' && value !== '';
    return [key, isRelative && !isAbsolute(value) ? join(folder, value) : value];
  });
  return Object.fromEntries(entries);
}

function hasUnknownKeys(root: Tree): boolean {
  return isMapping(root) && Object.keys(root).some((key) => !SECTIONS.includes(key));
}

/** In the file if the section is there, or else the flag and variable that would give it. */
function placeOf(path: readonly PropertyKey[], file: YamlFile | undefined): Given {
  const [section = ''] = path;
  const isInFile = path.length === 0 || (isMapping(file?.tree) && section in file.tree);
  if (file !== undefined && isInFile) {
    const key = formatPath(path, file.tree);
    return { from: 'file', name: key === '' ? file.path : `${key} (${file.locate(path)})` };
  }
  const { flag, env = 'account' } = settingAt(path) ?? {};
  return { from: 'environment', name: flag === undefined ? env : `${flag} (${env})` };
}

/** `accounts[0].name`, as far as the tree has branches. */
function formatPath(path: readonly PropertyKey[], tree: Tree): string {
  let [key, node]: [string, Tree | undefined] = ['', tree];
  for (const part of path) {
    if (Array.isArray(node)) key += `[${String(part)}]`;
    else if (isMapping(node)) {
      // A key with many digits is a phone number, which the log may have to hide.
      if (!/\d{5}/.test(String(part))) key += `${key === '' ? '' : '.'}${String(part)}`;
    } else break;
    node = childOf(node, part);
  }
  return key;
}
