/** The kinds of conversation that the provider counts separately. */
export const CATEGORIES = ['marketing', 'service', 'incoming'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Counts of the current month so far; a missing or invalid count is undefined. */
interface MonthCounts {
  readonly conversations: number | undefined;
  readonly marketing: number | undefined;
  readonly service: number | undefined;
  readonly incoming: number | undefined;
}

/** One WhatsApp number as reported by the provider; a missing or invalid field is undefined. */
export interface NumberEntry extends MonthCounts {
  /** The digits of the number, which identify it. */
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

/** The data of one successful poll of one account. Has no field for `apiKey`, which is a secret. */
export interface Snapshot {
  readonly totals: MonthCounts & { readonly numbers: number | undefined };
  readonly numbers: readonly NumberEntry[];
  /** How many further numbers the configuration excludes. */
  readonly excluded: number;
}
