import type { RequestHandler, Response } from 'express';

import type { Clock } from '../core/clock.ts';
import type { Log } from '../edge.ts';
import { createAuth } from './auth.ts';
import { ANSWERED } from './connections.ts';
import type { WebConfig } from './web-config.ts';

/** Middleware that runs before the routes. */
export interface Guard {
  /** For every response. */
  readonly headers: RequestHandler;
  /** For every route but those of health. */
  readonly admit: readonly RequestHandler[];
}

export interface GuardOptions {
  /** May return another object at any time. */
  readonly webConfig: () => Pick<WebConfig, 'headers' | 'users' | 'rateLimit'>;
  /** Hosts that requests may name, in lower case; unless set, any. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Requests that are answered at once; 0 for no limit. */
  readonly maxRequests: number;
  readonly clock: Clock;
  readonly log: Log;
}

export function createGuard(options: GuardOptions): Guard {
  const { webConfig, allowedHosts = [], maxRequests, clock, log } = options;
  return {
    headers: (_request, response, next) => {
      response.set(webConfig().headers);
      next();
    },
    admit: [
      checkHost(allowedHosts),
      // Before the limits, so that only those who may scrape use them up.
      authenticate(() => webConfig().users, log),
      limitRate(() => webConfig().rateLimit, clock),
      limitRequests(maxRequests),
    ],
  };
}

/** With DNS rebinding a page's own name leads to this machine, and its browser sends that name. */
function checkHost(allowed: readonly string[]): RequestHandler {
  return ({ headers: { host = '' } }, response, next) => {
    const name = host.toLowerCase().replace(/:\d*$/, '');
    if (allowed.length === 0 || allowed.includes(name)) next();
    else refuse(response, 421, 'The Host header does not name a host of web.allowed_hosts.');
  };
}

function authenticate(users: () => WebConfig['users'], log: Log): RequestHandler {
  const auth = createAuth(users, log);
  return async (request, response, next) => {
    const { remoteAddress } = request.socket;
    const verdict = await auth.check(request.headers.authorization, remoteAddress);
    if (verdict === 'welcome') {
      next();
    } else if (verdict === 'unauthorized') {
      response.set('WWW-Authenticate', 'Basic realm="metrics", charset="UTF-8"');
      refuse(response, 401, 'Unauthorized.');
    } else {
      refuse(response, 503, 'Too many logins at once.', 1_000);
    }
  };
}

/** All clients share one token bucket, as in exporter-toolkit. */
function limitRate(limit: () => WebConfig['rateLimit'], clock: Clock): RequestHandler {
  let current: WebConfig['rateLimit'];
  let fullAtMs = -Infinity;
  return (_request, response, next) => {
    const rate = limit();
    if (rate !== current) fullAtMs = -Infinity;
    current = rate;
    if (rate === undefined) {
      next();
      return;
    }
    const nowMs = clock.monotonicMs();
    const waitMs = fullAtMs - (rate.burst - 1) * rate.intervalMs - nowMs;
    if (waitMs > 0) {
      refuse(response, 429, 'Too many requests.', waitMs);
      return;
    }
    fullAtMs = Math.max(fullAtMs, nowMs) + rate.intervalMs;
    next();
  };
}

function limitRequests(max: number): RequestHandler {
  let running = 0;
  return (_request, response, next) => {
    if (max > 0 && running >= max) {
      const text = `Limit of concurrent requests reached (${max}), try again later.`;
      refuse(response, 503, text, 1_000);
      return;
    }
    running += 1;
    let isRunning = true;
    const leave = () => {
      if (isRunning) running -= 1;
      isRunning = false;
    };
    // A client that only reads its response, or never does, costs next to nothing.
    response.once(ANSWERED, leave).once('close', leave);
    next();
  };
}

function refuse(response: Response, status: number, text: string, waitMs?: number): void {
  if (waitMs !== undefined) response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
  response.status(status).type('text/plain').send(`${text}\n`);
}
