import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, memoryMib, scrape, startHelper, startMain, stop } from './process.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench:accounts`: measures many accounts in one process, polled every minute from the simulator,
 * and prints the table for docs/scaling.md. Takes three and a half minutes per row.
 */
const SIZES = [10, 100, 500];
const NUMBERS = 100;
const INTERVAL_MS = 60_000;
const SCRAPES = 50;
const DOC = 'docs/scaling.md';
const RESULTS = /(<!-- results -->\n).*(\n<!-- end of results -->)/s;

interface Poll {
  readonly account: string;
  readonly atMs: number;
}

async function measure(accounts: number): Promise<readonly string[]> {
  const simulator = await startHelper('simulator', String(NUMBERS));
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'config.yml');
  writeFileSync(file, toConfig(accounts, `${simulator.url}/api`));
  const polls: Poll[] = [];
  const startMs = Date.now();
  const exporter = await startMain({
    flags: [`--config.file=${file}`],
    env: { WHATSAPP_LOG_LEVEL: 'debug' },
    onLine: (line) => polls.push(...toPolls(line)),
  });
  const until = (ms: number) => sleep(Math.max(0, startMs + ms - Date.now()));
  await until(INTERVAL_MS);
  const firsts = new Map(polls.toReversed().map(({ account, atMs }) => [account, atMs - startMs]));
  const cpuBefore = cpuMs(exporter.process);
  await until(2 * INTERVAL_MS);
  const cpu = cpuMs(exporter.process) - cpuBefore;
  const ofInterval = polls.filter(({ atMs }) => atMs - startMs > INTERVAL_MS);
  const { url } = exporter;
  // At least one poll has ended since the last scrape, so nothing is cached.
  const cpuBeforeScrapes = cpuMs(exporter.process);
  const all = await measureScrapes(() => `${url}/metrics`, INTERVAL_MS / SCRAPES);
  const scrapeCpu = (cpuMs(exporter.process) - cpuBeforeScrapes - cpu) / SCRAPES;
  const one = await measureScrapes((i) => `${url}/metrics?account=account-${i % accounts}`, 50);
  const { now, peak } = memoryMib(exporter);
  stop(exporter);
  stop(simulator);
  rmSync(folder, { recursive: true });
  if (firsts.size < accounts) throw new Error('not every account was polled in time');
  return [
    String(accounts),
    (Math.max(...firsts.values()) / 1000).toFixed(1),
    `${ofInterval.length} (${busiestSecond(ofInterval)})`,
    `${(cpu / 1000).toFixed(1)} s (${((100 * cpu) / INTERVAL_MS).toFixed(1)} %)`,
    `${Math.round(now)} (${Math.round(peak)})`,
    `${all.p50} (${scrapeCpu.toFixed(1)})`,
    String(all.kib),
    one.p50,
  ];
}

async function measureScrapes(urlOf: (i: number) => string, pauseMs: number) {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < SCRAPES; i += 1) {
    const { ms, status, body } = await scrape(urlOf(i), 'gzip');
    if (status !== 200) throw new Error(`${urlOf(i)} answered ${status}`);
    times.push(ms);
    bytes = body.length;
    await sleep(pauseMs);
  }
  return { p50: median(times).toFixed(1), kib: Math.round(bytes / 1024) };
}

/** The most polls that ended within one second. */
function busiestSecond(polls: readonly Poll[]): number {
  const counts = new Map<number, number>();
  for (const { atMs } of polls) {
    const second = Math.floor(atMs / 1000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

function toPolls(line: string): Poll[] {
  const { outcome, account, time } = JSON.parse(line) as Record<string, string>;
  if (outcome === 'failure') throw new Error(line);
  return outcome === 'success' ? [{ account: account ?? '', atMs: Date.parse(time ?? '') }] : [];
}

function toConfig(accounts: number, url: string): string {
  return JSON.stringify({
    accounts: Array.from({ length: accounts }, (_, i) => ({
      name: `account-${i}`,
      api_url: url,
      client_id: 'bench',
      client_secret: 'fake-secret',
    })),
  });
}

const HEAD = [
  'accounts',
  'all have data after, s',
  'polls a minute (in the busiest second)',
  'CPU of a minute',
  'memory, MiB (peak)',
  'scrape of all, ms (CPU)',
  'KiB',
  'scrape of one, ms',
];
const rows = [HEAD, HEAD.map(() => '---')];
for (const size of SIZES) {
  console.error(`measuring ${size} accounts ...`);
  rows.push([...(await measure(size))]);
}
const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus().length} x ${cpus()[0]?.model ?? '?'}`;
const report = `\n${NUMBERS} numbers an account, measured on ${date} with Node ${process.version} on ${machine}:\n\n${table}\n`;
console.log(report);
const text = readFileSync(DOC, 'utf8');
writeFileSync(
  DOC,
  text.replace(RESULTS, (_all, before: string, after: string) => before + report + after),
);
// The measured processes may still have open connections.
process.exit(0);
