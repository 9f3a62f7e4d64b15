import type { Instant } from './clock.ts';
import { createFinder } from './finder.ts';
import type { NumberEntry } from './snapshot.ts';

type Entry = Pick<NumberEntry, 'whatsapp' | 'online'>;

export interface OnlineSince {
  readonly at: Instant;
  /** Whether the exporter saw the change; otherwise the state is older than that. */
  readonly isExact: boolean;
}

/** Since when each number of an account has been online, offline or unknown. */
export interface OnlineHistory {
  /** The first successful poll. Numbers without an entry in `later` have not changed since. */
  readonly firstAt: Instant;
  /** Only the numbers that changed or appeared later, so that thousands of stable ones cost nothing. */
  readonly later: ReadonlyMap<string, OnlineSince>;
}

/** The history after a successful poll; `previous` is the list of the one before. */
export function followOnline(
  before: OnlineHistory | undefined,
  previous: readonly Entry[],
  numbers: readonly Entry[],
  at: Instant,
): OnlineHistory {
  if (before === undefined) return { firstAt: at, later: new Map() };
  const find = createFinder(previous);
  let later: Map<string, OnlineSince> | undefined;
  for (const [i, { whatsapp, online }] of numbers.entries()) {
    const known = find(i, whatsapp);
    if (known !== undefined && known.online === online) continue;
    later ??= new Map(before.later);
    later.set(whatsapp, { at, isExact: known !== undefined });
  }
  if (later === undefined) return before;
  return { ...before, later: later.size > numbers.length ? only(later, numbers) : later };
}

export function onlineSince({ firstAt, later }: OnlineHistory, whatsapp: string): OnlineSince {
  return later.get(whatsapp) ?? { at: firstAt, isExact: false };
}

/** Forgets removed numbers. */
function only(
  later: ReadonlyMap<string, OnlineSince>,
  numbers: readonly Entry[],
): Map<string, OnlineSince> {
  const present = new Set(numbers.map(({ whatsapp }) => whatsapp));
  return new Map([...later].filter(([whatsapp]) => present.has(whatsapp)));
}
