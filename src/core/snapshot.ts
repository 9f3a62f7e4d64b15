/** The kinds of conversation that the provider counts apart. */
export const CATEGORIES = ['marketing', 'service', 'incoming'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Counts of one calendar month so far; a count that did not arrive in good order is undefined. */
interface MonthCounts {
  readonly conversations: number | undefined;
  readonly marketing: number | undefined;
  readonly service: number | undefined;
  readonly incoming: number | undefined;
}

/** One WhatsApp number as the provider reports it; a field that cannot be trusted is undefined. */
export interface NumberEntry extends MonthCounts {
  /** The digits as the provider sends them: the identity of the number. */
  readonly whatsapp: string;
  readonly displayName: string;
  readonly businessName: string;
  readonly online: number | undefined;
  readonly onlineInbox: number | undefined;
  readonly onlineAccount: number | undefined;
  readonly coexistence: number | undefined;
  /** When the number was added, in Unix seconds (`create_time`). */
  readonly createdS: number | undefined;
}

/** What one good poll says about one account. Holds no secret: there is no type for `apiKey`. */
export interface Snapshot {
  readonly totals: MonthCounts & { readonly numbers: number | undefined };
  readonly numbers: readonly NumberEntry[];
}
