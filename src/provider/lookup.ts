import dns, { type LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { Clock } from '../core/clock.ts';

/** Covers the calls of one poll, and still follows a provider that changes its address. */
const FRESH_MS = 30_000;
/** While DNS fails, the last addresses stay in use this long. */
const STALE_MS_MAX = 600_000;
/** Per attempt and nameserver. */
const TIMEOUT_MS = 2_000;
const TRIES = 2;

/** After these errors the system resolver is used, which may know other sources of names. */
const NOT_IN_DNS: ReadonlySet<unknown> = new Set([dns.NOTFOUND, dns.NODATA, dns.CONNREFUSED]);

type Resolver = Pick<InstanceType<typeof dns.promises.Resolver>, 'resolve4' | 'resolve6'>;

interface Entry {
  addresses: readonly LookupAddress[] | undefined;
  resolvedAtMs: number;
  pending: Promise<readonly LookupAddress[]> | undefined;
}

/**
 * Resolves host names for the connections of all accounts: one look-up per host at a time, cached
 * briefly. Queries the nameservers directly: `dns.lookup` blocks a thread for each name, and libuv has
 * two threads for look-ups. Two unresponsive names would block all others, and the process cannot
 * exit while a thread is blocked.
 */
export function createLookup(clock: Clock, createResolver = systemResolver): LookupFunction {
  const entries = new Map<string, Entry>();

  function find(host: string): readonly LookupAddress[] | Promise<readonly LookupAddress[]> {
    const entry: Entry = entries.get(host) ?? {
      addresses: undefined,
      resolvedAtMs: 0,
      pending: undefined,
    };
    entries.set(host, entry);
    const ageMs = clock.monotonicMs() - entry.resolvedAtMs;
    if (entry.addresses !== undefined && ageMs < FRESH_MS) return entry.addresses;
    entry.pending ??= refresh(host, entry);
    if (entry.addresses === undefined || ageMs >= STALE_MS_MAX) return entry.pending;
    entry.pending.catch(() => {});
    return entry.addresses;
  }

  async function refresh(host: string, entry: Entry): Promise<readonly LookupAddress[]> {
    try {
      entry.addresses = await resolve(host, createResolver());
      entry.resolvedAtMs = clock.monotonicMs();
      return entry.addresses;
    } finally {
      entry.pending = undefined;
    }
  }

  const findLater = callbackify(async (host: string) => find(host));

  return (host, { all, family }, callback) => {
    findLater(host, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const wanted = family === 4 || family === 6 ? family : undefined;
      const found = addresses.filter((one) => wanted === undefined || one.family === wanted);
      const [first] = found;
      if (first === undefined) callback(notFound(host), '');
      else if (all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

async function resolve(host: string, resolver: Resolver): Promise<readonly LookupAddress[]> {
  const inHosts = findInHosts(host);
  if (inHosts.length > 0) return inHosts;
  for (const name of host.includes('.') ? [host] : [...withSearchDomains(host), host]) {
    const addresses = await query(name, resolver);
    if (addresses !== undefined) return addresses;
  }
  return dns.promises.lookup(host, { all: true });
}

/** The addresses of a name; undefined if it is not in DNS. Rejects if the nameservers fail. */
async function query(name: string, resolver: Resolver): Promise<LookupAddress[] | undefined> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses: LookupAddress[] = [];
  const errors: NodeJS.ErrnoException[] = [];
  for (const answer of answers) {
    if (answer.status === 'rejected') errors.push(answer.reason as NodeJS.ErrnoException);
    else addresses.push(...answer.value.map((address) => ({ address, family: isIP(address) })));
  }
  if (addresses.length > 0) return addresses;
  const failure = errors.find(({ code }) => !NOT_IN_DNS.has(code));
  if (failure !== undefined) throw failure;
  return undefined;
}

function withSearchDomains(host: string): string[] {
  const [, domains = ''] = /^search[ \t]+(.*)$/m.exec(readText('/etc/resolv.conf')) ?? [];
  return domains.split(/\s+/).flatMap((domain) => (domain === '' ? [] : `${host}.${domain}`));
}

function findInHosts(host: string): LookupAddress[] {
  const lines = readText('/etc/hosts').split('\n');
  return lines.flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    const isNamed = names.some((name) => name.toLowerCase() === host.toLowerCase());
    return family !== 0 && isNamed ? [{ address, family }] : [];
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Created for each look-up, because a resolver keeps the nameservers that it was created with. */
function systemResolver(): Resolver {
  return new dns.promises.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host}`), { code: dns.NOTFOUND });
}
