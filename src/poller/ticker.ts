import type { Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';
import type { Schedule } from './schedule.ts';
import { startTicks, type Ticks } from './ticks.ts';

export interface TickerOptions {
  /** Name of the account, for the log. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Starts a poll of the account. */
  readonly poll: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Polls an account on schedule, and restarts the schedule if it stops ticking. */
export interface Ticker {
  /** Polls after this delay or at the first tick, whichever is sooner, then at each tick. */
  start(delayMs: number): void;
  /** Polls at each tick; for an account that has been polled before. */
  resume(): void;
  stop(): void;
  /** Unix time of the next poll. */
  nextPollMs(): number;
  /** Whether the schedule is still ticking. */
  isAlive(): boolean;
}

/** A tick that is later than this counts as missing. */
const QUIET_GRACE_MS = 15_000;
/** After this many restarts without a tick, the schedule is not alive. */
const QUIET_PERIODS_MAX = 3;

export function createTicker({ name, schedule, poll, clock, log }: TickerOptions): Ticker {
  const periodMs = schedule.longestGapMs + QUIET_GRACE_MS;
  let ticks: Ticks = NO_TICKS;
  let firstPollMs = 0;
  let lastTickMs = 0;
  let cancelFirst = () => {};
  let cancelWatchdog = () => {};

  function startTicking(): void {
    ticks.stop();
    ticks = startTicks({ schedule, onTick, clock });
    watch();
  }

  function onTick(): void {
    lastTickMs = clock.monotonicMs();
    watch();
    poll();
  }

  function watch(): void {
    cancelWatchdog();
    cancelWatchdog = clock.setTimer(onQuiet, periodMs);
  }

  function onQuiet(): void {
    const fields = { account: name, quiet_seconds: periodMs / 1000 };
    log.error(fields, `no scheduled poll for ${periodMs / 1000} s, restarting the schedule`);
    begin();
  }

  function begin(): void {
    startTicking();
    poll();
  }

  return {
    start(delayMs) {
      lastTickMs = clock.monotonicMs();
      const nowMs = clock.unixMs();
      firstPollMs = Math.min(nowMs + delayMs, schedule.nextTickMs(nowMs));
      if (delayMs === 0) begin();
      else cancelFirst = clock.setTimer(begin, firstPollMs - nowMs);
    },
    resume() {
      lastTickMs = clock.monotonicMs();
      startTicking();
    },
    stop() {
      ticks.stop();
      cancelFirst();
      cancelWatchdog();
    },
    nextPollMs: () => (ticks === NO_TICKS ? firstPollMs : ticks.nextMs()),
    isAlive: () => clock.monotonicMs() - lastTickMs <= QUIET_PERIODS_MAX * periodMs,
  };
}

/** Used until the first poll. */
const NO_TICKS: Ticks = { nextMs: () => 0, stop: () => {} };
