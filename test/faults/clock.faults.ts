import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createExporter } from '../../src/exporter.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { createFleet } from '../../src/simulator/fleet.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { eventually } from '../support/program.ts';
import { NO_RELOADS } from '../support/reloads.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../support/simulated-provider.ts';
import { CANARIES } from './scene.ts';
import { linesOf } from './truth.ts';
import { failuresOf, lastSuccessMs, page, valueLines, valueOf } from './watch.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STALE_AFTER_MS = 5 * MINUTE_MS;

const NOTE = 'in one process with the test, on a clock that is moved by hand; all else is real.';

describe('Time', () => {
  test('turn of the month during an outage', async ({ task }) => {
    const world = await startWorld('2026-11-30T18:00:00Z');
    const old = world.list();
    const good = await world.poll();
    expect(valueLines(good)).toEqual(world.truth());
    world.provider.faults.numbers = { kind: 'reply', status: 404 };
    for (const ms of [MINUTE_MS, 3 * HOUR_MS, 3 * HOUR_MS]) {
      await world.elapse(ms);
      const bad = await world.poll();
      expect(valueOf(bad, 'whatsapp_up')).toBe(0);
      expect(lastSuccessMs(bad)).toBe(lastSuccessMs(good));
      expect(valueLines(bad)).toEqual(ms < STALE_AFTER_MS ? valueLines(good) : []);
    }
    expect(failuresOf(await world.scrape())).toEqual({ http_status: 3 });
    world.provider.faults.numbers = undefined;
    const after = await world.poll();
    expect(valueLines(after)).toEqual(world.truth());
    const startS = Date.parse('2026-11-30T22:00:00Z') / 1000;
    expect(valueOf(after, 'whatsapp_account_month_start_timestamp_seconds')).toBe(startS);

    let fallen = 0;
    for (const { whatsapp, marketingThisMonth: now } of world.list()) {
      const before = old.find((number) => number.whatsapp === whatsapp)?.marketingThisMonth ?? 0;
      if (now >= before) continue;
      fallen += 1;
      expect(counterOf(after, whatsapp) - counterOf(good, whatsapp), whatsapp).toBe(now);
    }
    expect(fallen, 'numbers that started again').toBeGreaterThan(5);
    world.finish(task, '`http_status`', 'at the next poll; counters take up the new month');
  });

  test('a correction downwards', async ({ task }) => {
    const world = await startWorld('2026-11-15T10:00:00Z');
    const [first] = world.list();
    const whatsapp = first?.whatsapp ?? '';
    const totals: number[] = [];
    for (const count of [50, 60, 30, 35]) {
      world.change((number) =>
        number.whatsapp === whatsapp ? { ...number, marketingThisMonth: count } : number,
      );
      const text = await world.poll();
      expect(valueLines(text)).toEqual(world.truth());
      totals.push(counterOf(text, whatsapp));
      await world.elapse(MINUTE_MS);
    }
    const [start = 0] = totals;
    expect(totals.map((total) => total - start)).toEqual([0, 10, 10, 15]);
    world.finish(task, 'no failure', 'the gauge falls, the counter stands still');
  });

  test('clock a day forwards', async ({ task }) => {
    const world = await startWorld('2026-11-15T10:00:00Z');
    await world.poll();
    world.clock.jump(DAY_MS);
    expect(valueLines(await world.scrape()), 'older than may be served').toEqual([]);
    const after = await world.poll();
    expect(valueLines(after)).toEqual(world.truth());
    expect(valueOf(after, 'whatsapp_up')).toBe(1);
    expect(failuresOf(after)).toEqual({});
    world.finish(task, 'no failure', 'at the next poll');
  });

  test('clock a day backwards', async ({ task }) => {
    const world = await startWorld('2026-11-15T10:00:00Z');
    const good = await world.poll();
    const truth = world.truth();
    world.clock.jump(-DAY_MS);
    expect(valueLines(await world.scrape()), 'as old as before').toEqual(truth);
    await world.elapse(STALE_AFTER_MS - 1_000);
    expect(valueLines(await world.scrape())).toEqual(truth);
    await world.elapse(2_000);
    expect(valueLines(await world.scrape()), 'too old, whatever the clock says').toEqual([]);
    const after = await world.poll();
    expect(valueLines(after)).toEqual(world.truth());
    expect(lastSuccessMs(after)).toBeLessThan(lastSuccessMs(good));
    expect(failuresOf(after)).toEqual({});
    world.finish(task, 'no failure', 'at the next poll');
  });

  test('system suspended for an hour', async ({ task }) => {
    const world = await startWorld('2026-11-15T10:00:00Z');
    await world.poll();
    const tokens = world.provider.requests.token;
    // The monotonic clock stands still meanwhile; the provider's goes on.
    world.clock.jump(HOUR_MS);
    await world.providerClock.advance(HOUR_MS);
    expect(valueLines(await world.scrape()), 'an hour old').toEqual([]);
    const after = await world.poll();
    expect(valueLines(after)).toEqual(world.truth());
    expect(failuresOf(after)).toEqual({});
    expect(world.provider.requests.token, 'the token has expired').toBe(tokens + 1);
    world.finish(task, 'no failure', 'at the next poll');
  });
});

