import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Schedule } from './schedule.ts';

export interface PollerOptions {
  /** Of the account, for the log. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Starts a poll of the account. */
  readonly poll: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps to the schedule, and keeps an eye on it. */
export interface Poller {
  /** Polls after so long, or at the first tick if that comes sooner, then at each tick. */
  start(delayMs: number): void;
  /** Polls at each tick, for an account that has been polled already. */
  resume(): void;
  stop(): void;
  /** When it polls next: Unix time. */
  nextPollMs(): number;
  /** Whether ticks keep coming. */
  isAlive(): boolean;
}

/** How long at most a change of the machine's clock, either way, goes unnoticed. */
const SLEEP_MS_MAX = 10_000;
/** How late a tick may be before the schedule counts as quiet. */
const QUIET_GRACE_MS = 15_000;
/** After so many quiet periods in a row, each with a fresh start, the schedule counts as dead. */
const QUIET_PERIODS_MAX = 3;

export function createPoller({ name, schedule, poll, clock, log }: PollerOptions): Poller {
  const periodMs = schedule.longestGapMs + QUIET_GRACE_MS;
  let dueMs = 0;
  let lastTickMs = 0;
  let cancelWake = () => {};
  let cancelWatchdog = () => {};

  /** Wakes at the next tick, or sooner, to see whether the clock still says what it said. */
  function sleep(): void {
    cancelWake();
    const sleepMs = Math.min(Math.max(dueMs - clock.unixMs(), 0), SLEEP_MS_MAX);
    cancelWake = clock.setTimer(wake, sleepMs);
  }

  function wake(): void {
    const nowMs = clock.unixMs();
    if (nowMs >= dueMs) {
      // One tick, however many a clock set forward or a machine that slept has left out.
      dueMs = schedule.nextTickMs(nowMs);
      lastTickMs = clock.monotonicMs();
      run();
    } else {
      // Sooner than planned where the clock was set back.
      dueMs = Math.min(dueMs, schedule.nextTickMs(nowMs));
    }
    sleep();
  }

  function run(): void {
    watch();
    poll();
  }

  function watch(): void {
    cancelWatchdog();
    cancelWatchdog = clock.setTimer(onQuiet, periodMs);
  }

  function onQuiet(): void {
    const fields = { account: name, quiet_seconds: periodMs / 1000 };
    log.error(fields, 'the schedule has gone quiet; starting it anew');
    begin();
  }

  function begin(): void {
    dueMs = schedule.nextTickMs(clock.unixMs());
    run();
    sleep();
  }

  return {
    start(delayMs) {
      lastTickMs = clock.monotonicMs();
      const nowMs = clock.unixMs();
      dueMs = Math.min(nowMs + delayMs, schedule.nextTickMs(nowMs));
      if (delayMs === 0) begin();
      else cancelWake = clock.setTimer(begin, dueMs - nowMs);
    },
    resume() {
      lastTickMs = clock.monotonicMs();
      dueMs = schedule.nextTickMs(clock.unixMs());
      watch();
      sleep();
    },
    stop() {
      cancelWake();
      cancelWatchdog();
    },
    // Sooner than it was due where the clock was set back.
    nextPollMs: () => Math.min(dueMs, schedule.nextTickMs(clock.unixMs())),
    isAlive: () => clock.monotonicMs() - lastTickMs <= QUIET_PERIODS_MAX * periodMs,
  };
}
