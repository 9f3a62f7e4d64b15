import type { Account } from './accounts.ts';
import type { Clock } from './core/clock.ts';
import type { Log } from './edge.ts';
import type { Schedule } from './poller/schedule.ts';
import { spread } from './poller/spread.ts';
import { createTicker, type Ticker } from './poller/ticker.ts';

/** Polls each account at its own times, independently of the others. */
export interface Timetable {
  /** Replaces the polled accounts. A new or changed account is polled at once. */
  follow(accounts: readonly Account[], schedule: Schedule): void;
  stop(): void;
  /** Whether polls of every account are still being started. */
  isAlive(): boolean;
  /** The schedule shifted by the account's fixed offset. Throws for an unknown account. */
  readonly scheduleOf: (account: string) => Schedule;
  /** Unix time of the next request; during a cool-down, the first tick after its end. */
  readonly nextPollMs: (account: string) => number;
}

/**
 * First polls are staggered: each sends two requests, and the provider blocks clients that send too
 * many. One account has data at once, 100 accounts after 10 seconds.
 */
const FIRST_POLLS_APART_MS = 100;

interface Entry {
  readonly account: Account;
  readonly schedule: Schedule;
  readonly ownSchedule: Schedule;
  readonly rank: number;
  readonly ticker: Ticker;
}

export function createTimetable({ clock, log }: { clock: Clock; log: Log }): Timetable {
  let entries: ReadonlyMap<string, Entry> = new Map();
  const tickers = () => [...entries.values()].map(({ ticker }) => ticker);

  function entryOf(name: string): Entry {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`account ${name} is not in the timetable`);
    return entry;
  }

  function createEntry(account: Account, schedule: Schedule, rank: number): Entry {
    const ownSchedule = spread(schedule, rank);
    const ticker = createTicker({
      name: account.settings.name,
      schedule: ownSchedule,
      poll: () => void account.poll(),
      clock,
      log,
    });
    return { account, schedule, ownSchedule, rank, ticker };
  }

  return {
    follow(accounts, schedule) {
      const before = entries;
      const next = new Map<string, Entry>();
      let starts = 0;
      for (const [rank, account] of accounts.entries()) {
        const { name } = account.settings;
        const previous = before.get(name);
        const isSame = previous?.account === account && previous.schedule === schedule;
        if (isSame && previous.rank === rank) {
          next.set(name, previous);
          continue;
        }
        previous?.ticker.stop();
        const entry = createEntry(account, schedule, rank);
        next.set(name, entry);
        if (isSame) entry.ticker.resume();
        else entry.ticker.start(FIRST_POLLS_APART_MS * starts++);
      }
      for (const [name, { ticker }] of before) if (!next.has(name)) ticker.stop();
      entries = next;
    },
    stop: () => tickers().forEach((ticker) => ticker.stop()),
    isAlive: () => tickers().every((ticker) => ticker.isAlive()),
    scheduleOf: (name) => entryOf(name).ownSchedule,
    nextPollMs(name) {
      const entry = entryOf(name);
      const dueMs = entry.ticker.nextPollMs();
      const untilMs = entry.account.provider.cooldownUntilMs() ?? 0;
      return untilMs <= dueMs ? dueMs : entry.ownSchedule.nextTickMs(untilMs - 1);
    },
  };
}
