import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Schedule } from './schedule.ts';

export interface PollerOptions {
  readonly schedule: Schedule;
  /** Starts a poll of every account. */
  readonly pollAll: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps to the schedule, and keeps an eye on it. */
export interface Poller {
  /** Polls at once, then at each tick. */
  start(): void;
  stop(): void;
  /** Whether ticks keep coming. */
  isAlive(): boolean;
}

/** How late a tick may be before the schedule counts as quiet. */
const QUIET_GRACE_MS = 15_000;
/** After so many quiet periods in a row, each with a fresh start, the schedule counts as dead. */
const QUIET_PERIODS_MAX = 3;

/**
 * A schedule goes quiet when, for instance, the machine's clock is set back: node-cron then waits
 * for a time that has already been. Hence the watchdog, on the clock that never jumps.
 */
export function createPoller({ schedule, pollAll, clock, log }: PollerOptions): Poller {
  const periodMs = schedule.longestGapMs + QUIET_GRACE_MS;
  let lastTickMs = clock.monotonicMs();
  let stopSchedule = () => {};
  let stopWatchdog = () => {};

  function run(): void {
    stopWatchdog();
    stopWatchdog = clock.setTimer(onQuiet, periodMs);
    pollAll();
  }

  function onTick(): void {
    lastTickMs = clock.monotonicMs();
    run();
  }

  function onQuiet(): void {
    log.error({ quiet_seconds: periodMs / 1000 }, 'the schedule has gone quiet; starting it anew');
    stopSchedule();
    stopSchedule = schedule.start(onTick, log);
    run();
  }

  return {
    start() {
      lastTickMs = clock.monotonicMs();
      stopSchedule = schedule.start(onTick, log);
      run();
    },
    stop() {
      stopSchedule();
      stopWatchdog();
    },
    isAlive: () => clock.monotonicMs() - lastTickMs <= QUIET_PERIODS_MAX * periodMs,
  };
}
