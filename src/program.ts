import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Dependencies } from './accounts.ts';
import { printAssets } from './assets.ts';
import { parseCommandLine } from './config/cli.ts';
import type { Config } from './config/config.ts';
import { describeConfig } from './config/describe.ts';
import { createConfigLoader, type LoadedConfig } from './config/load.ts';
import { formatProblems, InvalidValue } from './config/problems.ts';
import type { Mapping } from './config/yaml-file.ts';
import type { Secret } from './core/secret.ts';
import { createExporter, pollOnce } from './exporter.ts';
import { checkLogins } from './login.ts';
import { runHistory } from './history.ts';
import { createLog, createRedactor, logTo, type Output } from './log.ts';
import { whyNotExcludable } from './metrics/exclude.ts';
import type { Build } from './metrics/family.ts';
import { ScheduleError, parseSchedule } from './poller/schedule.ts';
import { createReloads } from './reload.ts';
import { systemClock } from './system.ts';
import { createFileWatch } from './watch.ts';
import { explainListenError, inheritedSockets } from './web/listen.ts';
import { checkWebConfig } from './web/web-config-file.ts';

type Run = Exclude<ReturnType<typeof parseCommandLine>, { kind: 'exit' | 'assets' | 'simulator' }>;

/** Limit for a slow reader of the log. */
const FLUSH_MS_MAX = 2_000;
/** A clean shutdown takes less; after this the process exits even if something hangs. */
const STOP_MS_MAX = 9_000;

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

const build: Build = {
  version: readVersion(),
  revision: process.env['WHATSAPP_EXPORTER_REVISION'] ?? 'unknown',
  nodeVersion: process.version,
};

const watch = createFileWatch(systemClock);
const loadConfig = createConfigLoader({
  checkWebConfig,
  readFile: watch.read,
  usualGapMs,
  whyNotExcludable,
});

await main();

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2), build.version);
  if (command.kind === 'exit') {
    process.stdout.write(command.stdout);
    process.stderr.write(command.stderr);
    process.exitCode = command.code;
    return;
  }
  if (command.kind === 'assets') {
    process.exitCode = printAssets(PACKAGE, command.folder, process) ? 0 : 1;
    return;
  }
  if (command.kind === 'simulator') {
    await simulate(command);
    return;
  }
  const demo = await createDemo(command);
  const read = () => load(command, demo);
  const loaded = read();
  if ('config' in loaded && command.kind === 'run') {
    await serve(loaded.config, read, demo);
    return;
  }
  if ('problems' in loaded) {
    process.stderr.write(formatProblems(loaded.problems));
    process.exitCode = 1;
  } else if (command.kind === 'once') {
    await runOnce(loaded.config, (dependencies) => once(loaded.config, dependencies));
  } else if (command.kind === 'history') {
    await runOnce(loaded.config, (dependencies) =>
      runHistory(loaded.config, command, process, dependencies),
    );
  } else if (command.kind === 'login') await logIn(loaded.config);
  else
    process.stdout.write(
      `${describeConfig(loaded.config, loaded.merged)}\nThe configuration is valid.\n`,
    );
  await demo.close();
}

function load({ flags }: Run, { account }: Demo): LoadedConfig {
  const demoAccount = account && { demoAccount: account };
  const loaded = loadConfig({ flags, env: process.env, ...demoAccount });
  watch.follow(loaded.files);
  return loaded;
}

/** Runs an action that succeeds or fails, with the log on stderr. */
async function runOnce(
  config: Config,
  action: (dependencies: Dependencies) => Promise<boolean>,
): Promise<void> {
  const { flush, ...dependencies } = await createDependencies(config, process.stderr);
  // If the reader has closed stdout, only the exit code can report it.
  process.stdout.on('error', () => process.exit(1));
  process.exitCode = (await action(dependencies)) ? 0 : 1;
  await flush();
}

async function once(config: Config, dependencies: Dependencies): Promise<boolean> {
  const { allSucceeded, metrics } = await pollOnce(config, build, dependencies);
  process.stdout.write(metrics);
  return allSucceeded;
}

/** The log would repeat the sentences, but for unexpected errors. */
async function logIn({ log, ...config }: Config): Promise<void> {
  const quiet: Config = { ...config, log: { ...log, level: 'error' } };
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  await runOnce(quiet, (dependencies) => checkLogins(quiet, dependencies, print));
}

