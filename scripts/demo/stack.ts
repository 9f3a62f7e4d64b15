/**
 * The exporter with Prometheus, Alertmanager and a receiver that prints each notification, and a story that
 * raises and resolves alerts. Ctrl-C stops and removes everything. Run by `npm run demo:stack`; needs the
 * built program.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';

import { speedUp } from '../../prometheus/src/fast-rules.ts';
import { RULE_FILES } from '../../prometheus/src/generated.ts';
import { render, startReceiver, type Notification } from './receiver.ts';
import { createStory } from './story.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/prometheus');
const PORTS = { exporter: '10972', prometheus: '9090', alertmanager: '9093' };

const { values } = parseArgs({
  options: {
    exporter: { type: 'string', default: PORTS.exporter },
    prometheus: { type: 'string', default: PORTS.prometheus },
    alertmanager: { type: 'string', default: PORTS.alertmanager },
    /** Seconds between two chapters of the story. */
    pause: { type: 'string', default: '10' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'demo-stack-'));
const running: ChildProcess[] = [];
const notifications: Notification[] = [];
let stopping = false;

process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));
await main();

async function main(): Promise<void> {
  for (const name of Object.keys(PORTS) as (keyof typeof PORTS)[]) await checkPort(name);
  execFileSync(join(ROOT, 'scripts/fetch-prometheus.sh'), [CACHE], { stdio: 'inherit' });
  const receiver = await startReceiver((name, notification) => {
    notifications.push(notification);
    say(render(name, notification));
  });
  const story = await createStory(folder);
  const [exporter, prometheus, alertmanager] = [
    values.exporter,
    values.prometheus,
    values.alertmanager,
  ].map((port) => `127.0.0.1:${port}`) as [string, string, string];

  start(process.execPath, [
    join(ROOT, 'dist/main.js'),
    `--config.file=${write('config.yml', stringify(story.config))}`,
    `--web.listen-address=${exporter}`,
    '--poll.schedule=2s',
    '--poll.timeout=2s',
    '--log.level=error',
    '--log.format=pretty',
  ]);
  start(join(CACHE, 'bin/alertmanager'), [
    `--config.file=${write('alertmanager.yml', alertmanagerConfig(receiver))}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${alertmanager}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ]);
  // Prometheus would report an exporter that has not started yet.
  await ready(`http://${exporter}/-/ready`);
  for (const file of RULE_FILES) {
    write(basename(file), speedUp(readFileSync(join(ROOT, file), 'utf8')));
  }
  start(join(CACHE, 'bin/prometheus'), [
    `--config.file=${write('prometheus.yml', prometheusConfig(exporter, prometheus, alertmanager))}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=${prometheus}`,
    '--log.level=error',
  ]);
  await ready(`http://${alertmanager}/-/ready`);
  // A number that Prometheus has never seen online cannot drop out.
  const query = `count(account_number:whatsapp_number_offline:kept == 0) == ${story.numbers}`;
  await ready(
    `http://${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`,
    (body) => !body.includes('"result":[]'),
  );
  process.stdout.write(
    `Exporter      http://${exporter}/\n` +
      `Prometheus    http://${prometheus}/alerts\n` +
      `Alertmanager  http://${alertmanager}/\n` +
      'A minute of the alert rules takes a second here. Press Ctrl-C to stop.\n\n',
  );
  for (const { text, begin, alert, status } of story.chapters) {
    await setTimeout(Number(values.pause) * 1000);
    notifications.length = 0;
    say(`STORY     ${text}\n`);
    begin();
    await untilNotified(alert, status);
  }
  say('STORY     The end. Everything keeps running until you press Ctrl-C.\n');
}

async function untilNotified(alert: string, status: Notification['status']): Promise<void> {
  const isIt = (one: Notification) => one.labels['alertname'] === alert && one.status === status;
  while (!notifications.some(isIt)) await setTimeout(100);
}

function say(text: string): void {
  process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
}

function prometheusConfig(exporter: string, prometheus: string, alertmanager: string): string {
  const shipped = readFileSync(join(ROOT, 'prometheus/prometheus.yml'), 'utf8');
  return shipped
    .replaceAll('exporter:10972', exporter)
    .replaceAll('localhost:9090', prometheus)
    .replaceAll('alertmanager:9093', alertmanager)
    .replaceAll(/_interval: \w+/g, '_interval: 1s');
}

/** The shipped example with the receiver for pages and tickets, and with shorter waits. */
function alertmanagerConfig(receiver: string): string {
  const config = parse(readFileSync(join(ROOT, 'prometheus/alertmanager.yml'), 'utf8')) as {
    route: object;
    receivers: { name: string }[];
  };
  return stringify({
    ...config,
    route: { ...config.route, group_wait: '1s', group_interval: '2s' },
    receivers: config.receivers.map(({ name }) =>
      name === 'nobody' ? { name } : { name, webhook_configs: [{ url: `${receiver}/${name}` }] },
    ),
  });
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** If one process exits, all are stopped. */
function start(file: string, args: readonly string[]): void {
  const child = spawn(file, args, { cwd: folder, stdio: 'inherit' });
  running.push(child);
  child.once('exit', () => void stop(1));
}

async function ready(url: string, isEnough: (body: string) => boolean = () => true): Promise<void> {
  const isReady = async () => {
    const response = await fetch(url);
    return response.ok && isEnough(await response.text());
  };
  while (!(await isReady().catch(() => false))) await setTimeout(100);
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

async function checkPort(name: keyof typeof PORTS): Promise<void> {
  const server = createServer();
  try {
    server.listen(Number(values[name]), '127.0.0.1');
    await once(server, 'listening');
  } catch {
    process.stderr.write(
      `Port ${values[name]} is not available. Choose another one: npm run demo:stack -- --${name}=PORT\n`,
    );
    rmSync(folder, { recursive: true });
    process.exit(1);
  }
  server.close();
  await once(server, 'close');
}
