import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { format } from 'prettier';
import { PROVIDER_MONTH } from '../../src/core/month.ts';
import { CATEGORIES } from '../../src/core/snapshot.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { linesOf } from '../../test/faults/truth.ts';
import { createLapseClock } from './clock.ts';
import type { Command, Figures } from './exporter.ts';
import { createChangingFleet, troubleAt } from './month.ts';
import { renderReport, type Sample } from './report.ts';

/**
 * `npm run soak [-- --record | --midnight]`: a month in ten minutes. With `--record` its figures go
 * into the docs, with `--midnight` the provider turns at midnight and not at 04:00.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-11-15T00:00:00Z');
const DAYS = 31;
const END_MS = START_MS + DAYS * DAY_MS;
const POLL_MS = 15 * MINUTE_MS;
const SCRAPE_MS = 3 * MINUTE_MS;
/** While a poll is under way. In between, time goes on to the next scrape at once. */
const RATE = 20;
const REAL_MS_MAX = 10 * MINUTE_MS;
/** Of totals and numbers; a counter is told by its name alone, since it has seen more than one list. */
const TOLD = /^whatsapp_(?:number|account)_(?!month_(?:start|end)_)/;
const COUNTED = /^(whatsapp_number_conversations_total\{.*\}) \d+$/;
const DOC = 'docs/reliability.md';
const SECTION = /(<!-- soak: [^>]*-->\n).*(<!-- end of the soak -->)/s;

const { record, midnight } = parseArgs({
  options: { record: { type: 'boolean' }, midnight: { type: 'boolean' } },
}).values;
const startedMs = performance.now();
const clock = createLapseClock(START_MS, RATE);
const fleet = createChangingFleet({ ...PROVIDER_MONTH, ...(midnight && { startsAtMs: 0 }) });
const credentials = { clientId: 'fake-client', clientSecret: 'fake-secret' };
const provider = await startSimulator({ fleet, clock, ...credentials });
const child = fork(
  fileURLToPath(new URL('exporter.js', import.meta.url)),
  [String(START_MS), String(RATE)],
  {
    // As the image starts Node.
    execArgv: ['--expose-gc', '--max-semi-space-size=2'],
    env: {
      WHATSAPP_API_URL: provider.url,
      WHATSAPP_CLIENT_ID: credentials.clientId,
      WHATSAPP_CLIENT_SECRET: credentials.clientSecret,
      WHATSAPP_ACCOUNT: 'acme',
      WHATSAPP_WEB_LISTEN_ADDRESS: '127.0.0.1:0',
      WHATSAPP_POLL_SCHEDULE: `${POLL_MS / MINUTE_MS}m`,
      WHATSAPP_POLL_TIMEOUT: '10s',
      WHATSAPP_POLL_STALE_AFTER: '25m',
    },
    stdio: 'inherit',
  },
);
process.once('exit', () => child.kill('SIGKILL'));
child.once('exit', (code) => fail(`the exporter has ended: ${code}`));
const [port] = (await once(child, 'message')) as [number];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const gunzipAsync = promisify(gunzip);
const samples: Sample[] = [];
const spells = new Map<string, number>();
let [scrapes, checks] = [0, 0];
let text = '';

