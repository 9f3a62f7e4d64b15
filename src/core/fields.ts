import type { AnomalyTally } from './anomalies.ts';
import type { NumberEntry, Snapshot } from './snapshot.ts';
import { toCount, toFlag, toText, toUnixSeconds } from './values.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Field<T> {
  /** Key in the response. */
  readonly name: string;
  readonly convert: (value: unknown) => T | undefined;
  /** The value in the snapshot if the field is missing or invalid. */
  readonly without: T | undefined;
  /** Not every account has it, so a missing field is not an anomaly. */
  readonly isOptional?: true;
}

/** Fields of the response, by their name in a snapshot. */
export type Fields<Out> = { readonly [K in keyof Out]: Field<NonNullable<Out[K]>> };

export const field = <T>(name: string, convert: Field<T>['convert']): Field<T> => ({
  name,
  convert,
  without: undefined,
});
export const text = (name: string): Field<string> => ({ name, convert: toText, without: '' });
/** For a field that only some accounts have. */
export const optional = <T>(of: Field<T>): Field<T> => ({ ...of, isOptional: true });

export const NUMBER_FIELDS: Fields<Omit<NumberEntry, 'whatsapp'>> = {
  displayName: text('display_name'),
  businessName: text('business_name'),
  online: field('isOnline', toFlag),
  onlineInbox: field('onlineInbox', toCount),
  onlineAccount: field('onlineAccount', toCount),
  coexistence: field('coexistence', toFlag),
  createdS: field('create_time', toUnixSeconds),
  conversations: field('conversationsThisMonth', toCount),
  marketing: field('marketingThisMonth', toCount),
  service: field('serviceThisMonth', toCount),
  incoming: field('incomingThisMonth', toCount),
};

export const TOTAL_FIELDS: Fields<Snapshot['totals']> = {
  numbers: field('totalWhatsApp', toCount),
  conversations: field('totalConversationsThisMonth', toCount),
  marketing: field('totalMarketingThisMonth', toCount),
  service: field('totalServiceThisMonth', toCount),
  incoming: field('totalIncomingThisMonth', toCount),
};

/**
 * Reads the given fields into `entry`, which it returns; a copy of each of thousands of entries would
 * take a fifth longer. Reports missing, invalid and shortened values.
 */
export function createFieldReader<Out extends object>(fields: Fields<Out>) {
  const entries = Object.entries<Field<unknown>>(fields);
  return <Known extends object>(
    json: Json,
    owner: string,
    anomalies: AnomalyTally,
    entry: Known,
  ): Known & Out => {
    const out = entry as Record<string, unknown>;
    for (const [key, { name, convert, without, isOptional }] of entries) {
      const value = json[name];
      const converted = convert(value);
      out[key] = converted ?? without;
      if (converted === undefined) {
        const isMissing = value === undefined || value === null;
        if (isMissing && isOptional) continue;
        anomalies.add(isMissing ? 'field_missing' : 'field_invalid', `${owner}.${name}`);
      } else if (convert === toText && typeof converted === 'string') {
        // This runs for every field of every number: `owner.name` is only built when reported.
        if (converted !== value && typeof value === 'string') {
          anomalies.add('text_cut', `${owner}.${name}`);
        }
        if (converted.includes('\ufffd')) anomalies.add('text_replacement', `${owner}.${name}`);
      }
    }
    return entry as Known & Out;
  };
}

/** Enough for several new fields, few enough to leave room for other examples. */
const UNKNOWN_MAX = 8;
/** Only identifiers are quoted in the log; a run of digits could be a phone number. */
const IDENTIFIER = /^(?!.*\d{5})[A-Za-z_]\w{0,39}$/;

/** The keys of documented fields. `apiKey` may occur anywhere and is never read. */
export function documentedKeys(
  fields: Readonly<Record<string, { readonly name: string }>>,
  ...others: string[]
) {
  return new Set([...Object.values(fields).map(({ name }) => name), 'apiKey', ...others]);
}

/** Reports undocumented keys of a response; each key counts once. */
export function createUnknownFields(anomalies: AnomalyTally) {
  const seen = new Set<string>();
  return (json: Json, documented: ReadonlySet<string>, owner: string): void => {
    for (const key in json) {
      if (documented.has(key) || seen.size >= UNKNOWN_MAX) continue;
      const where = `${owner}.${IDENTIFIER.test(key) ? key : '?'}`;
      if (seen.has(where)) continue;
      seen.add(where);
      anomalies.add('field_unknown', where);
    }
  };
}
