import type { Reason } from '../../../core/reasons.ts';
import type { Html } from '../html.ts';
import type { NumberState } from '../model.ts';
import type { Language, SortKey } from '../query.ts';

/** Everything that the page says, in one language. Sentences are functions of what they mention. */
export interface Texts {
  readonly language: Language;
  readonly direction: 'ltr' | 'rtl';
  /** Of dates; see Intl. */
  readonly locale: string;
  /** The name of the language, for readers of it. */
  readonly ownName: string;

  readonly title: string;
  readonly pause: string;
  /** `{time}` is replaced in the browser. */
  readonly pausedAt: string;
  readonly notRefreshedSince: string;

  readonly noAccounts: string;
  readonly noData: string;
  readonly offlineOf: (offline: number, all: number) => string;
  readonly noneOffline: (all: number) => string;
  readonly unknownToo: (unknown: number) => string;
  readonly missingToo: (accounts: number) => string;
  readonly dataFrom: (ago: Html) => Html;
  readonly pageFrom: (moment: Html) => Html;
  readonly shard: (shard: number, totalShards: number) => string;
  readonly notReloaded: (inForceSince: Html) => Html;

  readonly accounts: string;
  readonly otherAccounts: (accounts: number) => string;
  readonly allOnline: (all: number) => string;
  readonly checkFailed: string;
  readonly notChecked: string;
  readonly checked: (ago: Html) => Html;
  readonly failed: (ago: Html, detail: Html) => Html;
  readonly noDataYet: string;
  readonly tooOld: (lastSuccess: Html) => Html;
  readonly nextCheck: (ahead: Html) => Html;
  readonly coolingDown: (until: Html, why: string | undefined) => Html;
  readonly why: string;
  readonly what: string;
  readonly reasons: Readonly<Record<Reason, { readonly meaning: string; readonly remedy: string }>>;

  readonly numbers: string;
  readonly search: string;
  readonly searchLabel: string;
  readonly account: string;
  readonly allAccounts: string;
  readonly stateLabel: string;
  readonly filters: Readonly<Record<NumberState | 'all', string>>;
  readonly nothingToShow: string;
  readonly found: (numbers: number) => string;
  readonly forSearch: (search: Html) => Html;
  readonly inAccount: (account: Html) => Html;
  readonly showAll: string;
  readonly asCsv: string;
  readonly print: string;
  readonly firstRows: (rows: number) => string;

  readonly caption: string;
  readonly columns: Readonly<Record<SortKey, string>>;
  readonly dashboard: string;
  readonly states: Readonly<Record<NumberState, string>>;
  readonly since: (moment: Html) => Html;
  readonly sinceAtLeast: (moment: Html) => Html;
  readonly place: (inbox: Html, account: Html) => Html;
  readonly suspended: string;
  /** Each term with one line that explains it. */
  readonly legend: readonly (readonly [term: string, meaning: string])[];

  readonly pages: string;
  readonly previous: string;
  readonly next: string;
  readonly page: string;
  readonly ofPages: (pages: number) => string;
  readonly goToPage: string;

  readonly csvColumns: Readonly<Record<CsvColumn, string>>;
  readonly yes: string;
  readonly no: string;

  readonly withoutScript: (reload: Html) => Html;
  readonly reload: string;
  readonly links: Readonly<Record<'metrics' | 'json' | 'targets' | 'health' | 'readiness', string>>;
}

export type CsvColumn =
  | 'number'
  | 'displayName'
  | 'businessName'
  | 'state'
  | 'since'
  | 'isExact'
  | 'inbox'
  | 'onlineAccount'
  | 'account'
  | 'total'
  | 'marketing'
  | 'service'
  | 'incoming';
