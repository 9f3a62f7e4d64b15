import { readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { renderTable, toCode } from './metrics-doc.ts';

const FOLDER = new URL('../deploy/helm/', import.meta.url);
const BEGIN = '<!-- Generated from values.yaml by scripts/chart-doc.ts: edit that. -->';
/** Longer defaults would make the column too wide. */
const DEFAULT_LENGTH_MAX = 70;

/** deploy/helm/README.md, its last section being the table of values. */
export function renderChartReadme(): string {
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const values = parseDocument(readFileSync(new URL('values.yaml', FOLDER), 'utf8'));
  const table = renderTable(['value', 'default', 'meaning'], toRows(values.contents as YAMLMap));
  return `${readme.slice(0, readme.indexOf(BEGIN))}${BEGIN}\n\n${table}\n`;
}

/** A map with a comment is one value; a map without is a section of values. */
function toRows(map: YAMLMap, prefix = ''): string[][] {
  return map.items.flatMap((pair, i) => {
    const name = prefix + nameOf(pair);
    const comment = commentOf(pair) ?? (i === 0 ? map.commentBefore : undefined);
    if (comment) return [[toCode(name), toDefault(pair.value), toMeaning(comment)]];
    if (isMap(pair.value)) return toRows(pair.value, `${name}.`);
    throw new Error(`values.yaml: ${name} has no comment`);
  });
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function commentOf({ key }: Pair): string | null | undefined {
  return isScalar(key) ? key.commentBefore : undefined;
}

function toMeaning(comment: string): string {
  // Before an empty line is the comment of the file.
  return (comment.split('\n\n').at(-1) ?? '').replaceAll(/\s+/g, ' ').trim();
}

function toDefault(value: unknown): string {
  const plain = (value as { toJSON(): unknown }).toJSON();
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain);
  return text.length > DEFAULT_LENGTH_MAX ? 'see values.yaml' : toCode(text);
}
