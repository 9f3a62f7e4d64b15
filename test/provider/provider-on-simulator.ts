import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Credentials } from '../../src/edge.ts';
import { parseNumbers } from '../../src/core/parse.ts';
import { PollError } from '../../src/core/reasons.ts';
import { Secret } from '../../src/core/secret.ts';
import { createLookup } from '../../src/provider/lookup.ts';
import { createProvider, type ProviderOptions } from '../../src/provider/provider.ts';
import { createFleet } from '../../src/simulator/fleet.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

export const CLIENT_SECRET = 'fake-secret-canary';
export const TIMEOUT_MS = 20_000;

export function clientCredentials(secret = CLIENT_SECRET): Credentials {
  const clientSecret = { kind: 'value', value: new Secret(secret) } as const;
  return { kind: 'client', clientId: 'fake-client', clientSecret };
}

/** A provider and its simulator, over real HTTP, with a fake clock. */
export async function start(options: Partial<ProviderOptions> = {}) {
  const clock = createFakeClock();
  const fleet = createFleet({ seed: 1, numbers: 3 });
  const sign = { clientId: 'fake-client', clientSecret: CLIENT_SECRET };
  const simulator = await startSimulator({ fleet, clock, ...sign });
  const provider = createProvider({
    apiUrl: simulator.url,
    credentials: clientCredentials(),
    proxy: { http: '', https: '', no: '' },
    timeoutMs: TIMEOUT_MS,
    intervalMs: 60_000,
    lookup: createLookup(clock),
    parse: parseNumbers,
    clock,
    random: () => 0,
    onSecret: () => {},
    ...options,
  });
  onTestFinished(async () => {
    await provider.close();
    await simulator.close();
  });
  const poll = () => outcomeOf(provider.fetchNumbers(new AbortController().signal), clock);
  return { clock, simulator, provider, poll };
}

/** The path of a file with this text, until the test ends. */
export function secretFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
}

/** `ok`, or the reason of the failure; advances the clock during retry delays. */
export async function outcomeOf(poll: Promise<unknown>, clock: FakeClock): Promise<string> {
  let outcome: string | undefined;
  const settled = poll.then(
    () => (outcome = 'ok'),
    (error: unknown) => {
      if (!(error instanceof PollError)) throw error;
      outcome = error.reason;
    },
  );
  settled.catch(() => (outcome = 'threw'));
  while (outcome === undefined) {
    await setTimeout(1);
    // One timer is the deadline; a second one is a retry delay.
    if (clock.timers > 1) await clock.advance(50);
  }
  await settled;
  return outcome;
}
