import { createAnomalyTally } from './anomalies.ts';
import type { Collected } from './collector.ts';
import { createFieldReader, createUnknownFields, documentedKeys, type Fields } from './fields.ts';
import { asObject } from './parse.ts';
import { PollError } from './reasons.ts';

interface ListFormat<Out> {
  readonly fields: Fields<Out>;
  /** The fields that identify an entry; an entry without one of them is dropped. */
  readonly identity: readonly (keyof Out)[];
  /** Documented fields beside the list, and of an entry, that are never read. */
  readonly ignored: { readonly top: readonly string[]; readonly entry: readonly string[] };
  /** Maximum entries; the excess is dropped. */
  readonly max: number;
}

/**
 * A parser for the response of a collector's call: an object with a `list`. The caller has checked
 * that its status is OK. Reads the given fields only; an invalid entry or field is dropped on its own.
 * Throws PollError `invalid_response` if there is no list, or if no entry of it is usable.
 */
export function createListParser<Out extends object>(format: ListFormat<Out>) {
  const { fields, identity, ignored, max } = format;
  const read = createFieldReader(fields);
  const topKeys = documentedKeys({}, 'status', 'reason', 'list', ...ignored.top);
  const entryKeys = documentedKeys(fields, ...ignored.entry);
  return (response: unknown): Collected<readonly Out[]> => {
    const top = asObject(response);
    const list: unknown = top?.list;
    if (top === undefined || !Array.isArray(list)) refuse('the response contains no list');
    const tally = createAnomalyTally();
    const reportUnknown = createUnknownFields(tally);
    reportUnknown(top, topKeys, 'response');
    const entries = new Map<string, Out>();
    for (const [index, item] of list.entries()) {
      // A position, because an identity may be a phone number.
      const where = `list[${index}]`;
      const json = asObject(item) ?? {};
      reportUnknown(json, entryKeys, 'list');
      const ids = identity.map((key) => fields[key].convert(json[fields[key].name]));
      const id = JSON.stringify(ids);
      if (ids.includes(undefined)) tally.add('entry_invalid', where);
      else if (entries.has(id)) tally.add('entry_duplicate', where);
      else if (entries.size >= max) tally.add('number_limit', where);
      else entries.set(id, Object.freeze(read(json, where, tally, {})));
    }
    if (entries.size === 0 && list.length > 0) refuse('no entry of the list is usable');
    return { data: Object.freeze([...entries.values()]), anomalies: tally.result() };
  };
}

function refuse(problem: string): never {
  throw new PollError('invalid_response', problem);
}
