import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { formatProblems } from './config/problems.ts';
import type { Clock } from './core/clock.ts';
import type { Log, ReloadState } from './edge.ts';

/** What causes a reload: a signal, a changed file, or an HTTP request. */
export type Trigger = 'SIGHUP' | 'file' | 'HTTP';

export interface Reloads {
  /**
   * Reads the configuration and applies it. If it is invalid, the previous configuration stays active.
   * Resolves with undefined, or with the errors as text.
   */
  request(trigger: Trigger): Promise<string | undefined>;
  state(): ReloadState;
}

export interface ReloadsOptions {
  readonly read: () => LoadedConfig;
  /** Applies a valid configuration. */
  readonly apply: (config: Config) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs one reload at a time. The caller has just read the initial configuration. */
export function createReloads({ read, apply, clock, log }: ReloadsOptions): Reloads {
  let state: ReloadState = { succeeded: true, inForceSinceMs: clock.unixMs() };
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<string | undefined> | undefined;

  async function reload(trigger: Trigger): Promise<string | undefined> {
    try {
      const inForceSinceMs = clock.unixMs();
      const loaded = read();
      if ('problems' in loaded) {
        const problems = loaded.problems.map(({ name, problem }) => `${name}: ${problem}`);
        log.error({ trigger, problems }, RELOAD_FAILED);
        state = { ...state, succeeded: false };
        return formatProblems(loaded.problems);
      }
      await apply(loaded.config);
      state = { succeeded: true, inForceSinceMs };
      log.info({ trigger, accounts: loaded.config.accounts.length }, 'configuration reloaded');
      return undefined;
    } catch (error) {
      log.error({ trigger, err: error }, RELOAD_FAILED);
      state = { ...state, succeeded: false };
      return 'Internal error: see the log.\n';
    }
  }

  return {
    request(trigger) {
      // A running reload may have read the files before they changed, so another one has to follow.
      // It serves all requests until it starts.
      if (waiting === undefined) {
        waiting = last.then(() => {
          waiting = undefined;
          return reload(trigger);
        });
        last = waiting;
      }
      return waiting;
    },
    state: () => state,
  };
}

const RELOAD_FAILED = 'configuration reload failed, keeping the previous configuration';
