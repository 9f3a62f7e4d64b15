import type { Clock } from '../core/clock.ts';
import { createFleet } from './fleet.ts';
import { startSimulator, type Simulator } from './server.ts';

/** What `--demo` signs in with: plainly not credentials of anybody. */
export const DEMO_CREDENTIALS = {
  clientId: 'demo-client',
  clientSecret: 'demo-secret-not-real',
} as const;

const DEMO_SEED = 10_972;
const DEMO_NUMBERS = 25;

/**
 * The simulator that `--demo` polls, on a free loopback port. It lives in real time, since the
 * exporter beside it tells the month by the same clock.
 */
export function startDemo(clock: Clock): Promise<Simulator> {
  const fleet = createFleet({ seed: DEMO_SEED, numbers: DEMO_NUMBERS });
  return startSimulator({ fleet, clock, ...DEMO_CREDENTIALS });
}