async function simulate(address: { host: string; port: number }): Promise<void> {
  // In a container, process 1 ignores signals without a handler.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  const { DEMO_CREDENTIALS, startDemo } = await import('./simulator/demo.ts');
  try {
    const { url } = await startDemo(systemClock, address);
    process.stdout.write(
      "Simulating the provider's API. To poll it, run the exporter with:\n" +
        `  WHATSAPP_API_URL=${url.replace('//0.0.0.0:', '//localhost:')}\n` +
        `  WHATSAPP_CLIENT_ID=${DEMO_CREDENTIALS.clientId}\n` +
        `  WHATSAPP_CLIENT_SECRET=${DEMO_CREDENTIALS.clientSecret}\n`,
    );
  } catch (error) {
    const problem = explainListenError(error);
    if (problem === undefined) throw error;
    process.stderr.write(`--simulator: ${problem}\n`);
    process.exitCode = 1;
  }
}

async function serve(config: Config, read: () => LoadedConfig, demo: Demo): Promise<void> {
  const { flush, ...dependencies } = await createDependencies(config, process.stdout);
  const { log } = dependencies;
  const reloads = createReloads({ read, apply, clock: systemClock, log });
  const exporter = createExporter(config, build, dependencies, reloads);
  // Before anything slow: in a container, process 1 ignores signals without a handler.
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
  process.on('SIGHUP', () => void reloads.request('SIGHUP'));
  watch.start(() => void reloads.request('file'));
  const sockets = config.web.systemdSocket ? inheritedSockets(process.env, process.pid) : undefined;
  if (sockets?.length === 0) {
    process.stderr.write('--web.systemd-socket: systemd passed no socket; enable its unit\n');
    process.exit(1);
  }
  try {
    const { addresses, port } = await exporter.start(sockets);
    const { nodeVersion: node_version, ...rest } = build;
    const where = { addresses, port, telemetry_path: config.web.telemetryPath };
    log.info({ ...rest, node_version, ...where }, 'serving metrics');
    const page = `http://localhost:${port}/`;
    if (demo.account !== undefined && port !== undefined)
      log.info({ page }, 'demo on a simulated provider');
  } catch (error) {
    // An error of the operator has a problem, and needs no stack.
    const problem = explainListenError(error);
    if (problem === undefined) throw error;
    const flag = sockets === undefined ? '--web.listen-address' : '--web.systemd-socket';
    process.stderr.write(`${flag}: ${problem}\n`);
    process.exit(1);
  }

  async function stop(signal: string): Promise<void> {
    setTimeout(() => process.exit(0), STOP_MS_MAX).unref();
    log.info({ signal }, 'stopping');
    watch.stop();
    await exporter.stop();
    await demo.close();
    await flush();
    process.exit(0);
  }

  async function apply(next: Config): Promise<void> {
    log.level = next.log.level;
    await exporter.reload(next);
  }
}

async function createDependencies({ log: options }: Config, stream: Output) {
  const redactor = createRedactor();
  const output = logTo(stream);
  const flush = () => output.flush(FLUSH_MS_MAX);
  const log = await createLog({ ...options, redactor, destination: output.stream });
  // Node.js would print the error to stderr, including any secret in it.
  const crash = async (error: unknown) => {
    log.fatal({ err: error }, 'unexpected error, exiting');
    await flush();
    process.exit(1);
  };
  process.on('uncaughtException', (error) => void crash(error));
  process.on('unhandledRejection', (reason) => void crash(reason));
  return {
    clock: systemClock,
    random: Math.random,
    log,
    logLinesDropped: () => output.dropped(),
    onSecret: (secret: Secret, owner: string) => redactor.add(secret, owner),
    flush,
  };
}

interface Demo {
  /** The simulator as an account of the configuration file. */
  readonly account?: Mapping;
  readonly close: () => Promise<void>;
}

async function createDemo({ demo }: Run): Promise<Demo> {
  if (!demo) return { close: async () => {} };
  const { DEMO_CREDENTIALS, DEMO_SETTINGS, startDemo } = await import('./simulator/demo.ts');
  const simulator = await startDemo(systemClock);
  const { clientId: client_id, clientSecret: client_secret } = DEMO_CREDENTIALS;
  return {
    account: {
      name: 'demo',
      api_url: simulator.url,
      client_id,
      client_secret,
      ...DEMO_SETTINGS,
    },
    close: () => simulator.close(),
  };
}

/** Passed to the configuration, which must not depend on the poller. */
function usualGapMs(schedule: string): number {
  try {
    return parseSchedule(schedule).usualGapMs;
  } catch (error) {
    throw error instanceof ScheduleError ? new InvalidValue(error.message) : error;
  }
}

function readVersion(): string {
  const text = readFileSync(`${PACKAGE}package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
