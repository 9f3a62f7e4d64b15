import type { Fault } from '../src/simulator/faults.ts';
import { createFleet } from '../src/simulator/fleet.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { systemClock } from '../src/system.ts';

/**
 * The simulated provider in its own process: `node simulator.js NUMBERS [TIME_LAPSE]`, the same for every
 * account. A message is the fault of the next calls for numbers.
 */
const { url, faults } = await startSimulator({
  fleet: createFleet({ seed: 1, numbers: Number(process.argv[2]) }),
  clock: systemClock,
  timeLapse: Number(process.argv[3] ?? 1),
  clientId: 'bench',
  clientSecret: 'fake-secret',
});
process.on('message', (fault: Fault) => (faults.numbers = fault));
process.send?.({ port: new URL(url).port });
