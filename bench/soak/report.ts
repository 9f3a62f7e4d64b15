import { NUMBER_FAMILIES } from '../../src/metrics/numbers.ts';
import type { Figures } from './exporter.ts';
import { judge, type Bound } from './flat.ts';

export interface Sample extends Figures {
  readonly day: number;
  readonly series: number;
}

export interface Run {
  readonly date: string;
  readonly machine: string;
  readonly days: number;
  readonly tookMs: number;
  /** The last scrape. */
  readonly text: string;
  readonly scrapes: number;
  readonly checks: number;
  /** Occurrences of each fault. */
  readonly spells: ReadonlyMap<string, number>;
}

const MIB = 2 ** 20;
const SERIES_PER_NUMBER = NUMBER_FAMILIES.flatMap(({ series }) => series).length;

const BOUNDS: readonly (Bound & { readonly key: Exclude<keyof Sample, 'day'> })[] = [
  {
    key: 'heap',
    name: 'heap and buffers after a collection, MiB',
    unit: MIB,
    digits: 2,
    growthMax: 1,
    max: 40,
    why: 'without compiled code, which keeps growing; a leak of 370 bytes per poll, 75 per scrape or 30 per removed number exceeds the limit',
  },
  {
    key: 'resident',
    name: 'resident memory, MiB',
    unit: MIB,
    digits: 0,
    growthMax: 48,
    max: 320,
    why: 'half of the limit in the manifests; memory that the allocator keeps after large responses varies by up to 40 MiB between samples, which alone yields slopes of about 20 MiB a month',
  },
  {
    key: 'files',
    name: 'open files and sockets',
    unit: 1,
    digits: 0,
    growthMax: 1,
    max: 40,
    why: 'a leak of one socket per week exceeds the limit',
  },
  {
    key: 'handles',
    name: 'handles of the event loop',
    unit: 1,
    digits: 0,
    growthMax: 1,
    max: 20,
    why: "Node's own sockets and timers; the same leak exceeds the limit",
  },
  {
    key: 'timers',
    name: "timers of the exporter's clock",
    unit: 1,
    digits: 0,
    growthMax: 0,
    max: 2,
    why: 'at rest only the schedule and its watchdog have one each',
  },
  {
    key: 'errors',
    name: 'errors in the log',
    unit: 1,
    digits: 0,
    growthMax: 0,
    max: 0,
    why: 'only bugs of the exporter are logged as errors',
  },
  {
    key: 'delay',
    name: 'delay of the event loop, 90th percentile, ms',
    unit: 1,
    digits: 1,
    growthMax: 5,
    max: 50,
    why: 'half of the time limit of 100 ms for a scrape; includes the load of other processes on the machine',
  },
  {
    key: 'cpu',
    name: 'CPU time per quarter of a day, s',
    unit: 1_000,
    digits: 2,
    growthMax: 0.5,
    max: 5,
    why: 'searching a growing collection costs time before memory; includes the load of other processes',
  },
  {
    key: 'series',
    name: 'series of a scrape',
    unit: 1,
    digits: 0,
    growthMax: 10 * SERIES_PER_NUMBER,
    max: 1_000 * SERIES_PER_NUMBER + 300,
    why: 'all of 1,000 numbers, plus those of account and process; ten numbers that are not removed exceed the limit',
  },
];

/** Each must occur: a run in which a fault had no effect proves nothing. */
const REASONS = [
  'token',
  'rate_limited',
  'http_status',
  'network',
  'timeout',
  'invalid_json',
  'too_large',
];
const NEW_MONTH_S = Date.parse('2026-12-01T02:00:00Z') / 1_000;

/** The verdict, and the section of docs/reliability.md. */
export function renderReport(
  samples: readonly Sample[],
  run: Run,
): { holds: boolean; report: string } {
  const verdicts = BOUNDS.map((bound) =>
    judge(
      bound,
      samples.map(({ [bound.key]: value, day }) => ({ day, value })),
    ),
  );
  const failures = new Map(
    [...run.text.matchAll(/^whatsapp_poll_failures_total\{.*reason="(\w+)"\} ([1-9]\d*)$/gm)].map(
      ([, reason = '', count = '']) => [reason, Number(count)] as const,
    ),
  );
  const idle = REASONS.filter((reason) => !failures.has(reason));
  const odd = [...failures.keys()].filter((reason) => !REASONS.includes(reason));
  const hasNewMonth = run.text.includes(
    `month_start_timestamp_seconds{account="acme"} ${NEW_MONTH_S}\n`,
  );
  const polls = /^whatsapp_polls_total\{.*\} (\d+)$/m.exec(run.text)?.[1];
  const problems = [
    ...BOUNDS.filter((_bound, i) => verdicts[i]?.holds !== true).map(
      ({ name }) => `${name}: not flat`,
    ),
    ...idle.map((reason) => `no poll failed with ${reason}`),
    ...odd.map((reason) => `unexpected failures with ${reason}`),
    ...(hasNewMonth ? [] : ['the new month did not start']),
  ];
  const head = [
    'figure',
    'first half',
    'second half',
    'highest (limit)',
    'growth per month (limit)',
  ];
  const rows = [head, head.map(() => '---'), ...verdicts.map(({ cells }) => cells)];
  return {
    holds: problems.length === 0,
    report: [
      `Measured on ${run.date} with ${run.machine}: ${run.days} days in ${(run.tookMs / 60_000).toFixed(1)} minutes, ${polls} polls, ${run.scrapes} scrapes, ${run.checks} comparisons with the provider's list.`,
      problems.length === 0 ? 'All limits were kept.' : `**FAILS**: ${problems.join('; ')}.`,
      rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
      BOUNDS.map(({ name, why }) => `- ${name}: ${why}.`).join('\n'),
      `Faults: ${list(run.spells)}. Failed polls by reason: ${list(failures)}.`,
    ].join('\n\n'),
  };
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} (${count})`).join(', ');
}