await ask({ name: 'settle', sinceUnixMs: START_MS });
for (let nowMs = START_MS + SCRAPE_MS; nowMs <= END_MS; nowMs += SCRAPE_MS) {
  if (performance.now() - startedMs > REAL_MS_MAX) fail(`only ${dayOf(nowMs)} days in ten minutes`);
  const trouble = troubleAt(nowMs);
  if (trouble !== troubleAt(nowMs - SCRAPE_MS)) {
    provider.faults.token = trouble?.faults.token;
    provider.faults.numbers = trouble?.faults.numbers;
    if (trouble?.losesTokens === true) provider.revokeTokens();
    if (trouble !== undefined) spells.set(trouble.name, (spells.get(trouble.name) ?? 0) + 1);
  }
  await clock.skipTo(nowMs);
  // Not one after the other: at a tick the scrape meets a poll.
  const scraped = scrape('/metrics', nowMs % (3 * SCRAPE_MS) === 0 ? 'identity' : 'gzip');
  await ask({ name: 'skip', toUnixMs: nowMs });
  if (nowMs % POLL_MS === 0) await ask({ name: 'settle', sinceUnixMs: nowMs });
  await scraped;
  if (nowMs % HOUR_MS === 0) {
    await scrape('/', 'gzip');
    await scrape('/api/status', 'identity');
    await hangUp();
  }
  if (nowMs % (6 * HOUR_MS) === SCRAPE_MS) {
    await ask({ name: 'reload' });
    // An account that has changed is polled at once.
    await ask({ name: 'settle', sinceUnixMs: nowMs });
  }
  // Before the next spell, and when the wait after the last one is over.
  if (nowMs % (2 * HOUR_MS) === 0 && trouble === undefined) await check(nowMs);
  if (nowMs % (6 * HOUR_MS) === 0) await measure(nowMs);
}
child.removeAllListeners('exit').kill();
await provider.close();

const { report, holds } = renderReport(samples, {
  date: new Date().toISOString().slice(0, 10),
  machine: `Node.js ${process.version} on ${cpus().length} cores`,
  days: DAYS,
  tookMs: performance.now() - startedMs,
  text,
  scrapes,
  checks,
  spells,
});
console.log(report);
if (record === true) {
  const doc = readFileSync(DOC, 'utf8').replace(
    SECTION,
    (_all, begin: string, end: string) => `${begin}\n${report}\n${end}`,
  );
  writeFileSync(DOC, await format(doc, { parser: 'markdown', printWidth: 100 }));
}
process.exit(holds ? 0 : 1);

async function ask(command: Command): Promise<unknown> {
  child.send(command);
  const [reply] = (await once(child, 'message')) as [unknown];
  return reply;
}

/** What is served is what the provider has said last and nothing besides, line by line. */
async function check(nowMs: number): Promise<void> {
  text = String(await gunzipAsync(await scrape('/metrics', 'gzip')));
  const list = fleet.last();
  const missing = new Set([...linesOf(list), ...list.flatMap(countersOf)]);
  const served = text.split('\n').filter((line) => TOLD.test(line));
  const left = served.filter((line) => !missing.delete(line.replace(COUNTED, '$1')));
  for (const [what, lines] of Object.entries({ missing: [...missing], 'left over': left })) {
    if (lines.length === 0) continue;
    fail(`day ${dayOf(nowMs)}: ${lines.length} lines ${what}, such as ${lines[0]}`);
  }
  checks += 1;
}

function countersOf({ whatsapp }: FleetNumber): readonly string[] {
  const labels = `account="acme",number="${whatsapp}"`;
  return CATEGORIES.map(
    (category) => `whatsapp_number_conversations_total{${labels},category="${category}"}`,
  );
}

async function measure(nowMs: number): Promise<void> {
  const figures = (await ask({ name: 'measure' })) as Figures;
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  samples.push({ day: dayOf(nowMs), ...figures, series });
}

function dayOf(unixMs: number): number {
  return (unixMs - START_MS) / DAY_MS;
}

/** Resolves with the body; whatever is not a sound answer ends the run. */
function scrape(path: string, encoding: 'gzip' | 'identity'): Promise<Buffer> {
  scrapes += 1;
  const headers = { 'accept-encoding': encoding };
  // Some come back on the connection that they have, others have a new one each time.
  const reused = encoding === 'gzip' && agent;
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, headers, agent: reused }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode !== 200) fail(`${path}: HTTP ${response.statusCode}`);
        resolve(Buffer.concat(chunks));
      });
    }).on('error', (error) => fail(`${path}: ${error.message}`));
  });
}

/** A client that goes as soon as the answer comes. */
async function hangUp(): Promise<void> {
  const request = get({ host: '127.0.0.1', port, path: '/metrics', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.destroy();
}

function fail(why: string): never {
  console.error(`The soak has failed: ${why}`);
  process.exit(1);
}
