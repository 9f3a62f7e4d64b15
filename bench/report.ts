import type { SizeResult } from './size.ts';

/** The table for docs/performance.md, with the ratio of each figure to its reference. */
export function renderReport(
  sizes: readonly SizeResult[],
  { date, node, machine }: { date: string; node: string; machine: string },
): string {
  const rows: [string, (size: SizeResult) => string][] = [
    ['scrape, static server', ({ scrapes }) => ms(scrapes['fixed']?.p50)],
    ['scrape, this exporter', ({ scrapes }) => ms(scrapes['ours']?.p50)],
    [
      'scrape, naive exporter',
      ({ scrapes }) => compare(scrapes['naive']?.p50, scrapes['ours']?.p50),
    ],
    ['bytes of a scrape', ({ scrapes }) => String(scrapes['ours']?.bytes)],
    ['`JSON.parse` of a response', ({ poll }) => ms(poll.jsonParse)],
    [
      'CPU of a poll, every number changed',
      ({ poll }) => compare(poll.polls['every number'].cpu, poll.jsonParse),
    ],
    ['CPU of a poll, same response', ({ poll }) => compare(poll.polls.nothing.cpu, poll.jsonParse)],
    [
      'CPU of a poll, same response, collectors on',
      ({ poll }) => compare(poll.cpuWithCollectors, poll.jsonParse),
    ],
    ['longest stall of a poll', ({ poll }) => ms(poll.polls['every number'].stall)],
    ['memory (peak), MiB', ({ memory }) => mib(memory.ours)],
    ['memory (peak) of the naive exporter, MiB', ({ memory }) => mib(memory.naive)],
  ];
  const cells = [
    ['numbers', ...sizes.map(({ numbers }) => numbers.toLocaleString('en'))],
    ...rows.map(([name, cell]) => [name, ...sizes.map(cell)]),
  ];
  return `Measured on ${date} with Node.js ${node} on ${machine}. Times are medians in milliseconds.

${renderTable(cells)}`;
}

function ms(value = NaN): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function compare(value = NaN, base = NaN): string {
  const times = value / base;
  return `${ms(value)} (${times.toFixed(times < 10 ? 1 : 0)} x)`;
}

function mib({ now, peak }: { now: number; peak: number }): string {
  return `${now.toFixed(0)} (${peak.toFixed(0)})`;
}

/** A Markdown table, formatted as prettier would. */
function renderTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, i) =>
    Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 3)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rest].map(line).join('\n');
}
