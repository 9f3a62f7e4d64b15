import { setTimeout } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import { eventually, type Program } from '../support/program.ts';
import { CANARIES, memoryOf, socketsOf, type Running, type SceneOptions } from './scene.ts';
import type { Cells } from './table.ts';
import {
  failuresOf,
  formatPace,
  lastSuccessMs,
  page,
  paceOf,
  valueOf,
  type Sample,
} from './watch.ts';

/**
 * Limit for the 95th percentile of response times, in excess of those of a minimal server queried at
 * the same moment: the program is not to blame for a busy machine.
 */
const PACE_MS_MAX = 100;
/** The slowest response may take this many times as long, because of garbage collection. */
const SLOWEST_FACTOR = 5;
/** A new process still grows: compiled code, and a heap that settles. */
const MEMORY_MIB_MAX = 48;

export interface RowOptions extends SceneOptions {
  /** Replaces PACE_MS_MAX; the note says why. */
  readonly paceMsMax?: number;
  /** Replaces SLOWEST_FACTOR * PACE_MS_MAX. */
  readonly slowestMsMax?: number;
  readonly memoryMibMax?: number;
  /** The growth of a counter when the count of the month drops to `count`. */
  readonly onFall?: (count: number) => number;
  /** Additional time before recovery, such as a Retry-After. */
  readonly waitS?: number;
  readonly note?: string;
}

export interface Baseline {
  readonly memoryMib: number;
  readonly sockets: number;
}

/** The kinds of anomalies counted so far. */
export function anomaliesOf(text: string): ReadonlySet<string> {
  const counts = text.matchAll(/^whatsapp_response_anomalies_total\{.*kind="(\w+)"\} [^0]/gm);
  return new Set([...counts].map(([, kind = '']) => kind));
}

/** Resource usage in normal operation: after two consecutive successful polls. */
export async function settle({ program, nextPoll }: Running): Promise<Baseline> {
  let good = 0;
  for (let polls = 0; good < 2; polls += 1) {
    expect(polls, 'polls before two good ones').toBeLessThan(6);
    good = valueOf(await nextPoll(), 'whatsapp_up') === 1 ? good + 1 : 0;
  }
  // A running scrape also has a socket, so take the minimum of several readings.
  let sockets = Infinity;
  for (let readings = 0; readings < 10; readings += 1) {
    sockets = Math.min(sockets, socketsOf(program));
    await setTimeout(20);
  }
  return { memoryMib: memoryOf(program), sockets };
}

export function failuresBetween(before: string, after: string): Readonly<Record<string, number>> {
  const earlier = failuresOf(before);
  const grown = Object.entries(failuresOf(after)).map(
    ([reason, count]) => [reason, count - (earlier[reason] ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

/** Checks the health metrics after a period in which every poll failed for the same reason. */
export function expectFailing(good: string, bad: string, reason: Reason): void {
  expect(valueOf(bad, 'whatsapp_up'), 'whatsapp_up').toBe(0);
  expect(lastSuccessMs(bad), 'last success').toBe(lastSuccessMs(good));
  const polls = (text: string) => valueOf(text, 'whatsapp_polls_total') ?? 0;
  const lastPoll = (text: string) => valueOf(text, 'whatsapp_last_poll_timestamp_seconds') ?? 0;
  expect(lastPoll(bad), 'last poll').toBeGreaterThan(lastPoll(good));
  expect(failuresBetween(good, bad), 'failures').toEqual({ [reason]: polls(bad) - polls(good) });
}

/** Searches log, metrics and the fetched landing pages. Slow, so called at the end. */
export function expectSecretsKept({ program, watch }: Running, pages: readonly string[]): void {
  const said = [program.stdout(), program.stderr(), ...pages].map((text) => Buffer.from(text));
  for (const canary of CANARIES) {
    expect(
      said.some((text) => text.includes(canary)),
      `${canary} in log or page`,
    ).toBe(false);
  }
  for (const { bytes } of watch.samples) {
    const found = CANARIES.filter((canary) => bytes.includes(canary));
    expect(found, 'secrets in metrics').toEqual([]);
  }
}

/** Milliseconds from `endedMs` to the end of the first successful poll. */
export async function recovery(
  { watch }: Running,
  endedMs: number,
  limitMs: number,
): Promise<number> {
  const successMs = await eventually(
    () => {
      const sample = watch.samples.at(-1);
      return sample !== undefined && sample.successMs >= endedMs ? sample.successMs : undefined;
    },
    'recovery',
    30_000,
  );
  expect(successMs - endedMs, 'recovery').toBeLessThanOrEqual(limitMs);
  expect(valueOf(watch.samples.at(-1)?.text ?? '', 'whatsapp_up')).toBe(1);
  return successMs - endedMs;
}

/** No more open sockets than before, and memory growth within its limit. */
export async function expectBaseline(
  program: Program,
  { memoryMib, sockets }: Baseline,
  memoryMibMax = MEMORY_MIB_MAX,
): Promise<void> {
  await expect
    .poll(() => socketsOf(program), { timeout: 10_000, message: 'sockets' })
    .toBeLessThanOrEqual(sockets);
  await expect
    .poll(() => memoryOf(program) - memoryMib, { timeout: 10_000, message: 'memory' })
    .toBeLessThanOrEqual(memoryMibMax);
}

/** Every scrape succeeded, those in `during` within the time limit. Returns the cell with the times. */
export function expectAnswers(
  samples: readonly Sample[],
  during: readonly Sample[],
  { paceMsMax = PACE_MS_MAX, slowestMsMax = SLOWEST_FACTOR * paceMsMax }: RowOptions,
): string {
  expect(
    samples.filter(({ text }) => text === ''),
    'scrapes without a response',
  ).toEqual([]);
  const pace = paceOf(during);
  expect(during.length, 'scrapes during the fault').toBeGreaterThan(4);
  expect(pace.beyond95, '95th percentile of response times').toBeLessThanOrEqual(paceMsMax);
  expect(pace.beyondMost, 'slowest response').toBeLessThanOrEqual(slowestMsMax);
  return formatPace(pace);
}

/** whatsapp_up is 1 in every scrape. */
export function expectUp(samples: readonly Sample[]): void {
  const up = new Set(samples.map(({ text }) => valueOf(text, 'whatsapp_up')));
  expect(up, 'whatsapp_up').toEqual(new Set([1]));
}

/** Final checks; records the row of the table. */
export async function finish(
  { task }: Pick<TestContext, 'task'>,
  running: Running,
  during: readonly Sample[],
  baseline: Baseline,
  options: RowOptions & { readonly pages: readonly string[] },
  cells: Pick<Cells, 'outcome' | 'recovery'> & Partial<Cells>,
): Promise<void> {
  const { program, watch } = running;
  const landing = await page(running.port, '/');
  expect(landing).toContain('acme');
  await watch.stop();
  expectSecretsKept(running, [...options.pages, landing]);
  expect(program.process.exitCode, 'alive').toBeNull();
  const pace = expectAnswers(watch.samples, during, options);
  const grownMib = memoryOf(program) - baseline.memoryMib;
  task.meta.cells = {
    alive: 'yes',
    health: 'yes',
    values: 'yes',
    secrets: 'kept',
    pace,
    memory: `${grownMib < 0 ? '−' : '+'}${Math.abs(grownMib)}`,
    sockets: `${baseline.sockets} → ${socketsOf(program)}`,
    note: options.note ?? '',
    ...cells,
  };
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