function counterOf(text: string, whatsapp: string): number {
  const labels = `number="${whatsapp}",category="marketing"`;
  return valueOf(text, 'whatsapp_number_conversations_total', labels) ?? Number.NaN;
}

/** The exporter and the simulator in this process, each on a clock of its own. */
async function startWorld(start: string) {
  const clock = createFakeClock(Date.parse(start));
  const providerClock = createFakeClock(Date.parse(start));
  const fleet = createFleet({ seed: 1, numbers: 25 });
  let change = (number: ReturnType<typeof fleet.at>[number]) => number;
  const at = (unixMs: number) => fleet.at(unixMs).map((number) => change(number));
  const provider = await startSimulator({
    fleet: { at },
    clock: providerClock,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  onTestFinished(() => provider.close());
  const configured = (schedule: string) => {
    const env = {
      WHATSAPP_API_URL: provider.url,
      WHATSAPP_CLIENT_ID: CLIENT_ID,
      WHATSAPP_CLIENT_SECRET: CLIENT_SECRET,
      WHATSAPP_ACCOUNT: 'acme',
      WEB_LISTEN_ADDRESS: '127.0.0.1:0',
      POLL_SCHEDULE: schedule,
      POLL_STALE_AFTER: '5m',
    };
    const readFile = () => {
      throw new Error('no file is read');
    };
    const loaded = loadConfig({ flags: {}, env, readFile, checkSchedule: () => undefined });
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  };
  let output = '';
  const log = await createLog({
    level: 'trace',
    format: 'json',
    redactor: createRedactor(),
    destination: { write: (line: string) => void (output += line) },
  });
  // Days apart, so that no real tick comes in between. Another schedule makes it poll at once.
  const schedules = ['48h', '72h'];
  const build = { version: '0', revision: '0', nodeVersion: '0' };
  const surroundings = { clock, random: () => 0, log, onSecret: () => {} };
  const exporter = createExporter(configured(schedules[0] ?? ''), build, surroundings, NO_RELOADS);
  const { port = 0 } = await exporter.start();
  onTestFinished(() => exporter.stop());
  const scrape = async () => {
    const text = await page(port, '/metrics');
    output += text;
    return text;
  };
  const polls = async () => valueOf(await scrape(), 'whatsapp_polls_total') ?? 0;
  await eventually(async () => (await polls()) > 0 || undefined, 'the first poll');

  return {
    clock,
    providerClock,
    provider,
    scrape,
    list: () => at(providerClock.unixMs()),
    truth: () => linesOf(at(providerClock.unixMs())),
    change: (next: typeof change) => void (change = next),
    async elapse(ms: number) {
      await clock.advance(ms);
      await providerClock.advance(ms);
    },
    async poll() {
      const before = await polls();
      schedules.reverse();
      await exporter.reload(configured(schedules[0] ?? ''));
      await eventually(async () => (await polls()) > before || undefined, 'a poll');
      return scrape();
    },
    finish(task: TestContext['task'], outcome: string, recovery: string) {
      for (const canary of CANARIES) expect(output.includes(canary), canary).toBe(false);
      const yes = { alive: 'yes', health: 'yes', values: 'yes', secrets: 'kept' };
      const other = { pace: '', memory: '', sockets: '', note: NOTE };
      task.meta.cells = { outcome, recovery, ...yes, ...other };
    },
  };
}
