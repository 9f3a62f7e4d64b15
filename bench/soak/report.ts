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
  /** What was served at the end. */
  readonly text: string;
  readonly scrapes: number;
  readonly checks: number;
  /** How often each trouble came. */
  readonly spells: ReadonlyMap<string, number>;
}

const MIB = 2 ** 20;

const BOUNDS: readonly (Bound & { readonly key: Exclude<keyof Sample, 'day'> })[] = [
  {
    key: 'heap',
    name: 'heap and buffers after a collection, MiB',
    unit: MIB,
    digits: 2,
    growthMax: 1,
    max: 40,
    why: 'without compiled code, of which there is ever more; 370 bytes kept of each poll, 75 of each scrape or 30 of each number that goes are more than the growth',
  },
  {
    key: 'resident',
    name: 'resident memory, MiB',
    unit: MIB,
    digits: 0,
    growthMax: 48,
    max: 320,
    why: 'half of the limit in the manifests; what a body of 64 MiB a day leaves with the allocator changes by up to 40 MiB from one sample to the next, which makes slopes of some 20 MiB a month by itself',
  },
  {
    key: 'files',
    name: 'open files and sockets',
    unit: 1,
    digits: 0,
    growthMax: 1,
    max: 40,
    why: 'one socket a week that stays open is more than that',
  },
  {
    key: 'handles',
    name: 'handles of the event loop',
    unit: 1,
    digits: 0,
    growthMax: 1,
    max: 20,
    why: "sockets and timers of Node's own, likewise",
  },
  {
    key: 'timers',
    name: "timers of the exporter's clock",
    unit: 1,
    digits: 0,
    growthMax: 0,
    max: 2,
    why: 'at rest only the schedule has one, and its watchdog another',
  },
  {
    key: 'errors',
    name: 'errors in the log',
    unit: 1,
    digits: 0,
    growthMax: 0,
    max: 0,
    why: 'the log calls an error what is a defect of the exporter',
  },
  {
    key: 'delay',
    name: 'delay of the event loop, 90th percentile, ms',
    unit: 1,
    digits: 1,
    growthMax: 5,
    max: 50,
    why: 'half of the 100 ms in which a scrape is answered; whatever else runs on the machine shows here',
  },
  {
    key: 'cpu',
    name: 'CPU of a quarter of a day, s',
    unit: 1_000,
    digits: 2,
    growthMax: 0.5,
    max: 5,
    why: 'what is searched through and grows costs time before it costs memory; the machine shows here too',
  },
  {
    key: 'series',
    name: 'series of a scrape',
    unit: 1,
    digits: 0,
    growthMax: 130,
    max: 13_300,
    why: 'at most 13 for each of 1,000 numbers, and those of the account and of the process; ten numbers that stay behind are more than the growth',
  },
];

/** By the troubles: a run in which one of them did nothing proves nothing. */
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

/** The verdict, and the section of docs/reliability.md that tells it. */
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
  const hasTurned = run.text.includes(
    `month_start_timestamp_seconds{account="acme"} ${NEW_MONTH_S}\n`,
  );
  const polls = /^whatsapp_polls_total\{.*\} (\d+)$/m.exec(run.text)?.[1];
  const problems = [
    ...BOUNDS.filter((_bound, i) => verdicts[i]?.holds !== true).map(
      ({ name }) => `${name}: not flat`,
    ),
    ...idle.map((reason) => `no poll has failed for ${reason}`),
    ...odd.map((reason) => `polls have failed for ${reason}`),
    ...(hasTurned ? [] : ['the month has not turned']),
  ];
  const head = [
    'figure',
    'first half',
    'second half',
    'highest (at most)',
    'growth a month (at most)',
  ];
  const rows = [head, head.map(() => '---'), ...verdicts.map(({ cells }) => cells)];
  return {
    holds: problems.length === 0,
    report: [
      `Measured on ${run.date} with ${run.machine}: ${run.days} days in ${(run.tookMs / 60_000).toFixed(1)} minutes, ${polls} polls, ${run.scrapes} scrapes, ${run.checks} comparisons with the provider's list.`,
      problems.length === 0 ? 'Every bound holds.' : `**FAILS**: ${problems.join('; ')}.`,
      rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
      BOUNDS.map(({ name, why }) => `- ${name}: ${why}.`).join('\n'),
      `Spells: ${list(run.spells)}. Failed polls by reason: ${list(failures)}.`,
    ].join('\n\n'),
  };
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} (${count})`).join(', ');
}
