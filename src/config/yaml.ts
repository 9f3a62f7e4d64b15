import { createRequire } from 'node:module';
import type { Document, LineCounter } from 'yaml';
import type * as Yaml from 'yaml';

import { nearest } from './nearest.ts';
import { InvalidValue, quote, type Problem } from './problems.ts';
import type { Given } from './given.ts';

const require = createRequire(import.meta.url);

/** Loaded only where there is YAML to read or write: it takes as long as Node.js itself to start. */
export function loadYaml(): typeof Yaml {
  return require('yaml') as typeof Yaml;
}

/** What a key means, and how it is written. */
export interface Help extends Pick<Problem, 'meaning' | 'example'> {
  /** The value may also be a list. */
  readonly isList?: true | undefined;
}
export type KnownKeys = ReadonlyMap<string, Help>;

export interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly path: string;
  readonly problems: Problem[];
}

export interface Entry {
  /** The whole one, `poll.timeout` or `accounts[0].name`; '' is the document. */
  readonly key: string;
  readonly node: unknown;
  readonly offset: number;
  readonly help: Help;
}

/** The rest mostly follows from the first ones, and there may be a thousand. */
const FLAWS_MAX = 5;

/**
 * A YAML file, for the functions below, which add what is wrong to `problems`. Undefined
 * where the text is no YAML, after telling so. `path` is part of the problems' names, `example` shows
 * good YAML.
 */
export function openYaml(
  text: string,
  path: string,
  problems: Problem[],
  example: string,
): Source | undefined {
  const { LineCounter, parseDocument } = loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = { document, lines, path, problems };
  const flaws = [...document.errors, ...document.warnings];
  for (const { code, pos } of flaws.slice(0, FLAWS_MAX)) {
    problems.push({
      name: toPosition(source, pos[0]),
      // The library's messages quote the file, which holds secrets; its codes do not.
      problem: `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
      meaning: 'The configuration file is YAML 1.2; put quotes around special characters',
      example,
    });
  }
  return flaws.length > 0 ? undefined : source;
}

/** The document as a mapping of these keys. */
export function toRoot({ document }: Source, keys: KnownKeys): Entry {
  return { key: '', node: document.contents, offset: 0, help: toMappingHelp(keys) };
}

export function toMappingHelp(keys: KnownKeys): Help {
  const [first] = keys.values();
  return {
    meaning: `The keys here are ${[...keys.keys()].join(', ')}`,
    example: first?.example ?? '',
  };
}

/** The entries of a mapping of these keys, or of any where `keys` is undefined. */
export function readMapping(
  source: Source,
  mapping: Entry,
  keys: KnownKeys | undefined,
): Map<string, Entry> {
  const { isMap, isScalar } = loadYaml();
  const entries = new Map<string, Entry>();
  if (!isMap(mapping.node)) {
    refuse(source, mapping, 'must be a mapping of keys to values');
    return entries;
  }
  for (const { key, value } of mapping.node.items) {
    const word = isScalar(key) ? String(key.value) : '';
    const offset = offsetOf(key) ?? mapping.offset;
    const help = keys === undefined ? mapping.help : keys.get(word);
    if (keys !== undefined && help === undefined) {
      source.problems.push(toUnknownKey(toPosition(source, offset), word, keys));
    } else if (help !== undefined) {
      // A key that is not one of ours may be a secret that stands in the wrong place.
      const shown = keys === undefined ? '' : word;
      const whole = [mapping.key, shown].filter((part) => part !== '').join('.');
      entries.set(word, { key: whole, node: resolve(source, value), offset, help });
    }
  }
  return entries;
}

/** The single values of a mapping, as text; a list becomes one text with commas between. */
export function readTexts(source: Source, mapping: Entry, keys: KnownKeys): Map<string, Given> {
  const texts = new Map<string, Given>();
  for (const [key, entry] of readMapping(source, mapping, keys)) {
    const isList = entry.help.isList && loadYaml().isSeq(entry.node);
    const text = isList ? readList(source, entry)?.join(',') : readText(source, entry);
    if (text !== undefined) texts.set(key, { text, from: 'file', name: toName(source, entry) });
  }
  return texts;
}

/** Undefined after telling that it is no single value. */
function readText(source: Source, entry: Entry): string | undefined {
  const text = textOf(entry.node);
  if (text === undefined) refuse(source, entry, 'must be a single value');
  return text;
}

/** What `parse` makes of an entry's single value; undefined after telling what is wrong with it. */
export function readValue<T>(
  source: Source,
  entry: Entry | undefined,
  parse: (text: string) => T,
): T | undefined {
  const text = entry && readText(source, entry);
  if (entry === undefined || text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    refuse(source, entry, error.message);
    return undefined;
  }
}

/** The texts of a list of single values; undefined after telling that it is none. */
export function readList(source: Source, entry: Entry): string[] | undefined {
  const items = loadYaml().isSeq(entry.node) ? entry.node.items : [];
  const texts = items.flatMap((item) => textOf(resolve(source, item)) ?? []);
  if (texts.length > 0 && texts.length === items.length) return texts;
  refuse(source, entry, 'must be a list of single values');
  return undefined;
}

/** The source of a number, since 0123 or an id of 20 digits would not survive as one. */
function textOf(node: unknown): string | undefined {
  if (!loadYaml().isScalar(node) || isNull(node)) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
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

export function refuse(source: Source, entry: Entry, problem: string): void {
  const { meaning, example } = entry.help;
  source.problems.push({
    name: toName(source, entry),
    problem: isNull(entry.node) ? 'has no value; give one or remove the key' : problem,
    meaning,
    example,
  });
}

export function resolve({ document }: Source, node: unknown): unknown {
  return loadYaml().isAlias(node) ? node.resolve(document) : node;
}

export function isNull(node: unknown): boolean {
  return node === null || (loadYaml().isScalar(node) && node.value === null);
}

export function offsetOf(node: unknown): number | undefined {
  return loadYaml().isNode(node) ? node.range?.[0] : undefined;
}

export function toName({ path, lines }: Source, { key, offset }: Entry): string {
  return key === '' ? path : `${key} in ${path}, line ${lines.linePos(offset).line}`;
}

function toPosition({ path, lines }: Source, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${path}, line ${line}, column ${col}`;
}
