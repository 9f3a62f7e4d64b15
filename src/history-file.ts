import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { codeOf } from './core/error-code.ts';
import type { MonthSettings } from './core/month.ts';
import { finalAtS, type MonthStatistics } from './core/monthly-statistics.ts';
import { CATEGORIES } from './core/snapshot.ts';

/** What statistics are about: an account, or one of its numbers. */
interface Subject {
  readonly account: string;
  /** As its label shows it. */
  readonly number?: string;
}

/** Past months as OpenMetrics: first all accounts, then all numbers. */
export interface HistoryFile {
  has(subject: Subject): boolean;
  add(subject: Subject, months: readonly MonthStatistics[]): void;
  /** Writes the last line, without which promtool rejects the file. */
  end(): void;
}

/** Metric and HELP of each kind of subject. */
const METRICS = {
  account: ['whatsapp_account_month_conversations', 'Conversations of a complete month.'],
  number: [
    'whatsapp_number_month_conversations',
    'Conversations of the number in a complete month.',
  ],
} as const;
const END = '# EOF\n';
/** The dashboards select by these labels, which Prometheus adds when it scrapes. */
const TARGET = 'job="whatsapp-exporter",instance="history"';
/** A sample, with the labels of its subject. */
const SAMPLE = /^whatsapp_\w+\{(account="[^"]*"(?:,number="[^"]*")?),month=/;

/** Names and numbers contain nothing that needs escaping. */
function labelsOf({ account, number }: Subject): string {
  return `account="${account}"${number === undefined ? '' : `,number="${number}"`}`;
}

/** `write` is called with whole lines; `before` are the lines that were written earlier. */
export function createHistoryFile(
  write: (text: string) => void,
  month: MonthSettings,
  before: readonly string[] = [],
): HistoryFile {
  const done = new Set(before.map((line) => SAMPLE.exec(line)?.[1]));
  const begun = new Set(before.map((line) => /^# TYPE (\S+)/.exec(line)?.[1]));
  return {
    has: (subject) => done.has(labelsOf(subject)),
    add(subject, months) {
      const [name, help] = METRICS[subject.number === undefined ? 'account' : 'number'];
      const labels = labelsOf(subject);
      const lines = begun.has(name) ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
      for (const counts of months) {
        for (const category of CATEGORIES) {
          const count = counts[category];
          if (count === undefined) continue;
          const all = `${labels},month="${counts.month}",category="${category}",${TARGET}`;
          lines.push(`${name}{${all}} ${count} ${finalAtS(counts.month, month)}`);
        }
      }
      begun.add(name);
      done.add(labels);
      write(lines.map((line) => `${line}\n`).join(''));
    },
    end: () => write(END),
  };
}

/**
 * Creates a file, or continues an unfinished one. Returns a problem if the file is complete or does not
 * look like one of these; it is then unchanged.
 */
export function openHistoryFile(
  path: string,
  month: MonthSettings,
): HistoryFile | { readonly problem: string } {
  const text = readIfExists(path);
  if (text.endsWith(END)) return { problem: 'is complete; delete it to write it again' };
  const first = `# HELP ${METRICS.account[0]} `;
  if (!text.startsWith(first) && !first.startsWith(text)) {
    return { problem: 'exists and was not written by this command' };
  }
  const lines = text.split('\n').slice(0, -1);
  // The samples of the last subject may be incomplete, and so may be a header after them.
  const subjects = lines.map((line) => SAMPLE.exec(line)?.[1]);
  const last = subjects.findLast((subject) => subject !== undefined);
  const isKept = (subject: string | undefined) => subject !== undefined && subject !== last;
  const kept = lines.slice(0, subjects.findLastIndex(isKept) + 1);
  // Only the owner may read the phone numbers.
  if (text === '') writeFileSync(path, '', { mode: 0o600 });
  else truncateSync(path, Buffer.byteLength(kept.map((line) => `${line}\n`).join('')));
  return createHistoryFile((added) => appendFileSync(path, added), month, kept);
}

function readIfExists(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
