import { onTestFinished } from 'vitest';
import { createFleet } from '../../src/simulator/fleet.ts';
import { startSimulator, type Simulator } from '../../src/simulator/server.ts';
import { systemClock } from '../../src/system.ts';

export const CLIENT_ID = 'fake-client';
export const CLIENT_SECRET = 'fake-secret-canary';

/** The simulator with the real clock, for programs and servers. */
export async function startProvider(numbers = 5): Promise<Simulator> {
  const simulator = await startSimulator({
    fleet: createFleet({ seed: 1, numbers }),
    clock: systemClock,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** The environment for the program to poll that simulator. */
export function environmentFor({ url }: Simulator): Record<string, string> {
  return {
    WHATSAPP_API_URL: url,
    WHATSAPP_CLIENT_ID: CLIENT_ID,
    WHATSAPP_CLIENT_SECRET: CLIENT_SECRET,
    WHATSAPP_ACCOUNT: 'acme',
    WHATSAPP_WEB_LISTEN_ADDRESS: '127.0.0.1:0',
  };
}
