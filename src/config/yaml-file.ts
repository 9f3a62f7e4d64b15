import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  visit,
} from 'yaml';
import type { Document, SchemaOptions } from 'yaml';

import type { Problem } from './problems.ts';

/** Every scalar is its text, since 0123 or an id of 20 digits would not survive as a number. */
export type Tree = string | null | Tree[] | Mapping;
export type Mapping = { [key: string]: Tree };

export interface YamlFile {
  readonly path: string;
  readonly tree: Tree;
  /** `FILE:3:5`, the position of the key or list item, or of what contains it. */
  readonly locate: (path: readonly PropertyKey[]) => string;
}

const TEXTS: SchemaOptions = { schema: 'failsafe', customTags: ['null'] };
/** The rest mostly follows from the first ones, and there may be a thousand. */
const ERRORS_MAX = 5;
const HELP: Pick<Problem, 'meaning' | 'example'> = {
  meaning: 'Configuration files are YAML 1.2; quote values with special characters',
  example: 'poll: { schedule: "*/5 * * * *" }',
};

/** The library's other messages may quote the file, which contains secrets. */
const QUOTES_NOTHING =
  /^(?:MISSING_CHAR|BAD_INDENT|TAB_AS_INDENT|DUPLICATE_KEY|(?:MULTILINE|BLOCK_AS)_IMPLICIT_KEY)$/;

/** Reads YAML, or reports its errors. */
export function parseYaml(text: string, path: string): YamlFile | readonly Problem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    ...TEXTS,
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const errors = [...document.errors, ...document.warnings].slice(0, ERRORS_MAX);
  if (errors.length > 0) {
    return errors.map(({ code, message, pos }) => {
      const reason = QUOTES_NOTHING.test(code) ? message : code.toLowerCase().replaceAll('_', ' ');
      return { name: at(pos[0]), problem: `not valid YAML: ${reason}`, ...HELP };
    });
  }
  if (hasTooManyAliases(document)) return [{ name: path, problem: TOO_MANY_ALIASES, ...HELP }];
  try {
    // How much they expand needs no limit: they share one value, and the schema is a few levels deep.
    const tree = document.toJS({ maxAliasCount: -1 }) as Tree;
    return { path, tree, locate: (keys) => at(offsetOf(document, keys)) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return [{ name: path, problem: 'not valid YAML: an alias has no anchor before it', ...HELP }];
  }
}

/** The library looks for the anchor of each among all others: 20,000 take over 10 s. */
const ALIASES_MAX = 5_000;
const TOO_MANY_ALIASES = `more than ${ALIASES_MAX} aliases; repeat the values instead`;

function hasTooManyAliases(document: Document): boolean {
  let count = 0;
  visit(document, { Alias: () => void (count += 1) });
  return count > ALIASES_MAX;
}

/** The same tree again when it is read. */
export function toYamlText(tree: Tree): string {
  return stringify(tree, TEXTS);
}

function offsetOf(document: Document, keys: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      [node, offset] = [pair?.value, startOf(pair?.key) ?? offset];
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

export function isMapping(tree: Tree | undefined): tree is Mapping {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

export function childOf(tree: Tree | undefined, key: PropertyKey): Tree | undefined {
  if (Array.isArray(tree)) return tree[Number(key)];
  return isMapping(tree) && Object.hasOwn(tree, key) ? tree[String(key)] : undefined;
}
