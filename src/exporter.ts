import { isDeepStrictEqual } from 'node:util';
import { createAccounts, stopAccounts, type Account, type Dependencies } from './accounts.ts';
import type { Config } from './config/config.ts';
import { createAccountState, type AccountState } from './core/account-state.ts';
import type { Clock } from './core/clock.ts';
import type { Snapshot } from './core/snapshot.ts';
import { CONTENT_TYPE, createExposition } from './metrics/exposition.ts';
import type { AccountView, Build } from './metrics/family.ts';
import { isStale } from './poller/due-time.ts';
import { parseSchedule, type Schedule } from './poller/schedule.ts';
import { toStatus } from './status.ts';
import { createTimetable, type Timetable } from './timetable.ts';
import { createLiveWebConfig, type LiveWebConfig } from './live-web-config.ts';
import type { Reloads } from './reload.ts';
import { createApp } from './web/app.ts';
import { createGuard } from './web/guard.ts';
import type { Address } from './web/listen.ts';
import { startWebServer, type WebServer } from './web/server.ts';

export interface Exporter {
  /**
   * Opens the addresses, by default those of the configuration, and starts polling. Rejects if an
   * address is not available.
   */
  start(addresses?: readonly Address[]): Promise<Pick<WebServer, 'addresses' | 'port'>>;
  /** Applies a valid configuration. */
  reload(config: Config): Promise<void>;
  /** Aborts polls and lets running scrapes finish. */
  stop(): Promise<void>;
}

/** Assembles the exporter. Only this file and accounts.ts depend on all folders. */
export function createExporter(
  initial: Config,
  build: Build,
  dependencies: Dependencies,
  reloads: Reloads,
): Exporter {
  const { clock, log, logLinesDropped } = dependencies;
  const exposition = createExposition(build, {
    runtime: clock,
    reload: () => reloads.state(),
    excluded: initial.metrics.exclude,
    ...(logLinesDropped && { logLinesDropped }),
  });
  const onPolled = ({ name }: AccountState) => {
    for (const view of views(accounts.filter((account) => nameOf(account) === name))) {
      exposition.warm(view);
    }
  };
  const timetable = createTimetable({ clock, log });
  let config = initial;
  let accounts: readonly Account[] = [];
  let hasStarted = false;
  let wasReady = false;
  let schedule: Schedule = parseSchedule(config.poll.schedule);
  let server: WebServer | undefined;
  let webConfig: LiveWebConfig | undefined;

  const views = (shown = accounts) => toViews(shown, config, timetable, clock);

  /** Stays true: a reload that adds an account must not take the exporter out of service. */
  function isReady(): boolean {
    wasReady ||= hasStarted && accounts.every(hasBeenPolled);
    return wasReady;
  }

  async function applyConfig(next: Config): Promise<void> {
    isReady();
    const before = accounts;
    const scheduleBefore = config.poll.schedule;
    accounts = createAccounts(before, next, { ...dependencies, onPolled });
    config = next;
    hasStarted = true;
    // Before the new polls start: two polls of an account must not run at once.
    const stopping = stopAccounts(before.filter((account) => !accounts.includes(account)));
    if (next.poll.schedule !== scheduleBefore) schedule = parseSchedule(next.poll.schedule);
    timetable.follow(accounts, schedule);
    logShard();
    await stopping;
  }

  /** A shard without accounts is not an error, but looks like one; the log explains it. */
  function logShard(): void {
    if (config.sharding === undefined) return;
    const { shard, totalShards } = config.sharding;
    const fields = { shard, total_shards: totalShards, accounts: accounts.length };
    log.info(
      fields,
      accounts.length > 0 ? 'polling a shard' : 'no accounts assigned to this shard',
    );
  }

  return {
    async start(addresses = config.web.listenAddress) {
      const { telemetryPath, configFile, allowedHosts, maxRequests } = config.web;
      webConfig = createLiveWebConfig(configFile, { clock, log });
      const { current } = webConfig;
      const site = {
        telemetryPath,
        metricsContentType: CONTENT_TYPE,
        accounts: () => accounts.map(nameOf),
        metrics(encoding: 'gzip' | 'identity', names?: ReadonlySet<string>) {
          if (names === undefined) return exposition.encode(views(), encoding);
          const selected = accounts.filter((account) => names.has(nameOf(account)));
          return exposition.encode(views(selected), encoding, { isPart: true });
        },
        status: () => ({
          ...toStatus(views(), build.version, reloads.state(), clock),
          sharding: config.sharding,
          grafanaUrl: config.web.grafanaUrl,
        }),
        isHealthy: () => timetable.isAlive(),
        isReady,
        mayReload: () => config.web.enableLifecycle,
        reload: () => reloads.request('HTTP'),
      };
      const guard = createGuard({ webConfig: current, allowedHosts, maxRequests, clock, log });
      const app = createApp(site, log, guard);
      server = await startWebServer(app, addresses, { tls: () => current().tls, log });
      await applyConfig(config);
      return server;
    },
    async reload(next) {
      if (!isDeepStrictEqual(untilRestart(next), untilRestart(config))) {
        log.warn(
          {},
          'changes under web and metrics and of log.format take effect at the next restart',
        );
      }
      await applyConfig(next);
    },
    async stop() {
      timetable.stop();
      webConfig?.stop();
      await Promise.all([server?.close(), stopAccounts(accounts)]);
    },
  };
}

