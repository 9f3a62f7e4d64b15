import type { AccountState } from '../core/account-state.ts';
import type { NumberCounters } from '../core/conversations.ts';
import type { NumberEntry, Snapshot } from '../core/snapshot.ts';
import { FAMILIES } from './families.ts';
import type { NumberFamily } from './family.ts';
import { compress, type Part } from './gzip.ts';
import { escapeLabel, renderLabels, renderValue } from './text.ts';

/**
 * The hot path: the series of numbers, of which there are thousands of times as many as of all the
 * rest, and which change only with a poll. Their text is what prom-client would make of the table,
 * a test says so; it is made block by block and kept compressed, a tenth of its size. A block whose
 * values are those of the poll before is not made again.
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
  /** Of each of the numbers. */
  readonly counters: readonly (NumberCounters | undefined)[];
}

interface RenderedBlock extends Block {
  /** For each of NUMBER_FAMILIES its series of these numbers, without the head. */
  readonly parts: readonly Part[];
}

/**
 * So many numbers make a block: enough for the compressor to be worth starting, few enough that a
 * block is rendered within about a millisecond, and that few changes are few blocks.
 */
const BLOCK_NUMBERS = 2_048;
/** So many at a time are made one string: the garbage of more would outlive the next collection. */
const PIECE_NUMBERS = 256;

/** Renders a good poll; takes what has not changed from `before`, the rendering of an earlier one. */
export async function renderNumbers(
  account: string,
  { numbers }: Snapshot,
  conversations: AccountState['conversations'],
  before?: RenderedNumbers,
): Promise<RenderedNumbers> {
  const known = before?.account === account ? before.blocks : [];
  const scratch = createScratch();
  const blocks: RenderedBlock[] = [];
  for (let start = 0; start < numbers.length; start += BLOCK_NUMBERS) {
    // Everything else has its turn here, and while a block is compressed on another thread.
    await new Promise(setImmediate);
    const stretch = numbers.slice(start, start + BLOCK_NUMBERS);
    const counters = stretch.map(({ whatsapp }) => conversations.get(whatsapp));
    const block = { numbers: stretch, counters };
    blocks.push(await renderBlock(account, block, known[blocks.length], scratch));
  }
  return { account, conversations, blocks };
}

async function renderBlock(
  account: string,
  block: Block,
  before: RenderedBlock | undefined,
  scratch: Scratch,
): Promise<RenderedBlock> {
  const known = before !== undefined && haveSameNumbers(block, before) ? before : undefined;
  const identities = block.numbers.map((number) => renderIdentity(account, number));
  const parts: Part[] = [];
  for (const [index, family] of NUMBER_FAMILIES.entries()) {
    const part = known?.parts[index];
    const isSame = part !== undefined && known !== undefined && rendersAlike(family, block, known);
    parts.push(isSame ? part : await compress(renderSeries(family, block, identities, scratch)));
  }
  return { ...block, parts };
}

function haveSameNumbers(a: Block, b: Block): boolean {
  return (
    a.numbers.length === b.numbers.length &&
    a.numbers.every(({ whatsapp }, i) => whatsapp === b.numbers[i]?.whatsapp)
  );
}

/** Of two blocks with the same numbers. */
function rendersAlike({ texts, series }: NumberFamily, a: Block, b: Block): boolean {
  const ofNumbers = [...Object.values(texts), ...series.map(({ value }) => value)];
  return ofNumbers.every((read) =>
    a.numbers.every((number, i) => {
      const other = b.numbers[i];
      return other !== undefined && read(number, a.counters[i]) === read(other, b.counters[i]);
    }),
  );
}

/** The labels that every series of the number begins with. */
function renderIdentity(account: string, { whatsapp }: NumberEntry): string {
  return `account="${escapeLabel(account)}",number="${whatsapp}"`;
}

/** The bytes are those of the scratch: they hold until the next block is rendered into it. */
function renderSeries(
  family: NumberFamily,
  block: Block,
  identities: readonly string[],
  scratch: Scratch,
): Uint8Array {
  scratch.clear();
  for (let start = 0; start < identities.length; start += PIECE_NUMBERS) {
    scratch.append(renderPiece(family, block, identities, start));
  }
  return scratch.bytes();
}

/** Each line brings the line feed of the one before it: that is one string less to append. */
function renderPiece(
  { name, texts, series }: NumberFamily,
  { numbers, counters }: Block,
  identities: readonly string[],
  start: number,
): string {
  const lineStart = `\n${name}{`;
  const textLabels = Object.entries(texts);
  const ends = series.map(({ labels, value }) => {
    const text = renderLabels(labels);
    return { value, labelsEnd: text === '' ? '} ' : `,${text}} ` };
  });
  const end = Math.min(start + PIECE_NUMBERS, numbers.length);
  let piece = '';
  for (let i = start; i < end; i += 1) {
    const number = numbers[i] as NumberEntry;
    let labels = identities[i] as string;
    for (const [label, text] of textLabels) labels += `,${label}="${escapeLabel(text(number))}"`;
    for (const { value, labelsEnd } of ends) {
      const sample = value(number, counters[i]);
      if (sample !== undefined) piece += lineStart + labels + labelsEnd + renderValue(sample);
    }
  }
  return piece;
}

/** Memory that is used again for each block: to get and give back as much each time takes longer. */
interface Scratch {
  clear(): void;
  append(text: string): void;
  bytes(): Uint8Array;
}

const SCRATCH_BYTES = 512 * 1024;

function createScratch(): Scratch {
  let buffer = Buffer.allocUnsafeSlow(0);
  let used = 0;
  return {
    clear() {
      used = 0;
    },
    append(text) {
      const bytes = Buffer.byteLength(text);
      if (used + bytes > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(SCRATCH_BYTES, 2 * (used + bytes)));
        buffer.copy(larger, 0, 0, used);
        buffer = larger;
      }
      // As many bytes as characters: it is pure ASCII, for which there is a quicker way.
      used += buffer.write(text, used, bytes === text.length ? 'latin1' : 'utf8');
    },
    bytes: () => buffer.subarray(0, used),
  };
}
