import type { LookupFunction } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { createCooldown, type Cooldown } from './cooldown.ts';
import { createLookup } from './lookup.ts';

/** Network state shared by all accounts of the process. */
export interface Network {
  /** Resolves each host once for all accounts. */
  readonly lookup: LookupFunction;
  /** The provider blocks an IP address, not an account, so all accounts of an API share the cool-down. */
  readonly blockOf: (apiUrl: string) => Cooldown;
}

export function createNetwork(clock: Clock): Network {
  const blocks = new Map<string, Cooldown>();
  return {
    lookup: createLookup(clock),
    blockOf(apiUrl) {
      const { origin } = new URL(apiUrl);
      const block = blocks.get(origin) ?? createCooldown(clock);
      blocks.set(origin, block);
      return block;
    },
  };
}
