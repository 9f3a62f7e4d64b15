import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { formatProblems } from './config/problems.ts';
import type { Clock } from './core/clock.ts';
import type { Log, ReloadState } from './edge.ts';

/** Who asks: the operator's signal, a file that has changed, or a request. */
export type Trigger = 'SIGHUP' | 'file' | 'HTTP';

export interface Reloads {
  /**
   * Reads the configuration again and goes on with it. Resolves with undefined, or with what is wrong,
   * as text for people; then what was in force before still is.
   */
  request(trigger: Trigger): Promise<string | undefined>;
  state(): ReloadState;
}

export interface ReloadsOptions {
  readonly read: () => LoadedConfig;
  /** Goes on with a configuration that has been checked. */
  readonly apply: (config: Config) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One reload at a time, however many ask; the first reading was the caller's, just now. */
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
        log.error({ trigger, problems }, NOT_RELOADED);
        state = { ...state, succeeded: false };
        return formatProblems(loaded.problems);
      }
      await apply(loaded.config);
      state = { succeeded: true, inForceSinceMs };
      log.info({ trigger, accounts: loaded.config.accounts.length }, 'configuration reloaded');
      return undefined;
    } catch (error) {
      log.error({ trigger, err: error }, NOT_RELOADED);
      state = { ...state, succeeded: false };
      return 'Internal error: see the log.\n';
    }
  }

  return {
    request(trigger) {
      // One that is under way may have read already what was changed since: there has to be another
      // one after it, but one is enough for all who ask until it begins.
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

const NOT_RELOADED = 'not reloaded: the configuration from before goes on';
