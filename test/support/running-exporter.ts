import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { createConfigLoader } from '../../src/config/load.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import type { Config } from '../../src/config/config.ts';
import type { Clock } from '../../src/core/clock.ts';
import { createExporter } from '../../src/exporter.ts';
import { parseSchedule } from '../../src/poller/schedule.ts';
import { createMemoryLog } from './memory-log.ts';
import { NO_RELOADS } from './reloads.ts';
import { CLIENT_ID, CLIENT_SECRET } from './simulated-provider.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

export interface Setup {
  /** The URL of the provider by account name. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Settings by key, passed as flags. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** The configuration of a file with these accounts. */
function configWith({ accounts, flags = {} }: Setup): Config {
  const file = stringify({
    accounts: Object.entries(accounts).map(([name, url]) => ({
      name,
      api_url: url,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
    })),
  });
  const loaded = createConfigLoader({
    checkWebConfig,
    readFile: () => file,
    whyNotExcludable,
    usualGapMs: (schedule) => parseSchedule(schedule).usualGapMs,
  })({
    flags: {
      'config.file': 'test.yml',
      'web.listen_address': '127.0.0.1:0',
      // node-cron ticks for cron expressions and only uses the real clock.
      'poll.schedule': '1m',
      ...flags,
    },
    env: {},
  });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** The whole exporter in this process with this clock, until the test ends; everything else is real. */
export async function runExporter(setup: Setup, clock: Clock) {
  const { log, lines } = createMemoryLog();
  const build = { version: '0', revision: '0', nodeVersion: '0' };
  const surroundings = { clock, random: () => 0, log, onSecret: () => {} };
  const exporter = createExporter(configWith(setup), build, surroundings, NO_RELOADS);
  const { port = 0 } = await exporter.start();
  onTestFinished(() => exporter.stop());
  return {
    lines,
    port,
    reload: (next: Setup) => exporter.reload(configWith(next)),
    ask: (path: string) => fetch(`http://127.0.0.1:${port}${path}`),
    text: async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
  };
}
