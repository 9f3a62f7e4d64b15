import { parseNumbers } from '../../src/core/parse.ts';
import type { NumberEntry } from '../../src/core/snapshot.ts';
import { sampleEntry } from './sample.ts';

/** A valid number; `fields` replace the defaults. */
export function numberEntry(fields: Partial<NumberEntry> = {}): NumberEntry {
  const json = sampleEntry({
    display_name: 'Display',
    business_name: 'Business',
    serviceThisMonth: 2,
    incomingThisMonth: 1,
  });
  const [entry] = parseNumbers({ list: [json] }).snapshot.numbers;
  if (entry === undefined) throw new Error('the sample holds a number');
  return { ...entry, whatsapp: '972500000001', ...fields };
}
