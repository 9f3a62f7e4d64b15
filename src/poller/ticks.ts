import { schedule as scheduleTask } from 'node-cron';
import type { Clock } from '../core/clock.ts';
import type { Schedule } from './schedule.ts';

/** Calls back at each tick of a schedule, even if the machine's clock is changed. */
export interface Ticks {
  /** Unix time of the next tick; in the past while a tick is overdue. */
  nextMs(): number;
  stop(): void;
}

interface TicksOptions {
  readonly schedule: Schedule;
  readonly onTick: () => void;
  readonly clock: Clock;
}

/** The clock is checked at least this often. */
const CHECK_MS_MAX = 5_000;
/** The clock is also checked this long before node-cron's own timer. */
const CHECK_AHEAD_MS = 50;
/** If a timer is off by more than this, the clock jumped or the process was suspended. */
const JUMP_MS_MIN = 1_000;
/** node-cron skips a tick that is later than this. */
const LATE_MS_MAX = 10_000;

/** node-cron would print to the console. Its callback cannot fail, because it only sets a timer. */
const ignore = () => {};
const NO_LOGGER = { info: ignore, warn: ignore, debug: ignore, error: ignore };

export function startTicks(options: TicksOptions): Ticks {
  return options.schedule.cron === undefined ? everyInterval(options) : byTask(options);
}

function everyInterval({ schedule: { nextTickMs }, onTick, clock }: TicksOptions): Ticks {
  let dueMs = nextTickMs(clock.unixMs());
  let cancel = () => {};

  function sleep(): void {
    const sleepMs = Math.min(Math.max(dueMs - clock.unixMs(), 0), CHECK_MS_MAX);
    cancel = clock.setTimer(wake, sleepMs);
  }

  function wake(): void {
    const nowMs = clock.unixMs();
    const isDue = nowMs >= dueMs;
    // A clock set back moves the next tick earlier. Ticks skipped by a clock set forward count as one.
    dueMs = isDue ? nextTickMs(nowMs) : Math.min(dueMs, nextTickMs(nowMs));
    sleep();
    if (isDue) onTick();
  }

  sleep();
  return { nextMs: () => Math.min(dueMs, nextTickMs(clock.unixMs())), stop: () => cancel() };
}

/**
 * node-cron's task fires at the ticks of the expression; the account's tick is `offsetMs` later.
 * After the clock was set forward, node-cron walks through every skipped tick (blocking for 6 s after one
 * day of a 2-second schedule). After it was set back, node-cron waits for hours. So this checks the clock
 * every few seconds and just before node-cron's timer, and restarts the task after a jump.
 */
function byTask({ schedule, onTick, clock }: TicksOptions): Ticks {
  const { cron = '', offsetMs, nextTickMs } = schedule;
  let dueMs = 0;
  let stopTask = () => {};
  let cancelOwnTick = () => {};
  let cancelCheck = () => {};

  function tick(): void {
    // A timer may fire slightly before its tick.
    dueMs = nextTickMs(Math.max(clock.unixMs(), dueMs));
    onTick();
  }

  function tickIn(delayMs: number): void {
    cancelOwnTick();
    cancelOwnTick = clock.setTimer(tick, delayMs);
  }

  function begin(): void {
    stopTask();
    cancelOwnTick();
    const task = scheduleTask(cron, () => tickIn(offsetMs), {
      timezone: 'UTC',
      noOverlap: true,
      missedExecutionTolerance: LATE_MS_MAX,
      suppressMissedWarning: true,
      logger: NO_LOGGER,
    });
    stopTask = () => void task.destroy();
    const nowMs = clock.unixMs();
    dueMs = nextTickMs(nowMs);
    // The tick of the expression has passed, and the account's tick has not.
    if (dueMs - offsetMs <= nowMs) tickIn(dueMs - nowMs);
  }

  function scheduleCheck(): void {
    const nowMs = clock.unixMs();
    const taskMs = nextTickMs(nowMs + offsetMs) - offsetMs;
    const aheadMs = taskMs - nowMs - CHECK_AHEAD_MS;
    const delayMs = aheadMs > 0 ? Math.min(aheadMs, CHECK_MS_MAX) : 2 * CHECK_AHEAD_MS;
    cancelCheck = clock.setTimer(() => checkClock(nowMs + delayMs), delayMs);
  }

  function checkClock(expectedMs: number): void {
    const nowMs = clock.unixMs();
    if (Math.abs(nowMs - expectedMs) >= JUMP_MS_MIN) {
      const isOverdue = nowMs >= dueMs;
      begin();
      // However many ticks were skipped, they count as one.
      if (isOverdue) onTick();
    }
    scheduleCheck();
  }

  begin();
  scheduleCheck();
  return {
    nextMs: () => Math.min(dueMs, nextTickMs(clock.unixMs())),
    stop() {
      stopTask();
      cancelOwnTick();
      cancelCheck();
    },
  };
}
