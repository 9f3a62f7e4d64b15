import type { Clock } from '../core/clock.ts';
import { createFleet } from './fleet.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from './server.ts';

/** The credentials for `--demo`; obviously fake. */
export const DEMO_CREDENTIALS = {
  clientId: 'demo-client',
  clientSecret: 'demo-secret-not-real',
} as const;

/** All collectors, at every poll, because nobody watches a demo for hours; and a budget that suffices. */
export const DEMO_SETTINGS = {
  collectors: {
    online_accounts: '1m',
    registered_numbers: '1m',
    onboardings: '1m',
    monthly_statistics: '1m',
  },
  budget: { marketing: '5000', total: '40000' },
};

/** One of its numbers is offline at any time, as the tests check. */
export const DEMO_FLEET = { seed: 10_972, numbers: 25, suspends: true } as const;

/**
 * The simulator for `--demo`, on a free loopback port unless told otherwise. It uses real time, because the exporter
 * determines the month from the same clock.
 */
export function startDemo(
  clock: Clock,
  address: Pick<SimulatorOptions, 'host' | 'port'> = {},
): Promise<Simulator> {
  const fleet = createFleet(DEMO_FLEET);
  return startSimulator({ fleet, clock, ...DEMO_CREDENTIALS, ...address });
}
