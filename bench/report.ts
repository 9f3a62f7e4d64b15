import type { SizeResult } from './size.ts';

type Cell = string | number;

/** The tables, in Markdown, each figure with its ratio to what it is held against. */
export function renderReport(
  sizes: readonly SizeResult[],
  { date, node, machine }: { date: string; node: string; machine: string },
): string {
  const peers = sizes.some(({ scrapes }) => 'peer' in scrapes.gzip) ? ['peer'] : [];
  const scrapes = (encoding: 'gzip' | 'identity') =>
    renderTable(
      [
        'numbers',
        'bare p50',
        'Express p50',
        'ours p50',
        'p99',
        'CPU',
        ...['naive', ...peers].map((n) => `${n} p50`),
        'ours / bare',
        'naive / ours',
        'bytes',
      ],
      sizes.map(({ numbers, scrapes: { [encoding]: one } }) => [
        numbers,
        ms(one['bare']?.p50),
        ms(one['express']?.p50),
        ms(one['ours']?.p50),
        ms(one['ours']?.p99),
        ms(one['ours']?.cpu),
        ...['naive', ...peers].map((name) => ms(one[name]?.p50)),
        ratio(one['ours']?.p50, one['bare']?.p50),
        ratio(one['naive']?.p50, one['ours']?.p50),
        one['ours']?.bytes ?? NaN,
      ]),
    );
  return `Measured on ${date} with Node ${node} on ${machine}. Times are in milliseconds.

### A scrape, gzip

${scrapes('gzip')}

### A scrape, without compression

${scrapes('identity')}

### A poll: CPU of all threads, against JSON.parse of its body

${renderTable(
  ['numbers', 'JSON.parse', 'every number changed', 'a tenth changed', 'nothing changed'],
  sizes.map(({ numbers, poll: { jsonParse, polls } }) => [
    numbers,
    ms(jsonParse),
    ...Object.values(polls).map(({ cpu }) => `${ms(cpu)} (${ratio(cpu, jsonParse)})`),
  ]),
)}

Its stages, where every number has changed. \`read\` is node:http that takes the body and does nothing with it:

${renderTable(
  ['numbers', ...Object.keys(sizes[0]?.poll.stages ?? {})],
  sizes.map(({ numbers, poll: { stages } }) => [
    numbers,
    ...Object.values(stages).map((one) => `${ms(one)} (${ratio(one, stages['JSON.parse'])})`),
  ]),
)}

The figures of the process, which are fresh at each scrape, take ${ms(sizes[0]?.poll.figures)}.

### The longest stall of the event loop through a poll

${renderTable(
  ['numbers', 'every number changed', 'a tenth changed', 'nothing changed', 'slowest /-/healthy'],
  sizes.map(({ numbers, poll, healthyMsMax }) => [
    numbers,
    ...Object.values(poll.polls).map(({ stall }) => ms(stall)),
    ms(healthyMsMax),
  ]),
)}

### Memory after 20 polls and 200 scrapes, resident, in MiB

${renderTable(
  ['numbers', 'ours', 'its peak', 'naive', 'its peak'],
  sizes.map(({ numbers, memory }) => [
    numbers,
    ...['ours', 'naive'].flatMap((name) => [
      Math.round(memory[name]?.now ?? NaN),
      Math.round(memory[name]?.peak ?? NaN),
    ]),
  ]),
)}`;
}

function ms(value = NaN): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function ratio(value = NaN, base = NaN): string {
  const times = value / base;
  return `${times.toFixed(times < 10 ? 2 : 0)} x`;
}

/** As prettier would write it. */
function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, head.map(() => ''), ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const lines = cells.map((row, line) =>
    row.map((cell, i) => (line === 1 ? '-'.repeat(widths[i] ?? 3) : cell.padEnd(widths[i] ?? 3))),
  );
  return lines.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
