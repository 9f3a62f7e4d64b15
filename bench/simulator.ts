import { createFleet } from '../src/simulator/fleet.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { systemClock } from '../src/system.ts';

/** The simulated provider in its own process: `node simulator.js NUMBERS`, the same for every account. */
const { url } = await startSimulator({
  fleet: createFleet({ seed: 1, numbers: Number(process.argv[2]) }),
  clock: systemClock,
  clientId: 'bench',
  clientSecret: 'fake-secret',
});
process.send?.({ port: new URL(url).port });
