import { openSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { getHeapCodeStatistics } from 'node:v8';
import type { Config } from '../../src/config/config.ts';
import { createConfigLoader } from '../../src/config/load.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { createExporter } from '../../src/exporter.ts';
import { createLog, createRedactor, logTo } from '../../src/log.ts';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { createLapseClock } from './clock.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

/**
 * The exporter, assembled as in main.ts, but with an accelerated clock: `node exporter.js START
 * RATE`, configured by its environment. Sends its port, and a reply to each command.
 */
export type Command =
  | { readonly name: 'skip'; readonly toUnixMs: number }
  /** Waits for a poll that ended after this time. */
  | { readonly name: 'settle'; readonly sinceUnixMs: number }
  /** Applies a changed configuration. */
  | { readonly name: 'reload' }
  | { readonly name: 'measure' };

/** Figures of this process at rest, or since the last measurement. */
export interface Figures {
  /** Bytes in use after garbage collection, with buffers and without compiled code. */
  readonly heap: number;
  readonly resident: number;
  readonly files: number;
  /** Resources that keep the event loop alive, and timers of the exporter's clock. */
  readonly handles: number;
  readonly timers: number;
  /** Errors in the log since the start. */
  readonly errors: number;
  /** 90th percentile of the event loop delay, and CPU time of all threads, in milliseconds. */
  readonly delay: number;
  readonly cpu: number;
}

const DELAY_TICK_MS = 10;
/** Closed sockets take a moment to disappear, and one collection may leave work for the next. */
const REST_MS = 20;
const COLLECTIONS = 3;

const [startUnixMs, rate] = [Number(process.argv[2]), Number(process.argv[3])];
const clock = createLapseClock(startUnixMs, rate);
const redactor = createRedactor();
const destination = logTo({ fd: openSync('/dev/null', 'w'), isTTY: false }).stream;
const logged = await createLog({ level: 'info', format: 'json', redactor, destination });
const delays = monitorEventLoopDelay({ resolution: DELAY_TICK_MS });
let cpu = process.cpuUsage();
let polledUnixMs = 0;
let errors = 0;

const log = {
  debug: noted('debug'),
  info: noted('info'),
  warn: noted('warn'),
  error: noted('error'),
};
const loaded = createConfigLoader({
  checkWebConfig,
  readFile: () => '',
  whyNotExcludable,
  usualGapMs: (schedule) => parseSchedule(schedule).usualGapMs,
})({ flags: {}, env: process.env });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
let { config } = loaded;
const reloadState = { succeeded: true, inForceSinceMs: startUnixMs };
const exporter = createExporter(
  config,
  { version: '0', revision: '0', nodeVersion: process.version },
  { clock, random: Math.random, log, onSecret: (secret, owner) => redactor.add(secret, owner) },
  { request: () => Promise.resolve(undefined), state: () => reloadState },
);
const { port } = await exporter.start();
delays.enable();
process.on('message', (command: Command) => void answer(command));
process.send?.(port);
// The parent process has exited.
process.once('disconnect', () => process.exit());

/** Each poll logs its outcome in one line. */
function noted(level: 'debug' | 'info' | 'warn' | 'error') {
  return (fields: object, message: string) => {
    logged[level](fields, message);
    if (level === 'error') errors += 1;
    if ('outcome' in fields) polledUnixMs = clock.unixMs();
  };
}

async function answer(command: Command): Promise<void> {
  if (command.name === 'measure') return void process.send?.(await measure());
  if (command.name === 'skip') await clock.skipTo(command.toUnixMs);
  else if (command.name === 'reload') await exporter.reload(changed());
  else while (polledUnixMs < command.sinceUnixMs) await rest(1);
  process.send?.(null);
}

/** Changes a setting that affects the account without visible effects. */
function changed(): Config {
  const { poll } = config;
  config = { ...config, poll: { ...poll, timeoutMs: poll.timeoutMs === 10_000 ? 10_001 : 10_000 } };
  return config;
}

async function measure(): Promise<Figures> {
  const spent = process.cpuUsage(cpu);
  const delay = delays.percentile(90) / 1e6 - DELAY_TICK_MS;
  await rest(REST_MS);
  for (let i = 0; i < COLLECTIONS; i += 1) {
    globalThis.gc?.();
    await rest(1);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const code = getHeapCodeStatistics();
  const figures = {
    heap: heapUsed + external - code.code_and_metadata_size - code.bytecode_and_metadata_size,
    resident: rss,
    // Without the descriptor for reading the folder.
    files: readdirSync('/proc/self/fd').length - 1,
    handles: process.getActiveResourcesInfo().length,
    timers: clock.timers,
    errors,
    delay,
    cpu: (spent.user + spent.system) / 1e3,
  };
  delays.reset();
  cpu = process.cpuUsage();
  return figures;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
