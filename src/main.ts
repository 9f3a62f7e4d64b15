#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseCommandLine } from './config/cli.ts';
import type { AccountConfig, Config } from './config/config.ts';
import { describeConfig } from './config/describe.ts';
import { loadConfig } from './config/load.ts';
import { formatProblems } from './config/problems.ts';
import { Secret } from './core/secret.ts';
import { createExporter, pollOnce } from './exporter.ts';
import { createLog, createRedactor, logTo } from './log.ts';
import type { Build } from './metrics/family.ts';
import { ScheduleError, parseSchedule } from './poller/schedule.ts';
import { systemClock } from './system.ts';

type Run = Exclude<ReturnType<typeof parseCommandLine>, { kind: 'exit' }>;

const STDOUT = 1;
const STDERR = 2;
/** The orderly way takes less; past this whatever still hangs is left to the system. */
const STOP_MS_MAX = 9_000;

const build: Build = {
  version: readVersion(),
  revision: process.env['EXPORTER_REVISION'] ?? 'unknown',
  nodeVersion: process.version,
};

await main();

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2), build.version);
  if (command.kind === 'exit') {
    process.stdout.write(command.stdout);
    process.stderr.write(command.stderr);
    process.exitCode = command.code;
    return;
  }
  const config = load(command);
  if (config === undefined) process.exitCode = 1;
  else if (command.kind === 'check-config') {
    process.stdout.write(`${describeConfig(config)}\nThe configuration is valid.\n`);
  } else await (command.kind === 'once' ? once(command, config) : serve(command, config));
}

/** Undefined where the configuration is not usable, after saying why. */
function load({ flags, demo }: Run): Config | undefined {
  const loaded = loadConfig({
    flags,
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    checkSchedule: scheduleProblem,
    demo,
  });
  if ('config' in loaded) return loaded.config;
  process.stderr.write(formatProblems(loaded.problems));
  return undefined;
}

async function once(command: Run, initial: Config): Promise<void> {
  const surroundings = await createSurroundings(initial, STDERR);
  const { config, close } = await withDemo(command, initial);
  const { allSucceeded, metrics } = await pollOnce(config, build, surroundings);
  await close();
  // A reader that has gone is told by the exit code alone.
  process.stdout.on('error', () => process.exit(1));
  process.stdout.write(metrics);
  process.exitCode = allSucceeded ? 0 : 1;
}

async function serve(command: Run, initial: Config): Promise<void> {
  const surroundings = await createSurroundings(initial, STDOUT);
  const { log } = surroundings;
  const { config, close } = await withDemo(command, initial);
  const exporter = createExporter(config, build, surroundings);
  // Before anything that takes time: process 1 of a container ignores signals that nobody handles.
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
  process.on('SIGHUP', () => void reload());
  try {
    const { addresses, port } = await exporter.start();
    const { telemetryPath } = config.web;
    log.info({ ...build, addresses, port, telemetry_path: telemetryPath }, 'serving metrics');
    const page = `http://localhost:${port}/`;
    if (command.demo && port !== undefined) log.info({ page }, 'demo on a simulated provider');
  } catch (error) {
    if (!isListenError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }

  async function stop(signal: string): Promise<void> {
    setTimeout(() => process.exit(0), STOP_MS_MAX).unref();
    log.info({ signal }, 'stopping');
    await exporter.stop();
    await close();
    process.exit(0);
  }

  async function reload(): Promise<void> {
    if (command.demo) {
      log.warn({}, 'not reloaded: a demo has no configuration');
      return;
    }
    const next = load(command);
    if (next === undefined) {
      log.error({}, 'not reloaded: the configuration from before goes on');
      return;
    }
    await exporter.reload(next);
    log.info({ accounts: next.accounts.length }, 'configuration reloaded');
  }
}

/** An address that is taken or not ours to take: the operator's to mend, without a stack. */
function isListenError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

async function createSurroundings({ log }: Config, fd: number) {
  const redactor = createRedactor();
  const destination = logTo(fd);
  return {
    clock: systemClock,
    random: Math.random,
    log: await createLog({ ...log, redactor, destination }),
    onSecret: (secret: Secret) => redactor.add(secret),
  };
}

/** For --demo: the configuration with the simulator as its one account. */
async function withDemo({ demo }: Run, config: Config) {
  if (!demo) return { config, close: async () => {} };
  const { DEMO_CREDENTIALS, startDemo } = await import('./simulator/demo.ts');
  const simulator = await startDemo(systemClock);
  const { clientId, clientSecret } = DEMO_CREDENTIALS;
  const account: AccountConfig = {
    name: 'demo',
    apiUrl: simulator.url,
    allowInsecureHttp: false,
    credentials: {
      kind: 'client',
      clientId,
      clientSecret: { kind: 'value', value: new Secret(clientSecret) },
    },
  };
  return { config: { ...config, accounts: [account] }, close: () => simulator.close() };
}

function scheduleProblem(text: string): string | undefined {
  try {
    parseSchedule(text);
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
