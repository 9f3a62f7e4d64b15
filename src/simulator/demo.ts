import type { Clock } from '../core/clock.ts';
import { createFleet } from './fleet.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from './server.ts';

/** The credentials for `--demo`; obviously fake. */
export const DEMO_CREDENTIALS = {
  clientId: 'demo-client',
  clientSecret: 'demo-secret-not-real',
} as const;

/** All collectors, at every poll, because nobody watches a demo for hours. */
export const DEMO_COLLECTORS = {
  online_accounts: '1m',
  registered_numbers: '1m',
  onboardings: '1m',
  monthly_statistics: '1m',
};

const DEMO_SEED = 10_972;
const DEMO_NUMBERS = 25;

/**
 * The simulator for `--demo`, on a free loopback port unless told otherwise. It uses real time, because the exporter
 * determines the month from the same clock.
 */
export function startDemo(
  clock: Clock,
  address: Pick<SimulatorOptions, 'host' | 'port'> = {},
): Promise<Simulator> {
  const fleet = createFleet({ seed: DEMO_SEED, numbers: DEMO_NUMBERS, suspends: true });
  return startSimulator({ fleet, clock, ...DEMO_CREDENTIALS, ...address });
}
