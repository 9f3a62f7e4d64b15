import { setTimeout } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { eventually } from '../support/program.ts';
import { recovery } from './checks.ts';
import { failing, harmless } from './row.ts';
import { SLOW_PACE, type Running, type Scene } from './scene.ts';
import { answerOf, linesOf } from './truth.ts';
import { page, valueLines, valueOf, type Sample } from './watch.ts';

const HOUR_MS = 3_600_000;
/**
 * Plus a second, so that it is not a multiple of the interval. A clock set back by a multiple skips
 * one poll, which would use up the limit of two intervals and leave no room for the measurement.
 */
const DAY_MS = 24 * HOUR_MS + 1_000;
/** 04:00 in Israel. */
const TURN = { fromS: toS('2026-11-01T02:00:00Z'), toS: toS('2026-12-01T02:00:00Z') };
const NEXT_TURN_S = toS('2027-01-01T02:00:00Z');
/** Leaves time for the first successful polls; the test waits for the rest. */
const BEFORE_TURN = '2026-12-01T01:59:35Z';
/** Far from the start of a month, when a lower count could be a restart. */
const MID_MONTH = '2026-11-15T10:00:00Z';

/** Allowed error of a reported time on a busy machine; jumps take hours or days. */
const OFF_S_MAX = 10;

const NOTE = 'a preloaded module shifts the clock of the program by an offset in a file; ';

