import { createMatcher, createPlaceFinder, sortRows, type Row } from './listing.ts';
import { stateOf, type Status } from './model.ts';
import type { Query } from './query.ts';
import type { CsvColumn, Texts } from './texts/texts.ts';

/** Rows per chunk of about 30 kB. */
const CHUNK_ROWS = 200;
/** Without it, Excel shows Hebrew as garbage. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * All numbers that match the query, for spreadsheets, in chunks as in json.ts. Phone numbers have no
 * plus, which would make them formulas, and are grouped, because Excel shows 12 digits as 9.7E+11.
 */
export function* renderCsv(
  { accounts }: Status,
  query: Query,
  texts: Texts,
  toPhone: (digits: string) => string,
): Generator<Uint8Array> {
  const columns = columnsOf(texts, toPhone, createPlaceFinder(accounts));
  const names = Object.keys(columns) as CsvColumn[];
  yield Buffer.from(BYTE_ORDER_MARK + toLine(names.map((name) => texts.csvColumns[name])));
  const rows = sortRows(accounts, query);
  const matches = createMatcher(query);
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const lines = rows
      .slice(start, start + CHUNK_ROWS)
      .filter(matches)
      .map((row) => toLine(names.map((name) => columns[name](row) ?? '')));
    if (lines.length > 0) yield Buffer.from(lines.join(''));
  }
}

type Cell = string | number | undefined;

function columnsOf(
  { states, yes, no }: Texts,
  toPhone: (digits: string) => string,
  placeOf: ReturnType<typeof createPlaceFinder>,
): Readonly<Record<CsvColumn, (row: Row) => Cell>> {
  return {
    number: ({ number }) => toPhone(number.whatsapp).replace(/^\+/, ''),
    displayName: ({ number }) => number.displayName,
    businessName: ({ number }) => number.businessName,
    state: ({ number }) => states[stateOf(number)],
    since: ({ since }) => new Date(since.unixMs).toISOString().slice(0, 19).replace('T', ' '),
    isExact: ({ since }) => (since.isExact ? yes : no),
    inbox: (row) => placeOf(row)?.inbox || row.number.onlineInbox,
    onlineAccount: (row) => placeOf(row)?.account?.name || row.number.onlineAccount,
    account: ({ account }) => account,
    total: ({ number }) => number.conversations,
    marketing: ({ number }) => number.marketing,
    service: ({ number }) => number.service,
    incoming: ({ number }) => number.incoming,
  };
}

function toLine(cells: readonly NonNullable<Cell>[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

/**
 * A spreadsheet would run a text that begins like a formula, also after a semicolon, which separates cells
 * in many countries. It would shorten 16 digits, and read 12e5 as a number. An apostrophe makes it text.
 */
function toCell(value: string | number): string {
  const text = String(value).replace(/(^|;)(?=\s*[=+\-@＝＋－＠\t\r\n])/g, "$1'");
  const safe = /^(?:\d{16,}|\d+e\d+)$/i.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
