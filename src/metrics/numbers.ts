import type { AccountState } from '../core/account-state.ts';
import type { NumberCounters } from '../core/conversations.ts';
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

/** One family of so many numbers is written within a few milliseconds. */
const BLOCK_NUMBERS = 4_096;

interface NumbersOfAccount extends Pick<AccountState, 'conversations'> {
  readonly account: string;
  readonly snapshot: Snapshot;
}

/** For each of NUMBER_FAMILIES its series, without the head. */
export async function renderNumbers({ account, snapshot, conversations }: NumbersOfAccount) {
  const text = new Text();
  const parts = NUMBER_FAMILIES.map((): Part[] => []);
  for (let start = 0; start < snapshot.numbers.length; start += BLOCK_NUMBERS) {
    const numbers = snapshot.numbers.slice(start, start + BLOCK_NUMBERS);
    const counters = numbers.map(({ whatsapp }) => conversations.get(whatsapp));
    for (const [i, family] of NUMBER_FAMILIES.entries()) {
      writeSeries(text, family, account, numbers, counters);
      // Compression runs in the thread pool: the event loop is free in between.
      parts[i]?.push(await compress(text.take()));
    }
  }
  return parts;
}

/** A line per series, each after a line feed. */
function writeSeries(
  text: Text,
  family: NumberFamily,
  account: string,
  numbers: readonly NumberEntry[],
  counters: readonly (NumberCounters | undefined)[],
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