describe('Time', () => {
  harmless('new month at 04:00', {
    startsAt: BEFORE_TURN,
    begin: async ({ provider, list, clock }, { watch }) => {
      provider.faults.numbers = { kind: 'transform', transform: () => answerOf(list(1)) };
      const leftMs = TURN.toS * 1000 - Date.now() - clock.worldAheadMs();
      expect(leftMs, 'time left of the old month').toBeGreaterThan(0);
      await setTimeout(leftMs);
      expect(monthOf(watch.samples.at(-1))).toEqual([TURN.fromS, TURN.toS]);
      provider.faults.numbers = undefined;
    },
    expected: (list, scene) => [linesOf(scene.list(1)), linesOf(list)],
    onFall: (count) => count,
    // From the first hours of the month, without conversations, into the first working day.
    end: ({ moveOn }) => moveOn(6),
    alsoExpect: ({ list }, { watch }) => {
      const served = list().reduce((sum, number) => sum + number.serviceThisMonth, 0);
      expect(served, 'counts of the new month').toBeGreaterThan(5);
      expect(monthOf(watch.samples.at(-1))).toEqual([TURN.toS, NEXT_TURN_S]);
    },
    note: `${NOTE}the provider's clock is shifted as well. The exported month changes with the counts, and the counters add the new counts.`,
  });

  failing('new month during an outage', {
    reason: 'http_status',
    startsAt: BEFORE_TURN,
    begin: async ({ provider, clock }, { watch }) => {
      const leftMs = TURN.toS * 1000 - Date.now() - clock.worldAheadMs();
      expect(leftMs, 'time left of the old month').toBeGreaterThan(0);
      expect(monthOf(watch.samples.at(-1))).toEqual([TURN.fromS, TURN.toS]);
      provider.faults.numbers = { kind: 'reply', status: 404 };
      await setTimeout(leftMs);
    },
    onFall: (count) => count,
    // From the first hours of the month, without conversations, into the first working day.
    end: ({ moveOn }) => moveOn(6),
    alsoExpect: ({ list }, { watch }) => {
      const [before, after] = [list(8), list()];
      const fallen = after.filter((now) =>
        before.some(({ whatsapp, serviceThisMonth }) => {
          return whatsapp === now.whatsapp && now.serviceThisMonth < serviceThisMonth;
        }),
      );
      expect(fallen.length, 'numbers whose counts restarted').toBeGreaterThan(5);
      expect(Math.max(...fallen.map((number) => number.serviceThisMonth))).toBeGreaterThan(5);
      expect(monthOf(watch.samples.at(-1))).toEqual([TURN.toS, NEXT_TURN_S]);
    },
    note: `${NOTE}the provider's clock is shifted as well. The counters add the counts of the new month.`,
  });

  harmless('correction downwards', {
    startsAt: MID_MONTH,
    begin: ({ provider, list }) => {
      provider.faults.numbers = { kind: 'transform', transform: () => answerOf(corrected(list())) };
    },
    expected: (list) => [linesOf(corrected(list))],
    onFall: () => 0,
    alsoExpect: ({ list }) => {
      const [before, after] = [list(2), corrected(list(1))];
      const counts = [before, after].map(([first]) => first?.serviceThisMonth ?? 0);
      expect(counts[1], 'the corrected count').toBeLessThan(counts[0] ?? 0);
    },
    note: 'the gauges drop and the counters stay the same. The correction is reverted at the end, and both rise.',
  });

  const cron = { WHATSAPP_POLL_SCHEDULE: '*/2 * * * * *' };
  for (const [name, ms, renewals, env] of [
    ['clock a day forwards', DAY_MS, 1, {}],
    ['clock a day backwards', -DAY_MS, 0, {}],
    ['clock a day forwards, cron', DAY_MS, 1, cron],
    ['clock a day backwards, cron', -DAY_MS, 0, cron],
  ] as const) {
    harmless(name, {
      startsAt: MID_MONTH,
      env,
      pace: { ...SLOW_PACE, staleAfterS: 3 },
      begin: async (scene, running) => {
        await moved(scene, running, () => scene.clock.jump(ms));
        await grownOld(scene, running);
      },
      end: ({ clock }) => clock.jump(-ms),
      alsoExpect: (scene, { watch }) => expectRequests(scene, watch.samples, renewals),
      note:
        `${NOTE}corrected at the end. After each change a poll succeeds within two intervals. Data is ` +
        'served for 3 s here and is dropped during a slow poll, even after the clock was set back.',
    });
  }

  failing('working-hours schedule', {
    reason: 'http_status',
    // A Friday afternoon.
    startsAt: '2026-11-13T17:00:00Z',
    env: { WHATSAPP_POLL_SCHEDULE: '*/2 * 8-18 * * mon-fri' },
    pace: SLOW_PACE,
    begin: ({ provider }) => {
      provider.faults.numbers = { kind: 'reply', status: 404 };
    },
    alsoExpect: slept,
    note:
      `${NOTE}polled every 2 s on weekdays from 8 to 19. When polls fail, stale data is dropped as in other ` +
      'rows. Then a night and a weekend pass: the data stays, no requests are sent, and the exported next poll is ' +
      'on Monday at 8.',
  });

  for (const [name, env] of [
    ['system suspended for an hour', {}],
    ['system suspended for an hour, cron', cron],
  ] as const) {
    harmless(name, {
      env,
      startsAt: MID_MONTH,
      pace: SLOW_PACE,
      begin: (scene, running) =>
        moved(scene, running, () => {
          running.program.process.kill('SIGSTOP');
          scene.clock.pass(HOUR_MS);
          running.program.process.kill('SIGCONT');
        }),
      alsoExpect: (scene, { watch }) => expectRequests(scene, watch.samples, 1),
      note:
        `${NOTE}SIGSTOP, both clocks advance by an hour, SIGCONT. Linux's monotonic clock and timers stop while ` +
        'a system is suspended. A poll succeeds within two intervals.',
    });
  }
});

