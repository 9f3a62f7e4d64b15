import { readFileSync } from 'node:fs';

import { readWebFile } from './config/web-file.ts';
import type { Clock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { WebConfig } from './core/web-config.ts';

/** Without a web configuration file everybody may come in, unencrypted. */
const OPEN: WebConfig = { tls: undefined, headers: {}, users: new Map(), rateLimit: undefined };

/** No more often than this are the files read, however many requests come. */
const CHECK_MS = 1_000;

/**
 * What the web configuration file says now: asked at each connection and request, it reads the file
 * and those that it names again, and gives the same object while none has changed. A change that is
 * wrong or needs a restart is not taken over, which the log says once. Throws where the first reading
 * fails.
 */
export function createDoors(
  path: string | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): () => WebConfig {
  if (path === undefined) return () => OPEN;
  let texts = new Map<string, string>();
  let checkedMs = clock.monotonicMs();
  let current = readAll();

  function readAll(): WebConfig {
    texts = new Map();
    const result = readWebFile(path ?? '', (file) => {
      texts.set(file, '');
      const text = readFile(file);
      texts.set(file, text);
      return text;
    });
    if ('web' in result) return result.web;
    const problems = result.problems.map(({ name, problem }) => `${name}: ${problem}`);
    throw new Error(problems.join('; '));
  }

  function hasChanged(): boolean {
    return [...texts].some(([file, text]) => {
      try {
        return readFile(file) !== text;
      } catch {
        // One that was there is read again, to say what is wrong; one that was not stays as it was.
        return text !== '';
      }
    });
  }

  function refresh(): void {
    try {
      const next = readAll();
      const problem = restartProblem(current, next);
      if (problem === undefined) {
        current = next;
        log.info({ file: path }, 'the web configuration has changed and is in force');
      } else log.error({ file: path, problem }, NOT_TAKEN_OVER);
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unreadable';
      log.error({ file: path, problem }, NOT_TAKEN_OVER);
    }
  }

  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - checkedMs >= CHECK_MS) {
      checkedMs = nowMs;
      if (hasChanged()) refresh();
    }
    return current;
  };
}

const readFile = (path: string) => readFileSync(path, 'utf8');

const NOT_TAKEN_OVER =
  'a change of the web configuration is not taken over: what was before goes on';

/** A server is made for one of these, and cannot change to another while it listens. */
function restartProblem({ tls: before }: WebConfig, { tls: after }: WebConfig): string | undefined {
  if ((before === undefined) !== (after === undefined)) return 'TLS on or off needs a restart';
  const asks = [before, after].map((tls) => (tls?.clientAuthType ?? NO_CERT) !== NO_CERT);
  return asks[0] === asks[1] ? undefined : 'asking clients for certificates needs a restart';
}

const NO_CERT = 'NoClientCert';
