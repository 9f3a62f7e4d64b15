import type { Clock } from './core/clock.ts';
import type { Log } from './edge.ts';
import { createFileWatch } from './watch.ts';
import { lostProtection, type WebConfig } from './web/web-config.ts';
import { readWebConfig } from './web/web-config-file.ts';

/** Without a web configuration file, the exporter serves plain HTTP without authentication. */
const OPEN: WebConfig = {
  tls: undefined,
  headers: {},
  users: new Map(),
  rateLimit: undefined,
  warnings: [],
};

export interface LiveWebConfig {
  /** The same object until a change is applied. */
  readonly current: () => WebConfig;
  readonly stop: () => void;
}

/**
 * The current web configuration; the file and the files in it are watched. A change that
 * is invalid or needs a restart is logged once, and the previous configuration stays active. Throws
 * if the file is invalid at the start.
 */
export function createLiveWebConfig(
  path: string | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): LiveWebConfig {
  if (path === undefined) return { current: () => OPEN, stop: () => {} };
  const watch = createFileWatch(clock);
  let current = read(path);
  warn(current);

  function read(file: string): WebConfig {
    const files: string[] = [];
    const result = readWebConfig(file, (name, kind) => {
      files.push(name);
      return watch.read(name, kind);
    });
    watch.follow(files);
    if ('web' in result) return result.web;
    const problems = result.problems.map(({ name, problem }) => `${name}: ${problem}`);
    throw new Error(problems.join('; '));
  }

  function refresh(file: string): void {
    try {
      const next = read(file);
      const problem = restartProblem(current, next);
      if (problem === undefined) {
        current = next;
        log.info({ file }, 'web configuration reloaded');
        warn(next);
      } else log.error({ file, problem }, NOT_RELOADED);
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unreadable';
      log.error({ file, problem }, NOT_RELOADED);
    }
  }

  function warn({ warnings }: WebConfig): void {
    for (const warning of warnings) log.warn({ file: path }, warning);
  }

  watch.start(() => refresh(path));
  return { current: () => current, stop: () => watch.stop() };
}

const NOT_RELOADED = 'web configuration reload failed, keeping the previous web configuration';

/** A change at run time never removes protection: the file may have been truncated by a full disk. */
function restartProblem(before: WebConfig, after: WebConfig): string | undefined {
  const lost = lostProtection(before, after);
  if (lost !== undefined) return `removing ${lost} needs a restart`;
  // A server cannot switch between HTTP and TLS while it listens.
  if ((before.tls === undefined) !== (after.tls === undefined)) return 'adding TLS needs a restart';
  const asks = [before, after].map(({ tls }) => (tls?.clientAuthType ?? NO_CERT) !== NO_CERT);
  return asks[0] === asks[1] ? undefined : 'asking clients for certificates needs a restart';
}

const NO_CERT = 'NoClientCert';
