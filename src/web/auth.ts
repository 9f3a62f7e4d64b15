import { createHmac, randomBytes } from 'node:crypto';

import type { Log } from '../edge.ts';
import { createPasswordCheck } from './bcrypt.ts';
import type { WebConfig } from './web-config.ts';

type Verdict = 'welcome' | 'unauthorized' | 'overloaded';

export interface Auth {
  /** Whether a request may pass. `client` is its address, for the log. */
  check(authorization: string | undefined, client: string | undefined): Promise<Verdict>;
}

/** Right passwords that are remembered: one for each user, and a few while hashes change. */
const VERIFIED_MAX = 1_000;
/** Checks that wait for their turn. At bcrypt cost 12 the last waits 6 s; scrapes time out after 10. */
const WAITING_MAX = 20;
/** Refused logins that are remembered: minutes of a flood. */
const REFUSED_MAX = 10_000;

/**
 * HTTP basic authentication against bcrypt hashes. Hashes are checked one at a time, so that guessing
 * takes one core at most. A login that was right before needs no check, whatever others try.
 */
export function createAuth(
  users: () => WebConfig['users'],
  log: Log,
  isPassword = createPasswordCheck(),
): Auth {
  const secret = randomBytes(32);
  const verified = createMemory(VERIFIED_MAX);
  const refused = createMemory(REFUSED_MAX);
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function check(
    authorization: string | undefined,
    client: string | undefined,
  ): Promise<Verdict> {
    if (users().size === 0) return 'welcome';
    const login = parseBasic(authorization);
    if (login === undefined) return 'unauthorized';
    const key = keyOf(login);
    if (verified.has(key)) return 'welcome';
    // Scrapers repeat their login and guesses differ: one that comes again is checked even in a flood.
    if (waiting >= (refused.has(key) ? 2 * WAITING_MAX : WAITING_MAX)) {
      refused.add(key);
      return 'overloaded';
    }
    waiting += 1;
    const turn = last.then(() => decide(login, client));
    last = turn.catch(() => {});
    return turn.finally(() => (waiting -= 1));
  }

  async function decide(login: Login, client: string | undefined): Promise<Verdict> {
    const key = keyOf(login);
    // The same login may have been checked while this one waited.
    if (verified.has(key)) return 'welcome';
    const hash = users().get(login.user);
    // An unknown user costs the check of a known one, so that time does not reveal the names.
    const [decoy] = users().values();
    const isRight = await isPassword(login.password, (hash ?? decoy)?.reveal() ?? '');
    if (isRight && hash !== undefined) {
      verified.add(key);
      return 'welcome';
    }
    log.warn({ client }, 'login failed');
    return 'unauthorized';
  }

  /** Includes the hash, so that a changed password is forgotten. */
  function keyOf({ user, password }: Login): string {
    const parts = [user, users().get(user)?.reveal() ?? '', password];
    return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64');
  }

  return { check };
}

/** A set that forgets its oldest entry when it is full. */
function createMemory(max: number): Pick<Set<string>, 'has'> & { add(key: string): void } {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add(key) {
      keys.add(key);
      const [oldest] = keys;
      if (oldest !== undefined && keys.size > max) keys.delete(oldest);
    },
  };
}

interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * As in RFC 7617; undefined for anything else, and for a password with NUL, where some implementations
 * of bcrypt end it.
 */
function parseBasic(authorization = ''): Login | undefined {
  const [, base64] = /^basic +([\w+/-]+={0,2}) *$/i.exec(authorization) ?? [];
  if (base64 === undefined) return undefined;
  const [, user, password] =
    /^([^:]*):([^\0]*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}
