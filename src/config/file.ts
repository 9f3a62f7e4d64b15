import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { ACCOUNT_SETTINGS } from './account-settings.ts';
import { toYamlExample, type Given } from './given.ts';
import { nearest } from './nearest.ts';
import { quote, type Problem } from './problems.ts';
import { SETTINGS, type Setting } from './settings.ts';

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

type Help = Pick<Problem, 'meaning' | 'example'>;
type KnownKeys = ReadonlyMap<string, Help>;

const toHelp = (setting: Setting): Help => ({
  meaning: setting.meaning,
  example: toYamlExample(setting),
});

const ACCOUNT_KEYS: KnownKeys = new Map(
  Object.values(ACCOUNT_SETTINGS).map((setting) => [setting.key, toHelp(setting)]),
);

/** `poll` -> the keys within it */
const SECTIONS = new Map<string, Map<string, Help>>();
for (const setting of Object.values(SETTINGS)) {
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

function toMappingHelp(keys: KnownKeys): Help {
  const [first] = keys.values();
  return {
    meaning: `The keys here are ${[...keys.keys()].join(', ')}`,
    example: first?.example ?? '',
  };
}

interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly path: string;
  readonly problems: Problem[];
}

interface Entry {
  /** The whole one, `poll.timeout` or `accounts[0].name`; '' is the document. */
  readonly key: string;
  readonly node: unknown;
  readonly offset: number;
  readonly help: Help;
}

/**
 * Reads the file's shape; what is wrong with it goes to `problems`, whose names hold `path`.
 * Undefined where the text is no YAML, so that nobody complains about what it may well say.
 */
export function parseConfigFile(
  text: string,
  path: string,
  problems: Problem[],
): ConfigFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = { document, lines, path, problems };
  const flaws = [...document.errors, ...document.warnings];
  for (const { code, pos } of flaws) {
    problems.push({
      name: toPosition(source, pos[0]),
      // The library's messages quote the file, which holds secrets; its codes do not.
      problem: `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
      meaning: 'The configuration file is YAML 1.2; put quotes around special characters',
      example: toYamlExample(SETTINGS.schedule),
    });
  }
  if (flaws.length > 0) return undefined;
  if (isNull(document.contents)) return EMPTY_FILE;

  const root = { key: '', node: document.contents, offset: 0, help: toMappingHelp(TOP_KEYS) };
  const entries = readMapping(source, root, TOP_KEYS);
  const settings = [...SECTIONS].flatMap(([section, keys]) => {
    const entry = entries.get(section);
    const texts = entry === undefined ? [] : [...readTexts(source, entry, keys)];
    return texts.map(([key, given]): [string, Given] => [`${section}.${key}`, given]);
  });
  const list = entries.get('accounts');
  return {
    settings: new Map(settings),
    accounts: list === undefined ? [] : readAccounts(source, list),
  };
}

function readAccounts(source: Source, list: Entry): GivenAccount[] {
  if (!isSeq(list.node)) {
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
    const values = readTexts(source, entry, ACCOUNT_KEYS);
    return { name: toName(source, entry), values, isWhole: source.problems.length === countBefore };
  });
}

function readTexts(source: Source, mapping: Entry, keys: KnownKeys): Map<string, Given> {
  const texts = new Map<string, Given>();
  for (const [key, entry] of readMapping(source, mapping, keys)) {
    const { node } = entry;
    if (!isScalar(node) || isNull(node)) {
      refuse(source, entry, 'must be a single value');
      continue;
    }
    // The source of a number, since 0123 or an id of 20 digits would not survive as one.
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    texts.set(key, { text, from: 'file', name: toName(source, entry) });
  }
  return texts;
}

function readMapping(source: Source, mapping: Entry, keys: KnownKeys): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  if (!isMap(mapping.node)) {
    refuse(source, mapping, 'must be a mapping of keys to values');
    return entries;
  }
  for (const { key, value } of mapping.node.items) {
    const word = isScalar(key) ? String(key.value) : '';
    const offset = offsetOf(key) ?? mapping.offset;
    const help = keys.get(word);
    if (help === undefined) {
      source.problems.push(toUnknownKey(toPosition(source, offset), word, keys));
    } else {
      const whole = mapping.key === '' ? word : `${mapping.key}.${word}`;
      entries.set(word, { key: whole, node: resolve(source, value), offset, help });
    }
  }
  return entries;
}

function toUnknownKey(name: string, word: string, keys: KnownKeys): Problem {
  const near = nearest(word, [...keys.keys()]);
  // Only what looks like a key is shown: `{client_secret:abc}` is one key that holds a secret.
  const shown = near !== undefined || /^[a-z_]{1,40}$/i.test(word) ? ` ${quote(word)}` : '';
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const { meaning, example } = toMappingHelp(keys);
  const nearExample = near === undefined ? undefined : keys.get(near)?.example;
  return { name, problem: `unknown key${shown}${hint}`, meaning, example: nearExample ?? example };
}

function refuse(source: Source, entry: Entry, problem: string): void {
  source.problems.push({
    name: toName(source, entry),
    problem: isNull(entry.node) ? 'has no value; give one or remove the key' : problem,
    ...entry.help,
  });
}

function resolve({ document }: Source, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function toName({ path, lines }: Source, { key, offset }: Entry): string {
  return key === '' ? path : `${key} in ${path}, line ${lines.linePos(offset).line}`;
}

function toPosition({ path, lines }: Source, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${path}, line ${line}, column ${col}`;
}
