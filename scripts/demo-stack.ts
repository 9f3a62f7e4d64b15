/**
 * Runs the demo with Prometheus and Alertmanager as in deploy/compose.yml, but without Docker. Ctrl-C
 * stops and removes everything. Run by `npm run demo:stack`; needs the built program.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/prometheus');
/** Shorter than in the shipped configuration, so that data appears at once. */
const SCRAPE_INTERVAL = '5s';

interface ScrapeConfig {
  scrape_interval?: string;
  readonly static_configs: { targets: string[] }[];
}

interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  readonly alerting: { readonly alertmanagers: ScrapeConfig[] };
  readonly scrape_configs: ScrapeConfig[];
}

execFileSync(join(ROOT, 'scripts/fetch-prometheus.sh'), [CACHE], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'demo-stack-'));
const running: ChildProcess[] = [];
let stopping = false;

process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));
await main();

async function main(): Promise<void> {
  const exporter = await freeAddress();
  const prometheus = await freeAddress();
  const alertmanager = await freeAddress();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    configFor({
      'exporter:10972': exporter,
      'localhost:9090': prometheus,
      'alertmanager:9093': alertmanager,
    }),
  );
  start(process.execPath, [
    join(ROOT, 'dist/main.js'),
    '--demo',
    `--web.listen-address=${exporter}`,
    '--log.format=pretty',
  ]);
  start(join(CACHE, 'bin/prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=${prometheus}`,
    // As in deploy/compose.yml, for the rules that look back 32 days.
    '--storage.tsdb.retention.time=40d',
    '--log.level=warn',
  ]);
  start(join(CACHE, 'bin/alertmanager'), [
    `--config.file=${join(ROOT, 'prometheus/alertmanager.yml')}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${alertmanager}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ]);
  process.stdout.write(
    `Exporter      http://${exporter}/\n` +
      `Prometheus    http://${prometheus}/\n` +
      `Alertmanager  http://${alertmanager}/\n` +
      'Press Ctrl-C to stop.\n',
  );
}

/** prometheus/prometheus.yml with replaced target addresses. */
function configFor(addresses: Readonly<Record<string, string>>): string {
  const shipped = join(ROOT, 'prometheus');
  const config = parse(readFileSync(join(shipped, 'prometheus.yml'), 'utf8')) as PrometheusConfig;
  for (const { static_configs } of [...config.alerting.alertmanagers, ...config.scrape_configs]) {
    for (const targets of static_configs) {
      targets.targets = targets.targets.map((target) => {
        const address = addresses[target];
        if (address === undefined)
          throw new Error(`prometheus.yml has an unknown target ${target}`);
        return address;
      });
    }
  }
  for (const scrape of config.scrape_configs) scrape.scrape_interval = SCRAPE_INTERVAL;
  config.global['evaluation_interval'] = SCRAPE_INTERVAL;
  config.rule_files = config.rule_files.map((file) => join(shipped, file));
  return stringify(config);
}

/** If one process exits, all are stopped. */
function start(file: string, args: readonly string[]): void {
  const child = spawn(file, args, { cwd: folder, stdio: 'inherit' });
  running.push(child);
  child.once('exit', () => void stop(1));
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const alive = running.filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = alive.map((child) => once(child, 'exit'));
  for (const child of alive) child.kill('SIGTERM');
  await Promise.all(ended);
  rmSync(folder, { recursive: true });
  process.exit(code);
}

/** A free loopback address. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}