/** Lets a night and a weekend without ticks pass: data stays, and polls resume in the morning. */
async function slept(scene: Scene, running: Running): Promise<void> {
  const { clock } = scene;
  const { watch, port } = running;
  const passTo = (iso: string) => clock.pass(toS(iso) * 1000 - Date.now() - clock.worldAheadMs());
  const polls = () => watch.samples.at(-1)?.polls;
  passTo('2026-11-13T18:59:57Z');
  // The last poll of the day must have ended.
  await eventually(
    () => Date.now() + clock.worldAheadMs() > toS('2026-11-13T19:00:02Z') * 1000 || undefined,
    'the evening',
  );
  for (const iso of ['2026-11-13T23:00:00Z', '2026-11-15T12:00:00Z', '2026-11-16T07:59:40Z']) {
    const [before, samples] = [polls(), watch.samples.length];
    passTo(iso);
    await eventually(() => watch.samples.length > samples + 3 || undefined, 'scrapes');
    const { text = '' } = watch.samples.at(-1) ?? {};
    expect(valueLines(text), `values at ${iso}`).toEqual(scene.truth());
    expect(polls(), `polls at ${iso}`).toBe(before);
    const morningS = toS('2026-11-16T08:00:00Z');
    expect(valueOf(text, 'whatsapp_next_poll_timestamp_seconds')).toBe(morningS);
    const status = JSON.parse(await page(port, '/api/status')) as {
      accounts: { nextPoll: string }[];
    };
    expect(toS(status.accounts[0]?.nextPoll ?? '')).toBe(morningS);
  }
  passTo('2026-11-16T07:59:58Z');
  expect(valueOf(await running.nextPoll(), 'whatsapp_up')).toBe(1);
  const programS = (Date.now() + clock.worldAheadMs()) / 1000;
  expect(
    programS - toS('2026-11-16T08:00:00Z'),
    'first poll of the morning',
  ).toBeGreaterThanOrEqual(0);
  expect(programS - toS('2026-11-16T08:00:00Z'), 'first poll of the morning').toBeLessThan(
    OFF_S_MAX,
  );
}

function toS(iso: string): number {
  return Date.parse(iso) / 1000;
}

const monthOf = (sample: Sample | undefined) =>
  ['start', 'end'].map((end) =>
    valueOf(sample?.text ?? '', `whatsapp_account_month_${end}_timestamp_seconds`),
  );

/** Halves the conversations of the first number. */
function corrected([first, ...rest]: FleetNumber[]): FleetNumber[] {
  if (first === undefined) return [];
  const [marketingThisMonth, serviceThisMonth, incomingThisMonth] = [
    Math.floor(first.marketingThisMonth / 2),
    Math.floor(first.serviceThisMonth / 2),
    Math.floor(first.incomingThisMonth / 2),
  ];
  const conversationsThisMonth = marketingThisMonth + serviceThisMonth + incomingThisMonth;
  return [
    { ...first, conversationsThisMonth, marketingThisMonth, serviceThisMonth, incomingThisMonth },
    ...rest,
  ];
}

/** Moves a clock: polls continue, and /api/status reports times by the new clock. */
async function moved(scene: Scene, running: Running, move: () => void): Promise<void> {
  const movedMs = Date.now();
  move();
  await recovery(running, movedMs, 2 * scene.pace.intervalS * 1000);
  const status = JSON.parse(await page(running.port, '/api/status')) as {
    time: string;
    accounts: { lastSuccess: string; nextPoll: string }[];
  };
  const [account] = status.accounts;
  const nowS = (Date.now() + scene.clock.programAheadMs()) / 1000;
  const offS = (time = '') => Math.abs(toS(time) - nowS);
  expect(offS(status.time), 'its own time').toBeLessThan(OFF_S_MAX);
  expect(offS(account?.lastSuccess), 'last success').toBeLessThan(OFF_S_MAX);
  expect(offS(account?.nextPoll), 'next poll').toBeLessThan(OFF_S_MAX);
  await page(running.port, '/-/healthy');
}

/** Data becomes stale during a slow poll, which succeeds in the end. */
async function grownOld({ provider }: Scene, { watch }: Running): Promise<void> {
  provider.faults.numbers = { kind: 'delay', delayMs: 4_000 };
  const isDropped = () => valueLines(watch.samples.at(-1)?.text ?? '').length === 0;
  await eventually(() => isDropped() || undefined, 'stale data to be dropped');
  provider.faults.numbers = undefined;
}

/** No token was rejected, no more tokens were requested than necessary, and polls kept their interval. */
function expectRequests(
  { provider, pace }: Scene,
  samples: readonly Sample[],
  renewals: number,
): void {
  const { numbers, outcomes } = provider.requests;
  const { 'numbers fault delay': late = 0, ...others } = outcomes;
  expect(others).toEqual({ 'token ok': 1 + renewals, 'numbers ok': numbers - late });
  const tookMs = Date.now() - (samples[0]?.fromMs ?? 0);
  // The first poll, and one for each change of a clock.
  expect(numbers, 'polls').toBeLessThanOrEqual(tookMs / 1000 / pace.intervalS + 4);
}
