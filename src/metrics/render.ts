import type { AccountState } from '../core/account-state.ts';
import type { NumberEntry, Snapshot } from '../core/snapshot.ts';
import { FAMILIES } from './families.ts';
import type { Labels, NumberFamily } from './family.ts';
import { compress, type Part } from './gzip.ts';
import {
  createKeys,
  createLine,
  createLineDeflater,
  type Keys,
  type Line,
  type LineDeflater,
} from './lines.ts';
import { escapeLabel, renderLabels } from './text.ts';

/**
 * The series of numbers, of which there are thousands of times as many as of all the rest, and which
 * change only with a poll. Their text is what prom-client would make of the table, a test says so; it
 * is made block by block, compressed. A block whose values are those of the poll before is not made
 * again.
 */
export const NUMBER_FAMILIES: readonly NumberFamily[] = FAMILIES.filter(
  (family) => family.scope === 'number',
);

/** The numbers of one account, rendered. */
export interface RenderedNumbers {
  readonly account: string;
  readonly conversations: AccountState['conversations'];
  readonly blocks: readonly RenderedBlock[];
}

/** A stretch of the list. */
interface Block {
  readonly numbers: readonly NumberEntry[];
  /** For each of NUMBER_FAMILIES, for each of its series: the values of these numbers. */
  readonly values: readonly (readonly Float64Array[])[];
}

interface RenderedBlock extends Block {
  readonly keys: Keys | undefined;
  /** For each of NUMBER_FAMILIES its series of these numbers, without the head. */
  readonly parts: readonly Part[];
}

/** So many numbers are rendered within a few milliseconds, and few changes are few blocks. */
const BLOCK_NUMBERS = 2_048;

/** Renders a good poll; takes what has not changed from `before`, the rendering of an earlier one. */
export async function renderNumbers(
  account: string,
  { numbers }: Snapshot,
  conversations: AccountState['conversations'],
  before?: RenderedNumbers,
): Promise<RenderedNumbers> {
  const known = before?.account === account ? before.blocks : [];
  const shapes = toShapes(account);
  const deflater = createLineDeflater();
  const blocks: RenderedBlock[] = [];
  for (let start = 0; start < numbers.length; start += BLOCK_NUMBERS) {
    // Everything else has its turn here.
    await new Promise(setImmediate);
    const block = toBlock(numbers.slice(start, start + BLOCK_NUMBERS), conversations);
    blocks.push(await renderBlock(block, known[blocks.length], shapes, deflater));
  }
  return { account, conversations, blocks };
}

function toBlock(
  numbers: readonly NumberEntry[],
  conversations: AccountState['conversations'],
): Block {
  const counters = numbers.map(({ whatsapp }) => conversations.get(whatsapp));
  const read = ({ value }: NumberFamily['series'][number]) => {
    const values = new Float64Array(numbers.length);
    // No sample is NaN otherwise: what is read of a response are whole numbers.
    for (let i = 0; i < values.length; i += 1) {
      values[i] = value(numbers[i] as NumberEntry, counters[i]) ?? NaN;
    }
    return values;
  };
  return { numbers, values: NUMBER_FAMILIES.map(({ series }) => series.map(read)) };
}

/** What the lines of an account have in common. */
interface Shapes {
  /** The labels that every series of a number begins with, up to the number. */
  readonly identity: string;
  /** For each of NUMBER_FAMILIES. */
  readonly lines: readonly (readonly Line[])[];
}

function toShapes(account: string): Shapes {
  const identity = `account="${escapeLabel(account)}",number="`;
  const lines = NUMBER_FAMILIES.map(({ name, series }) =>
    // Each line brings the line feed of the one before it.
    series.map(({ labels }) => createLine(`\n${name}{${identity}`, endOfLabels(labels))),
  );
  return { identity, lines };
}

/** What comes between the number and the value. */
function endOfLabels(labels: Labels): string {
  const text = renderLabels(labels);
  return text === '' ? '"} ' : `",${text}} `;
}

async function renderBlock(
  block: Block,
  before: RenderedBlock | undefined,
  { identity, lines }: Shapes,
  deflater: LineDeflater,
): Promise<RenderedBlock> {
  const known = before !== undefined && haveSameNumbers(block, before) ? before : undefined;
  let keys = known?.keys;
  const parts: Part[] = [];
  for (const [i, family] of NUMBER_FAMILIES.entries()) {
    const part = known?.parts[i];
    if (part !== undefined && known !== undefined && rendersAlike(i, block, known)) {
      parts.push(part);
    } else if (hasTexts(family)) {
      parts.push(await compress(Buffer.from(renderTexts(family, identity, block.numbers))));
    } else {
      keys ??= createKeys(block.numbers.map(({ whatsapp }) => whatsapp));
      parts.push(deflater.deflate(lines[i] ?? [], keys, block.values[i] ?? []));
    }
  }
  return { ...block, keys, parts };
}

function haveSameNumbers(a: Block, b: Block): boolean {
  return (
    a.numbers.length === b.numbers.length &&
    a.numbers.every(({ whatsapp }, i) => whatsapp === b.numbers[i]?.whatsapp)
  );
}

/** Of two blocks with the same numbers: the family at this index. */
function rendersAlike(index: number, a: Block, b: Block): boolean {
  const texts = Object.values(NUMBER_FAMILIES[index]?.texts ?? {});
  const valuesOfB = b.values[index] ?? [];
  return (
    (a.values[index] ?? []).every((values, i) => areSame(values, valuesOfB[i])) &&
    texts.every((text) => a.numbers.every((n, i) => text(n) === text(b.numbers[i] ?? n)))
  );
}

function areSame(a: Float64Array, b: Float64Array | undefined): boolean {
  return b !== undefined && toBytes(a).equals(toBytes(b));
}

function toBytes({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function hasTexts({ texts }: NumberFamily): boolean {
  return Object.keys(texts).length > 0;
}

/** The family whose labels hold names, which change rarely: any text, and its value is always 1. */
function renderTexts(
  { name, texts }: NumberFamily,
  identity: string,
  numbers: readonly NumberEntry[],
): string {
  const labels = Object.entries(texts);
  let rendered = '';
  for (const number of numbers) {
    rendered += `\n${name}{${identity}${number.whatsapp}"`;
    for (const [label, text] of labels) rendered += `,${label}="${escapeLabel(text(number))}"`;
    rendered += '} 1';
  }
  return rendered;
}
