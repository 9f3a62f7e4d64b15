import type { RequestHandler, Response } from 'express';

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WebConfig } from '../core/web-config.ts';
import { createAuth } from './auth.ts';
import { createBuckets } from './buckets.ts';
import { ANSWERED } from './connections.ts';

/** What stands before the routes, as Express calls it. */
export interface Guard {
  /** For every response. */
  readonly headers: RequestHandler;
  /** For every route but those of health. */
  readonly admit: readonly RequestHandler[];
}

export interface GuardOptions {
  /** What is in force now; may be another object at any time. */
  readonly doors: () => Pick<WebConfig, 'headers' | 'users' | 'rateLimit'>;
  /** Requests that are answered at once; 0 for no limit. */
  readonly maxRequests: number;
  readonly clock: Clock;
  readonly log: Log;
}

export function createGuard({ doors, maxRequests, clock, log }: GuardOptions): Guard {
  return {
    headers: (_request, response, next) => {
      response.set(doors().headers);
      next();
    },
    admit: [
      limitRate(() => doors().rateLimit, clock),
      authenticate(() => doors().users, clock, log),
      limitRequests(maxRequests),
    ],
  };
}

/** Requests of all clients together, as in exporter-toolkit. */
function limitRate(limit: () => WebConfig['rateLimit'], clock: Clock): RequestHandler {
  let current: WebConfig['rateLimit'];
  let buckets = createBuckets({ burst: 1, intervalMs: 0, keysMax: 1 }, clock);
  return (_request, response, next) => {
    const rate = limit();
    if (rate !== current) {
      current = rate;
      buckets = createBuckets({ ...(rate ?? { burst: 1, intervalMs: 0 }), keysMax: 1 }, clock);
    }
    const waitMs = buckets.waitMs('');
    if (waitMs > 0) refuse(response, 429, 'Too many requests.', waitMs);
    else {
      buckets.take('');
      next();
    }
  };
}

function authenticate(users: () => WebConfig['users'], clock: Clock, log: Log): RequestHandler {
  const auth = createAuth(users, clock, log);
  return async (request, response, next) => {
    const { remoteAddress } = request.socket;
    const verdict = await auth.check(request.headers.authorization, remoteAddress);
    if (verdict === 'welcome') {
      next();
    } else if (verdict === 'unauthorized') {
      response.set('WWW-Authenticate', 'Basic realm="metrics", charset="UTF-8"');
      refuse(response, 401, 'Unauthorized.');
    } else {
      const why = verdict.status === 429 ? 'Too many failed logins.' : 'Too many logins at once.';
      refuse(response, verdict.status, why, verdict.waitMs);
    }
  };
}

function limitRequests(max: number): RequestHandler {
  let running = 0;
  return (_request, response, next) => {
    if (max > 0 && running >= max) {
      refuse(
        response,
        503,
        `Limit of concurrent requests reached (${max}), try again later.`,
        1_000,
      );
      return;
    }
    running += 1;
    let isRunning = true;
    const leave = () => {
      if (isRunning) running -= 1;
      isRunning = false;
    };
    // Whoever only takes its answer, or never does, costs next to nothing and holds no place.
    response.once(ANSWERED, leave).once('close', leave);
    next();
  };
}

function refuse(response: Response, status: number, text: string, waitMs?: number): void {
  if (waitMs !== undefined) response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
  response.status(status).type('text/plain').send(`${text}\n`);
}
