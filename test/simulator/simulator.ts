import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { createFleet } from '../../src/simulator/fleet.ts';
import { startSimulator, type Simulator } from '../../src/simulator/server.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const CLIENT_ID = 'test-client';
const CLIENT_SECRET = 'test-secret-not-real';

/** A simulator of 25 numbers with a fake clock; closed when the test ends. */
export async function start(options: Partial<SimulatorOptions> = {}) {
  const clock = createFakeClock();
  const fleet = createFleet({ seed: 1, numbers: 25 });
  const simulator = await startSimulator({
    fleet,
    clock,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    ...options,
  });
  onTestFinished(() => simulator.close());
  return { simulator, clock, fleet };
}

export type Body = Readonly<Record<string, unknown>>;

export function postToken(simulator: Simulator, clientSecret = CLIENT_SECRET): Promise<Response> {
  return fetch(`${simulator.url}/settings/accessToken`, {
    method: 'POST',
    body: JSON.stringify({ client_id: CLIENT_ID, client_secret: clientSecret }),
  });
}

export async function askToken(simulator: Simulator, clientSecret?: string): Promise<Body> {
  return (await (await postToken(simulator, clientSecret)).json()) as Body;
}

export function getNumbers(simulator: Simulator, init: RequestInit = {}): Promise<Response> {
  return fetch(`${simulator.url}/whatsapp/getWhatsApp`, init);
}

export async function askNumbers(simulator: Simulator, token: unknown): Promise<Body> {
  const headers = { authorization: `Bearer ${String(token)}` };
  return (await (await getNumbers(simulator, { headers })).json()) as Body;
}

/** GET with a JSON body, which fetch() refuses to send. */
export async function getJson(
  simulator: Simulator,
  path: string,
  token: unknown,
  body?: object,
): Promise<Body> {
  const answer = await request(simulator.url + path, {
    method: 'GET',
    headers: { authorization: `Bearer ${String(token)}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.body.json()) as Body;
}
