import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Schedule } from './schedule.ts';
import { startTicks, type Ticks } from './ticks.ts';

export interface TickerOptions {
  /** Of the account, for the log. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Starts a poll of the account. */
  readonly poll: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Has an account polled on schedule, and watches that the schedule keeps ticking. */
export interface Ticker {
  /** Polls after this delay, or at the first tick if that comes sooner, then at each tick. */
  start(delayMs: number): void;
  /** Polls at each tick, for an account that has been polled already. */
  resume(): void;
  stop(): void;
  /** When it polls next: Unix time. */
  nextPollMs(): number;
  /** Whether ticks keep coming. */
  isAlive(): boolean;
}

/** How late a tick may be before the schedule counts as quiet. */
const QUIET_GRACE_MS = 15_000;
/** After this many quiet periods in a row, each with a restart, the schedule counts as dead. */
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

/** Until the first poll. */
const NO_TICKS: Ticks = { nextMs: () => 0, stop: () => {} };
