import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import type { WallClock } from './wall-clock.ts';

/** One scrape. */
export interface Sample {
  /** Unix milliseconds before the request and after the response. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly tookMs: number;
  /** The time of a minimal server, queried at the same moment. */
  readonly controlMs: number;
  /** '' without a successful response. Decompressed on each access, because some are large. */
  readonly text: string;
  readonly bytes: Buffer;
  readonly polls: number | undefined;
  /**
   * When the last successful poll ended, and when it started if it is the last of all polls, by the test's
   * clock.
   */
  readonly successMs: number;
  readonly beganMs: number;
  /**
   * The minimum and maximum age of the last success in milliseconds, by the test's or the program's clock,
   * whichever is longer: the program cannot distinguish a clock set forward from a long sleep.
   */
  readonly age: { readonly min: number; readonly max: number };
}

export interface Watch {
  readonly samples: readonly Sample[];
  stop(): Promise<void>;
}

const SCRAPE_MS_MAX = 10_000;

/** Scrapes continuously, with a new connection each time, like many Prometheus servers. */
export function watch(
  { port, path, everyMs }: { port: number; path: string; everyMs: number },
  clock: WallClock,
): Watch {
  const samples: Sample[] = [];
  let isOver = false;
  const run = async () => {
    const controlPort = await startControl();
    while (!isOver) {
      const fromMs = Date.now();
      const aheadMs = clock.programAheadMs();
      let body = EMPTY;
      const [tookMs, controlMs] = await Promise.all([
        timed(async () => (body = await fetchBody(port, path).catch(() => EMPTY))),
        timed(() => fetchBody(controlPort, '/')),
      ]);
      if (isOver) return;
      const times = { fromMs, toMs: fromMs + tookMs, tookMs, controlMs };
      samples.push(toSample(times, body, clock, aheadMs));
      await setTimeout(everyMs);
    }
  };
  const done = run();
  const stop = async () => {
    isOver = true;
    await done;
  };
  onTestFinished(stop);
  return { samples, stop };
}

const EMPTY: Body = { bytes: Buffer.alloc(0), isGzip: false };

function toSample(
  times: Pick<Sample, 'fromMs' | 'toMs' | 'tookMs' | 'controlMs'>,
  body: Body,
  clock: WallClock,
  aheadMsBefore: number,
): Sample {
  const text = textOf(body);
  const reportedMs = lastSuccessMs(text);
  const successMs = clock.toTestMs(reportedMs);
  const ageAt = (ms: number, aheadMs: number) =>
    Math.max(ms - successMs, ms + aheadMs - reportedMs);
  const seconds = valueOf(text, 'whatsapp_up') === 1 ? durationOf(text) : 0;
  return {
    ...times,
    polls: valueOf(text, 'whatsapp_polls_total'),
    successMs,
    beganMs: successMs - seconds * 1000,
    age: {
      min: ageAt(times.fromMs, aheadMsBefore),
      max: ageAt(times.toMs, clock.programAheadMs()),
    },
    get text() {
      return textOf(body);
    },
    get bytes() {
      return decompress(body);
    },
  };
}

const durationOf = (text: string): number => valueOf(text, 'whatsapp_poll_duration_seconds') ?? 0;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await action();
  return performance.now() - startedMs;
}

let control: Promise<number> | undefined;

/**
 * A minimal server in its own process: its response time is the share of the machine at that moment.
 * Exits with this process. Resolves with its port.
 */
function startControl(): Promise<number> {
  control ??= (async () => {
    const script = `const server = require('http').createServer((_, r) => r.end('.'));
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));
      process.stdin.resume().on('end', () => process.exit());`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return Number(port);
  })();
  return control;
}

interface Body {
  readonly bytes: Buffer;
  readonly isGzip: boolean;
}

/** The text of a page with status 200; rejects otherwise. */
export async function page(port: number, path: string): Promise<string> {
  return textOf(await fetchBody(port, path));
}

const textOf = (body: Body): string => decompress(body).toString();
const decompress = ({ bytes, isGzip }: Body): Buffer => (isGzip ? gunzipSync(bytes) : bytes);

/** The user in rows about passwords; ignored in other rows. */
export const LOGIN = 'fake-user:fake-password';

/** Requests gzip, as Prometheus does. */
function fetchBody(port: number, path: string): Promise<Body> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip' };
    const options = {
      auth: LOGIN,
      host: '127.0.0.1',
      port,
      path,
      headers,
      agent: false,
      timeout: SCRAPE_MS_MAX,
    };
    const request = get(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject).on('end', () => {
        const isGzip = response.headers['content-encoding'] === 'gzip';
        if (response.statusCode === 200) resolve({ bytes: Buffer.concat(chunks), isGzip });
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')));
  });
}

/** The value of a series of the account; undefined if it does not exist. */
export function valueOf(text: string, name: string, labels = ''): number | undefined {
  const series = `\n${name}{account="acme"${labels === '' ? '' : `,${labels}`}} `;
  const at = text.indexOf(series);
  if (at < 0) return undefined;
  return Number(text.slice(at + series.length, text.indexOf('\n', at + series.length)));
}

export const lastSuccessMs = (text: string): number =>
  (valueOf(text, 'whatsapp_last_success_timestamp_seconds') ?? 0) * 1000;

