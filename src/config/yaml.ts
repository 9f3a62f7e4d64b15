import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { nearest } from './nearest.ts';
import { InvalidValue, quote, type Problem } from './problems.ts';

/** What a key means, and how it is written. */
export type Help = Pick<Problem, 'meaning' | 'example'>;
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
  const items = isSeq(entry.node) ? entry.node.items : [];
  const texts = items.flatMap((item) => textOf(resolve(source, item)) ?? []);
  if (texts.length > 0 && texts.length === items.length) return texts;
  refuse(source, entry, 'must be a list of single values');
  return undefined;
}

/** The source of a number, since 0123 or an id of 20 digits would not survive as one. */
function textOf(node: unknown): string | undefined {
  if (!isScalar(node) || isNull(node)) return undefined;
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

function resolve({ document }: Source, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

export function isNull(node: unknown): boolean {
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
