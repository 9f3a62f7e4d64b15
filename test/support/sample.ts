import { readFileSync } from 'node:fs';
import type { FleetNumber } from '../../src/simulator/fleet.ts';

type Fields = Record<string, unknown>;

const TEXT = readFileSync(new URL('../fixtures/sample-response.json', import.meta.url), 'utf8');

/** The prefix of every apiKey in the sample response. */
export const API_KEY_CANARY = 'FAKE-API-KEY';

/** A new copy of the provider's documented sample response; `changes` replace its fields. */
export function sampleResponse(changes: Fields = {}): Fields & { readonly list: Fields[] } {
  return { ...(JSON.parse(TEXT) as { list: Fields[] }), ...changes };
}

/** The sample's first list entry; `changes` replace its fields, undefined removes one. */
export function sampleEntry(changes: Fields = {}): Fields {
  const entry = { ...sampleResponse().list[0], ...changes };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** The sample's first list entry with the types of its fields. */
export const SAMPLE_NUMBER = sampleEntry() as unknown as FleetNumber;

/** A response with these entries and without totals. */
export function responseOf(...list: readonly unknown[]): Fields {
  return { status: 'OK', reason: 1, list };
}
