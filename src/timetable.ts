import type { Account } from './accounts.ts';
import type { Clock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { Schedule } from './poller/schedule.ts';
import { spread } from './poller/spread.ts';
import { createTicker, type Ticker } from './poller/ticker.ts';

/** Has each account polled at moments of its own, whatever becomes of the others. */
export interface Timetable {
  /** From now on these and no others; whatever is new about one of them has it polled soon. */
  follow(accounts: readonly Account[], schedule: Schedule): void;
  stop(): void;
  /** Whether polls keep being started, of every account. */
  isAlive(): boolean;
  /** The account's own schedule: that of `follow` at a fixed offset. Throws for an account that is not followed. */
  readonly scheduleOf: (account: string) => Schedule;
  /** When the provider is asked next: Unix time. After a cool-down it is the first tick after its end. */
  readonly nextPollMs: (account: string) => number;
}

/**
 * The first polls come one after the other: two requests each, to a provider that blocks whoever asks
 * too much. A hundred accounts have their data after ten seconds, one has it at once.
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
      poll: () => void account.poller.poll(),
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
        const known = before.get(name);
        const isSame = known?.account === account && known.schedule === schedule;
        if (isSame && known.rank === rank) {
          next.set(name, known);
          continue;
        }
        known?.ticker.stop();
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
