import type { ConversationCounters, NumberCounters } from '../core/conversations.ts';
import type { NumberEntry, Snapshot } from '../core/snapshot.ts';
import { FAMILIES } from './families.ts';
import type { NumberFamily } from './family.ts';
import { compress, type Part } from './gzip.ts';
import { Text } from './text.ts';

/**
 * The series of numbers outnumber all others by thousands, so they are written as text directly; a
 * test compares the text with prom-client's.
 */
export const NUMBER_FAMILIES: readonly NumberFamily[] = FAMILIES.filter(
  (family) => family.scope === 'number',
);

/** Written within a few milliseconds for each family. */
const BLOCK_NUMBERS = 4_096;

/** A stretch of the numbers of an account. */
interface Stretch {
  readonly numbers: readonly NumberEntry[];
  readonly counters: ConversationCounters;
}

export interface Block extends Stretch {
  /** For each metric of numbers its series, without the head. */
  readonly parts: readonly Part[];
}

/** `before` are the blocks of an earlier poll; what has not changed since is taken from them. */
export async function renderNumbers(
  account: string,
  { numbers }: Snapshot,
  conversations: ConversationCounters,
  before: readonly Block[] = [],
  families: readonly NumberFamily[] = NUMBER_FAMILIES,
): Promise<readonly Block[]> {
  const text = new Text();
  const blocks: Block[] = [];
  for (let start = 0; start < numbers.length; start += BLOCK_NUMBERS) {
    const entries = numbers.slice(start, start + BLOCK_NUMBERS);
    const counters = conversations.slice(start, start + BLOCK_NUMBERS);
    const stretch = { numbers: entries, counters };
    const last = before[blocks.length];
    const earlier = last && isSame(stretch, last, [readNumber]) ? last : undefined;
    const parts: Part[] = [];
    for (const [i, family] of families.entries()) {
      let part =
        earlier && isSame(stretch, earlier, readsOf(family)) ? earlier.parts[i] : undefined;
      if (part === undefined) {
        writeSeries(text, family, account, stretch);
        // Compression runs in the thread pool: the event loop is free in between.
        part = await compress(text.take());
      }
      parts.push(part);
    }
    blocks.push({ ...stretch, parts });
  }
  return blocks;
}

type Read = (number: NumberEntry, counters: NumberCounters | undefined) => unknown;

const readNumber: Read = ({ whatsapp }) => whatsapp;

/** Whether all that is read is the same for each number of both. */
function isSame(a: Stretch, b: Stretch, reads: readonly Read[]): boolean {
  if (a.numbers.length !== b.numbers.length) return false;
  return reads.every((read) =>
    a.numbers.every(
      (number, i) =>
        read(number, a.counters[i]) === read(b.numbers[i] as NumberEntry, b.counters[i]),
    ),
  );
}

function readsOf({ texts, series }: NumberFamily): readonly Read[] {
  return [...Object.values(texts), ...series.map(({ value }) => value)];
}

/** A line per series, each after a line feed. */
function writeSeries(
  text: Text,
  family: NumberFamily,
  account: string,
  { numbers, counters }: Stretch,
): void {
  const start = Buffer.from(`\n${family.name}{account="${escapeLabel(account)}",number="`);
  const series = family.series.map(({ labels, value }) => ({
    end: `"${renderLabels(Object.entries(labels))}} `,
    value,
  }));
  const names = Object.entries(family.texts);
  numbers.forEach((number, i) => {
    for (const { end, value } of series) {
      const sample = value(number, counters[i]);
      if (sample === undefined) continue;
      text.copy(start);
      text.ascii(number.whatsapp);
      if (names.length > 0) {
        const labels = renderLabels(names.map(([label, name]) => [label, name(number)]));
        // `end` brings the last quotation mark.
        text.utf8(`"${labels.slice(0, -1)}`);
      }
      text.ascii(end);
      text.ascii(String(sample));
    }
  });
}

/** `,a="1",b="2"` */
function renderLabels(labels: readonly (readonly [name: string, value: string])[]): string {
  return labels.map(([name, value]) => `,${name}="${escapeLabel(value)}"`).join('');
}

function escapeLabel(text: string): string {
  if (!/[\\\n"]/.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
