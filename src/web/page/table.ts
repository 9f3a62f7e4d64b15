import type { OnlinePlace } from '../../core/online-places.ts';
import type { NumberEntry } from '../../core/snapshot.ts';
import { html, type Html } from './html.ts';
import { createPlaceFinder, type Row } from './listing.ts';
import { stateOf, type Status } from './model.ts';
import { COUNT_KEYS, SORT_KEYS, toHref, type Query, type Sort, type SortKey } from './query.ts';
import { whole } from './texts/whole.ts';
import type { Words } from './words.ts';

interface Context {
  readonly status: Status;
  readonly query: Query;
  readonly words: Words;
  /** See phone.ts. */
  readonly toPhone: (digits: string) => string;
}

/**
 * The roles repeat what the elements mean, because on a phone CSS shows the table as a list, and some
 * browsers then drop its semantics.
 */
export function renderTable(rows: readonly Row[], context: Context): Html {
  const { status, words } = context;
  const withAccount = status.accounts.length > 1;
  const keys = SORT_KEYS.filter((key) => key !== 'account' || withAccount);
  const placeOf = createPlaceFinder(status.accounts);
  const withGrafana = status.grafanaUrl !== undefined;
  return html`<table role="table">
    <caption>
      ${words.texts.caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${keys.map((key) => renderHead(key, context))}
        ${withGrafana ? html`<td role="cell"></td>` : undefined}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => renderRow(row, placeOf(row), withAccount, context))}
    </tbody>
  </table>`;
}

/** Counts and times are sorted from the highest first, texts from the first letter. */
const FIRST_SORTS: Readonly<Record<SortKey, Sort>> = {
  name: 'name',
  state: 'state',
  since: '-since',
  account: 'account',
  total: '-total',
  marketing: '-marketing',
  service: '-service',
  incoming: '-incoming',
};

function renderHead(key: SortKey, { query, words }: Context): Html {
  const { sort = 'state' } = query;
  const isDescending = sort === `-${key}`;
  const isSorted = sort === key || isDescending;
  const first = FIRST_SORTS[key];
  const other = first === key ? (`-${key}` as const) : key;
  const next = sort === first ? other : first;
  const href = toHref(query, { sort: next === 'state' ? undefined : next });
  const order = isSorted
    ? html`aria-sort="${isDescending ? 'descending' : 'ascending'}"`
    : undefined;
  const isCount = COUNT_KEYS.some((count) => count === key);
  return html`<th role="columnheader" scope="col" ${isCount ? html`class="count"` : ''} ${order}>
    <a href="${href}#numbers">${words.texts.columns[key]}</a>
  </th>`;
}

function renderRow(
  { account, number, since }: Row,
  place: OnlinePlace | undefined,
  withAccount: boolean,
  context: Context,
): Html {
  const { status, words, toPhone } = context;
  const { texts, recent } = words;
  const state = stateOf(number);
  const when = recent(since.unixMs);
  const { conversations: total, marketing, service, incoming } = number;
  const counts = Object.entries({ total, marketing, service, incoming }).map(
    ([key, n]) =>
      html`<td role="cell" class="count ${key}">${n === undefined ? '–' : whole(n)}</td>`,
  );
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      ${renderNames(number, toPhone)}${place && renderPlace(number, place, texts)}
    </th>
    <td role="cell"><span class="state ${state}">${texts.states[state]}</span></td>
    <td role="cell" class="since">
      ${since.isExact ? texts.since(when) : texts.sinceAtLeast(when)}
    </td>
    ${withAccount ? html`<td role="cell" class="account"><bdi>${account}</bdi></td>` : undefined}
    ${counts} ${status.grafanaUrl && renderDashboard(status.grafanaUrl, account, number, texts)}
  </tr>`;
}

/** A name takes its direction from its first letter and cannot affect the text around it. */
function renderNames(
  { whatsapp, displayName, businessName }: NumberEntry,
  toPhone: Context['toPhone'],
): Html {
  const phone = html`<bdi class="digits" dir="ltr">${renderPhone(toPhone(whatsapp))}</bdi>`;
  const [name, second] = [...new Set([displayName, businessName])].filter(Boolean);
  if (name === undefined) return html`<span class="name">${phone}</span>`;
  const business =
    second === undefined ? undefined : html` &ensp;<bdi class="quiet">${second}</bdi>`;
  return html`<bdi class="name">${name}</bdi><br />${phone}${business}`;
}

/** Ids mean nothing to people, so there is nothing to show without a name. */
function renderPlace(
  { onlineAccount, onlineInbox }: NumberEntry,
  { account, inbox }: OnlinePlace,
  texts: Words['texts'],
): Html | undefined {
  if (!inbox && !account?.name && account?.active !== 0) return undefined;
  const named = (name: string | undefined, id: number | undefined) =>
    name ? html`<bdi>${name}</bdi> (${id})` : html`${id ?? '–'}`;
  const isSuspended = account?.active === 0;
  const suspended = html` <span class="state bad">${texts.suspended}</span>`;
  return html`<div class="quiet">
    ${texts.place(named(inbox, onlineInbox), named(account?.name, onlineAccount))}
    ${isSuspended ? suspended : undefined}
  </div>`;
}

/** The elements cannot be selected, so that the number is copied as digits. */
function renderPhone(phone: string): Html {
  const parts = phone.split(/([+ -])/).filter(Boolean);
  return html`${parts.map((part) => (/\w/.test(part) ? part : html`<i>${part}</i>`))}`;
}

/** The dashboard of grafana/src/number.ts. */
const DASHBOARD_UID = 'whatsapp-number';

function renderDashboard(
  grafanaUrl: string,
  account: string,
  { whatsapp }: NumberEntry,
  { dashboard }: Words['texts'],
): Html {
  const parameters = new URLSearchParams({ 'var-account': account, 'var-number': whatsapp });
  const href = `${grafanaUrl}/d/${DASHBOARD_UID}?${parameters.toString()}`;
  return html`<td role="cell" class="graphs">
    <a href="${href}" rel="noreferrer">${dashboard}</a>
  </td>`;
}