/** The failures so far by reason, without zeros. */
export function failuresOf(text: string): Readonly<Record<string, number>> {
  const lines = text.matchAll(
    /^whatsapp_poll_failures_total\{account="acme",reason="(\w+)"\} (\d+)$/gm,
  );
  return Object.fromEntries(
    [...lines]
      .map(([, reason = '', count]) => [reason, Number(count)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** Of the list of numbers: neither derived, nor configured, nor of a collector. */
const VALUE =
  /^whatsapp_(?:number|account)_(?!conversations_total|month_|numbers_excluded|budget_|registered_|onboardings)/;

/** Every line with a value from the provider, sorted. For counters, see expectTrueCounters. */
export function valueLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => VALUE.test(line))
    .toSorted();
}

/** Values that may be served for a last success at or after this time (Unix milliseconds). */
export interface Truth {
  readonly sinceMs: number;
  /** Any of these sets of lines. */
  readonly oneOf: readonly (readonly string[])[];
}

/**
 * Checks that values are neither wrong nor older than `staleAfterMs`. A scrape reports the last success:
 * all values of that time must be present, or none if it is too old. The scrape was rendered between its
 * start and its end, so both are allowed at the limit; so are the values of a poll that was running when
 * the list changed.
 */
export function expectTrueValues(
  samples: readonly Sample[],
  truths: readonly Truth[],
  staleAfterMs: number,
): void {
  const checked = new Map<string, string>();
  for (const { text, age, successMs, beganMs } of samples) {
    if (text === '') continue;
    const last = truths.findLastIndex(({ sinceMs }) => successMs >= sinceMs);
    const first = truths.findLastIndex(({ sinceMs }) => beganMs >= sinceMs);
    const oneOf = truths.slice(Math.max(first, 0), last + 1).flatMap((truth) => truth.oneOf);
    const lines = valueLines(text);
    const key = lines.join('\n');
    const when = `${age.min} ms after the last success`;
    if (lines.length === 0 && age.max >= staleAfterMs) continue;
    if (oneOf.some((set) => set.length === 0) && lines.length === 0) continue;
    expect(lines.length, `values kept, ${when}`).toBeGreaterThan(0);
    expect(age.min, `age of values, ${when}`).toBeLessThanOrEqual(staleAfterMs);
    const span = `${first} ${last}`;
    if (checked.get(key) === span) continue;
    if (!oneOf.some((set) => set.join('\n') === key)) {
      expect(lines, `values, ${when}`).toEqual(oneOf.at(-1));
    }
    checked.set(key, span);
  }
}

const COUNTER =
  /^whatsapp_number_conversations_total\{account="acme",number="([^"]*)",category="(\w+)"\} (\d+)$/gm;
const COUNT =
  /^whatsapp_number_(marketing|service|incoming)_conversations_this_month\{account="acme",number="([^"]*)"\} (\d+)$/gm;

interface Counted {
  readonly total: number;
  readonly thisMonth: number;
}

/** The count of the month and the counter, by number and category. */
function countersOf(text: string): ReadonlyMap<string, Counted> {
  const totals = new Map(
    [...text.matchAll(COUNTER)].map(([, number, category, total]) => [
      `${number} ${category}`,
      total,
    ]),
  );
  return new Map(
    [...text.matchAll(COUNT)].map(([, category, number, count]) => {
      const key = `${number} ${category}`;
      // NaN for a counter that is missing.
      return [key, { total: Number(totals.get(key)), thisMonth: Number(count) }];
    }),
  );
}

/**
 * Checks that between scrapes each counter grows by the excess of the count of the month over its highest
 * value. After a drop it grows by `onFall` of the new count (by default by nothing or all of it). The
 * counter of a new number starts at 0. Scrapes without values are skipped.
 */
export function expectTrueCounters(
  samples: readonly Sample[],
  onFall?: (count: number) => number,
): void {
  let before: ReadonlyMap<string, Counted> = new Map();
  let beforeMs = 0;
  for (const sample of samples) {
    // Only polls change counters, and long texts are slow to parse.
    if (sample.successMs === beforeMs) continue;
    const { text } = sample;
    if (valueLines(text).length === 0) continue;
    beforeMs = sample.successMs;
    const after = new Map<string, Counted>();
    for (const [key, { total, thisMonth }] of countersOf(text)) {
      const old = before.get(key) ?? { total: 0, thisMonth };
      const excess = thisMonth - old.thisMonth;
      const afterFall = onFall === undefined ? [0, thisMonth] : [onFall(thisMonth)];
      const allowed = excess >= 0 ? [excess] : afterFall;
      const grown = total - old.total;
      if (!allowed.includes(grown)) {
        expect({ key, grown }, 'growth of a counter').toEqual({ key, grown: allowed[0] });
      }
      const hasRestarted = excess < 0 && grown > 0;
      const highest = hasRestarted ? thisMonth : Math.max(thisMonth, old.thisMonth);
      after.set(key, { total, thisMonth: highest });
    }
    before = after;
  }
}

export interface Pace {
  readonly median: number;
  readonly p95: number;
  readonly slowest: number;
  /** Response time in excess of the minimal server: 95th percentile and maximum. */
  readonly beyond95: number;
  readonly beyondMost: number;
}

/** Response times in milliseconds. */
export function paceOf(samples: readonly Sample[]): Pace {
  const took = samples.map(({ tookMs }) => tookMs);
  const beyond = samples.map(({ tookMs, controlMs }) => Math.max(0, tookMs - controlMs));
  return {
    median: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    slowest: quantile(took, 1),
    beyond95: quantile(beyond, 0.95),
    beyondMost: quantile(beyond, 1),
  };
}

export const formatPace = ({ median, p95, slowest, beyond95 }: Pace): string =>
  `${median} / ${p95} (${beyond95}) / ${slowest}`;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
}