/**
 * Polls every account once, without schedule or port. Omits the metrics of the process, because the
 * textfile collector of node_exporter would expose them beside its own, and counters that are
 * always 0.
 */
export async function pollOnce(
  config: Config,
  build: Build,
  dependencies: Dependencies,
): Promise<{ readonly allSucceeded: boolean; readonly metrics: string }> {
  const accounts = createAccounts([], config, dependencies);
  await pollAll(accounts);
  const schedule = parseSchedule(config.poll.schedule);
  const plan: Plan = { scheduleOf: () => schedule, nextPollMs: () => undefined };
  const views = toViews(accounts, config, plan, dependencies.clock);
  // One poll cannot count conversations, and zeros would look as if there had been none.
  const shown = views.map(({ state, ...view }) => ({
    ...view,
    state: { ...state, conversations: createAccountState(state.name).conversations },
  }));
  const exposition = createExposition(build, { excluded: config.metrics.exclude });
  const { chunks } = await exposition.encode(shown, 'identity');
  await stopAccounts(accounts);
  const allSucceeded = views.every(({ state }) => state.lastGood !== undefined);
  return { allSucceeded, metrics: Buffer.concat(chunks).toString() };
}

/** What a reload does not change. */
function untilRestart({ web, metrics, log }: Config): object {
  return {
    ...web,
    ...metrics,
    enableLifecycle: undefined,
    grafanaUrl: undefined,
    format: log.format,
  };
}

async function pollAll(accounts: readonly Account[]): Promise<void> {
  await Promise.all(accounts.map((account) => account.poll()));
}

function nameOf({ settings }: Account): string {
  return settings.name;
}

function hasBeenPolled({ poller }: Account): boolean {
  return poller.state().polls > 0;
}

interface Plan extends Pick<Timetable, 'scheduleOf'> {
  nextPollMs(account: string): number | undefined;
}

function toViews(
  accounts: readonly Account[],
  config: Config,
  plan: Plan,
  clock: Clock,
): readonly AccountView[] {
  const { staleAfterMs, timeoutMs } = config.poll;
  return accounts.map(({ poller, collectors, provider, budget }) => {
    const state = poller.state();
    const schedule = plan.scheduleOf(state.name);
    return {
      state,
      snapshot: freshSnapshot(state, staleAfterMs, schedule, clock),
      pollIntervalS: schedule.longestGapMs / 1000,
      nextPollMs: plan.nextPollMs(state.name),
      cooldownUntilMs: provider.cooldownUntilMs(),
      budget,
      collectors: collectors.views((at, intervalMs) =>
        isStale(at, Math.max(staleAfterMs, 3 * intervalMs + timeoutMs), schedule, clock),
      ),
    };
  });
}

/** The last snapshot; undefined once it is stale. */
function freshSnapshot(
  { lastGood }: AccountState,
  staleAfterMs: number,
  schedule: Schedule,
  clock: Clock,
): Snapshot | undefined {
  if (lastGood === undefined || isStale(lastGood.at, staleAfterMs, schedule, clock))
    return undefined;
  return lastGood.snapshot;
}
