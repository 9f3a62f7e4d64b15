import { schedule as scheduleTask } from 'node-cron';
import type { Clock } from '../core/clock.ts';
import type { Schedule } from './schedule.ts';

/** Calls back at each tick of a schedule, whatever happens to the machine's clock. */
export interface Ticks {
  /** When the next tick is due: Unix time. In the past while a tick is overdue. */
  nextMs(): number;
  stop(): void;
}

interface TicksOptions {
  readonly schedule: Schedule;
  readonly onTick: () => void;
  readonly clock: Clock;
}

/** How long at most a change of the machine's clock goes unnoticed. */
const LOOK_MS_MAX = 5_000;
/** A look comes this long before node-cron's own timer. */
const LOOK_AHEAD_MS = 50;
/** A timer that is off by more than this met a jump of the clock, or a process that was suspended. */
const JUMP_MS_MIN = 1_000;
/** node-cron skips a tick that it notices later than this. */
const LATE_MS_MAX = 10_000;

/** It would print to the console, and the tick itself cannot fail: it only sets a timer. */
const ignore = () => {};
const NO_LOGGER = { info: ignore, warn: ignore, debug: ignore, error: ignore };

export function startTicks(options: TicksOptions): Ticks {
  return options.schedule.cron === undefined ? everyInterval(options) : byTask(options);
}

function everyInterval({ schedule: { nextTickMs }, onTick, clock }: TicksOptions): Ticks {
  let dueMs = nextTickMs(clock.unixMs());
  let cancel = () => {};

  function sleep(): void {
    const sleepMs = Math.min(Math.max(dueMs - clock.unixMs(), 0), LOOK_MS_MAX);
    cancel = clock.setTimer(wake, sleepMs);
  }

  function wake(): void {
    const nowMs = clock.unixMs();
    const isDue = nowMs >= dueMs;
    // A clock set back makes the next tick earlier; all ticks that one set forward skipped are one tick.
    dueMs = isDue ? nextTickMs(nowMs) : Math.min(dueMs, nextTickMs(nowMs));
    sleep();
    if (isDue) onTick();
  }

  sleep();
  return { nextMs: () => Math.min(dueMs, nextTickMs(clock.unixMs())), stop: () => cancel() };
}

/**
 * node-cron's task fires at the ticks of the expression, and the account's own tick comes `offsetMs` later.
 * node-cron walks every tick that a clock set forward has skipped (6 s of standstill for a day of a 2-second
 * schedule), and waits for hours where one was set back. So this looks at the clock every few seconds and
 * just before node-cron does, and restarts the task if the clock is not where it should be.
 */
function byTask({ schedule, onTick, clock }: TicksOptions): Ticks {
  const { cron = '', offsetMs, nextTickMs } = schedule;
  let dueMs = 0;
  let stopTask = () => {};
  let cancelOwnTick = () => {};
  let cancelLook = () => {};

  function tick(): void {
    // A timer may fire a moment early, before the tick that it is for.
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
    // The tick of the expression has been, and the account's own one is still to come.
    if (dueMs - offsetMs <= nowMs) tickIn(dueMs - nowMs);
  }

  function lookLater(): void {
    const nowMs = clock.unixMs();
    const taskMs = nextTickMs(nowMs + offsetMs) - offsetMs;
    const aheadMs = taskMs - nowMs - LOOK_AHEAD_MS;
    const delayMs = aheadMs > 0 ? Math.min(aheadMs, LOOK_MS_MAX) : 2 * LOOK_AHEAD_MS;
    cancelLook = clock.setTimer(() => look(nowMs + delayMs), delayMs);
  }

  function look(expectedMs: number): void {
    const nowMs = clock.unixMs();
    if (Math.abs(nowMs - expectedMs) >= JUMP_MS_MIN) {
      const isOverdue = nowMs >= dueMs;
      begin();
      // One tick, however many were skipped.
      if (isOverdue) onTick();
    }
    lookLater();
  }

  begin();
  lookLater();
  return {
    nextMs: () => Math.min(dueMs, nextTickMs(clock.unixMs())),
    stop() {
      stopTask();
      cancelOwnTick();
      cancelLook();
    },
  };
}
