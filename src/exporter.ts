import { isDeepStrictEqual } from 'node:util';
import { createAccounts, stopAccounts, type Account, type Surroundings } from './accounts.ts';
import type { Config } from './config/config.ts';
import type { AccountState } from './core/account-state.ts';
import { ageMs, type Clock } from './core/clock.ts';
import { CONTENT_TYPE, createExposition } from './metrics/exposition.ts';
import type { AccountView, Build } from './metrics/family.ts';
import { formatDuration } from './core/duration.ts';
import { createPoller, type Poller } from './poller/poller.ts';
import { parseSchedule, type Schedule } from './poller/schedule.ts';
import { toLanding } from './status.ts';
import { createApp } from './web/app.ts';
import { startWebServer, type WebServer } from './web/server.ts';

export interface Exporter {
  /** Opens the port and begins to poll. Rejects where the port cannot be had. */
  start(): Promise<{ readonly port: number }>;
  /** Goes on with another configuration, which has been checked. */
  reload(config: Config): Promise<void>;
  /** Ends polls, lets running scrapes finish. */
  stop(): Promise<void>;
}

/** Puts the parts together: with accounts.ts the one place that knows them all. */
export function createExporter(
  initial: Config,
  build: Build,
  surroundings: Surroundings,
): Exporter {
  const { clock, log } = surroundings;
  const exposition = createExposition(build, { withRuntime: true });
  let config = initial;
  let accounts: readonly Account[] = [];
  let schedule: Schedule = parseSchedule(config.poll.schedule);
  let poller: Poller | undefined;
  let server: WebServer | undefined;

  const views = () => toViews(accounts, config, schedule, clock);

  async function goOnWith(next: Config): Promise<void> {
    const before = accounts;
    const scheduleBefore = config.poll.schedule;
    config = next;
    accounts = createAccounts(before, next, surroundings);
    if (poller !== undefined && next.poll.schedule === scheduleBefore) {
      void pollAll(accounts.filter((account) => !before.includes(account)));
    } else {
      poller?.stop();
      schedule = parseSchedule(next.poll.schedule);
      poller = createPoller({ schedule, pollAll: () => void pollAll(accounts), clock, log });
      poller.start();
    }
    warnOfGaps();
    await stopAccounts(before.filter((account) => !accounts.includes(account)));
  }

  function warnOfGaps(): void {
    if (config.poll.staleAfterMs >= schedule.longestGapMs) return;
    const gap = formatDuration(schedule.longestGapMs);
    log.warn({ gap }, 'poll.stale_after is shorter than the gaps of poll.schedule: data goes away');
  }

  return {
    async start() {
      const { telemetryPath, listenAddress } = config.web;
      const site = {
        telemetryPath,
        metricsContentType: CONTENT_TYPE,
        metrics: () => exposition.render(views()),
        landing: () => toLanding(views(), telemetryPath, build.version, clock.unixMs()),
        isHealthy: () => poller?.isAlive() ?? true,
        isReady: () => accounts.length > 0 && accounts.every(hasBeenPolled),
      };
      server = await startWebServer(createApp(site, log), listenAddress);
      await goOnWith(config);
      return { port: server.port };
    },
    async reload(next) {
      if (!isDeepStrictEqual([next.web, next.log], [config.web, config.log])) {
        log.warn({}, 'changes under web and log take effect at the next restart');
      }
      await goOnWith(next);
    },
    async stop() {
      poller?.stop();
      await Promise.all([server?.close(), stopAccounts(accounts)]);
    },
  };
}

/**
 * Polls every account once, without schedule or port. The metrics leave out those of the process,
 * for which node_exporter, whose textfile collector may read them, has its own.
 */
export async function pollOnce(
  config: Config,
  build: Build,
  surroundings: Surroundings,
): Promise<{ readonly allSucceeded: boolean; readonly metrics: string }> {
  const accounts = createAccounts([], config, surroundings);
  await pollAll(accounts);
  const schedule = parseSchedule(config.poll.schedule);
  const views = toViews(accounts, config, schedule, surroundings.clock);
  const metrics = await createExposition(build, { withRuntime: false }).render(views);
  await stopAccounts(accounts);
  return { allSucceeded: views.every(({ state }) => state.lastGood !== undefined), metrics };
}

async function pollAll(accounts: readonly Account[]): Promise<void> {
  await Promise.all(accounts.map(({ poller }) => poller.poll()));
}

function hasBeenPolled({ poller }: Account): boolean {
  return poller.state().polls > 0;
}

function toViews(
  accounts: readonly Account[],
  config: Config,
  schedule: Schedule,
  clock: Clock,
): readonly AccountView[] {
  return accounts.map(({ poller }) => ({
    state: poller.state(),
    snapshot: freshSnapshot(poller.state(), config.poll.staleAfterMs, clock),
    pollIntervalS: schedule.longestGapMs / 1000,
  }));
}

/** Old data is worse than none: after `staleAfterMs` without a good poll there is no snapshot. */
function freshSnapshot(state: AccountState, staleAfterMs: number, clock: Clock) {
  const { lastGood } = state;
  const isFresh = lastGood !== undefined && ageMs(lastGood.at, clock) <= staleAfterMs;
  return isFresh ? lastGood.snapshot : undefined;
}
