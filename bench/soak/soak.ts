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
import { createChangingFleet, spellAt } from './month.ts';
import { renderReport, type Sample } from './report.ts';

/**
 * `npm run soak [-- --record | --midnight]`: simulates a month in ten minutes. With `--record` it writes
 * the figures to the docs; with `--midnight` the month starts at midnight instead of 04:00.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-11-15T00:00:00Z');
const DAYS = 31;
const END_MS = START_MS + DAYS * DAY_MS;
const POLL_MS = 15 * MINUTE_MS;
const SCRAPE_MS = 3 * MINUTE_MS;
/** Speed of the clock during a poll. Between polls the clock skips to the next scrape. */
const RATE = 20;
const REAL_MS_MAX = 10 * MINUTE_MS;
/** Series of totals and numbers. Counters are compared without value, because they depend on earlier lists. */
/** Of the list of numbers: what the month and the configuration say is not in it. */
const COMPARED = /^whatsapp_(?:number|account)_(?!month_(?:start|end)_|numbers_excluded)/;
const COUNTER = /^(whatsapp_number_conversations_total\{.*\}) \d+$/;
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
    // As in the image.
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
child.once('exit', (code) => fail(`the exporter exited with ${code}`));
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
  const spell = spellAt(nowMs);
  if (spell !== spellAt(nowMs - SCRAPE_MS)) {
    provider.faults.token = spell?.faults.token;
    provider.faults.numbers = spell?.faults.numbers;
    if (spell?.revokesTokens === true) provider.revokeTokens();
    if (spell !== undefined) spells.set(spell.name, (spells.get(spell.name) ?? 0) + 1);
  }
  await clock.skipTo(nowMs);
  // Concurrently, so that a scrape coincides with a poll.
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
    // A changed account is polled at once.
    await ask({ name: 'settle', sinceUnixMs: nowMs });
  }
  // Before the next fault, after the cool-down of the last one.
  if (nowMs % (2 * HOUR_MS) === 0 && spell === undefined) await check(nowMs);
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

/** Checks line by line that exactly the provider's last list is served. */
async function check(nowMs: number): Promise<void> {
  text = String(await gunzipAsync(await scrape('/metrics', 'gzip')));
  const list = fleet.last();
  const missing = new Set([...linesOf(list), ...list.flatMap(countersOf)]);
  const served = text.split('\n').filter((line) => COMPARED.test(line));
  const unexpected = served.filter((line) => !missing.delete(line.replace(COUNTER, '$1')));
  for (const [what, lines] of Object.entries({ missing: [...missing], unexpected })) {
    if (lines.length === 0) continue;
    fail(`day ${dayOf(nowMs)}: ${lines.length} ${what} lines, such as ${lines[0]}`);
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

/** Resolves with the body; any error ends the run. */
function scrape(path: string, encoding: 'gzip' | 'identity'): Promise<Buffer> {
  scrapes += 1;
  const headers = { 'accept-encoding': encoding };
  // Some requests reuse a connection, others open a new one.
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

/** A client that disconnects when the response starts. */
async function hangUp(): Promise<void> {
  const request = get({ host: '127.0.0.1', port, path: '/metrics', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.destroy();
}

function fail(why: string): never {
  console.error(`Soak test failed: ${why}`);
  process.exit(1);
}
