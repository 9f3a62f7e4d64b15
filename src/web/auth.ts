import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WebConfig } from '../core/web-config.ts';
import { createBuckets } from './buckets.ts';

type Verdict = 'welcome' | 'unauthorized' | { readonly status: 429 | 503; waitMs: number };

export interface Auth {
  /** Whether a request may pass. `address` is the client's, undefined on a Unix socket. */
  check(authorization: string | undefined, address: string | undefined): Promise<Verdict>;
}

/** A person who mistypes has enough; to try out passwords, one each six seconds is nothing. */
const FAILURES = { burst: 10, intervalMs: 6_000, keysMax: 10_000 };
/** Right passwords that are remembered. Each user has one, and a few more while hashes change. */
const VERIFIED_MAX = 1_000;
/** Passwords that wait for their check, one after the other; for more there is no time anyway. */
const WAITING_MAX = 100;

/**
 * HTTP basic authentication against bcrypt hashes. The checks go on outside the event loop, one at a
 * time, so that guessing takes one core at most and leaves threads to the rest. A pair that was right
 * once is known again at once, also where the address has failed too often.
 */
export function createAuth(
  users: () => WebConfig['users'],
  clock: Clock,
  log: Log,
  isPassword: (password: string, hash: string) => Promise<boolean> = verifyPassword,
): Auth {
  const secret = randomBytes(32);
  const digest = (...parts: string[]) =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
  const verified = new Set<string>();
  const failures = createBuckets(FAILURES, clock);
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function check(
    authorization: string | undefined,
    address: string | undefined,
  ): Promise<Verdict> {
    if (users().size === 0) return 'welcome';
    const login = parseBasic(authorization);
    if (login === undefined) return 'unauthorized';
    const client = toClient(address);
    const early = decideEarly(login, client);
    if (early !== undefined) return early;
    if (waiting >= WAITING_MAX) return { status: 503, waitMs: 1_000 };
    waiting += 1;
    const turn = last.then(() => decideEarly(login, client) ?? decide(login, client));
    last = turn.catch(() => {});
    return turn.finally(() => (waiting -= 1));
  }

  /** What can be told without a costly check. Asked again when its turn comes: others went before. */
  function decideEarly(login: Login, client: string): Verdict | undefined {
    if (verified.has(keyOf(login))) return 'welcome';
    const waitMs = failures.waitMs(client);
    return waitMs > 0 ? { status: 429, waitMs } : undefined;
  }

  async function decide(login: Login, client: string): Promise<Verdict> {
    const key = keyOf(login);
    const isRight = await isPassword(login.password, hashFor(login.user));
    // Of an unknown user the check was for its duration alone.
    if (isRight && users().has(login.user)) {
      verified.add(key);
      const [oldest] = verified;
      if (oldest !== undefined && verified.size > VERIFIED_MAX) verified.delete(oldest);
      return 'welcome';
    }
    failures.take(client);
    log.warn({ client }, 'a login failed');
    return 'unauthorized';
  }

  /** Holds the hash as well, so that a password that was changed is forgotten. */
  function keyOf({ user, password }: Login): string {
    return digest(user, users().get(user)?.reveal() ?? '', password).toString('base64');
  }

  /**
   * Of an unknown user the hash of a known one, always the same one: whoever compares times finds
   * the costs of real hashes, and cannot tell which names there are.
   */
  function hashFor(user: string): string {
    const hashes = [...users().values()];
    const decoy = hashes[digest(user).readUInt32BE() % hashes.length];
    return (users().get(user) ?? decoy)?.reveal() ?? '';
  }

  return { check };
}

/** The library, a native one, is loaded where somebody has a password. */
async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { verify } = await import('@node-rs/bcrypt');
  return verify(password, hash);
}

interface Login {
  readonly user: string;
  readonly password: string;
}

/** As in RFC 7617; undefined where there is none, or it makes no sense. */
function parseBasic(authorization = ''): Login | undefined {
  const [, base64] = /^basic +([\w+/-]+={0,2}) *$/i.exec(authorization) ?? [];
  if (base64 === undefined) return undefined;
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

/** Whoever has one IPv6 address has the 2^64 of its network, which count as one client. */
export function toClient(address: string | undefined): string {
  if (address === undefined) return 'unix socket';
  const [, ipv4] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  const [plain = ''] = (ipv4 ?? address).split('%');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = new SocketAddress({ address: plain, family: 'ipv6' }).address.split(
    '::',
  );
  const [groups, rest] = [head.split(':'), tail === undefined ? [] : tail.split(':')];
  const zeros = Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  const full = tail === undefined ? groups : [...groups, ...zeros, ...rest];
  return `${full
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')}::/64`;
}
