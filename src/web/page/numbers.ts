import type { NumberEntry } from '../../core/snapshot.ts';
import { html, type Html } from './html.ts';
import { pageOf, selectRows, type Page, type Query, type Row } from './listing.ts';
import { stateOf, type NumberState, type Status } from './model.ts';
import { count, whole } from './words.ts';

const LABELS: Readonly<Record<NumberState, string>> = {
  offline: 'Offline',
  unknown: 'Unknown',
  online: 'Online',
};

export function renderNumbers({ accounts }: Status, query: Query): Html {
  const names = accounts.map(({ name }) => name);
  const rows = selectRows(accounts, query);
  const page = pageOf(rows, query);
  return html`<section aria-labelledby="numbers">
    <h2 id="numbers">Numbers</h2>
    ${renderForm(names, query)}
    <p role="status">${renderCount(rows.length, query)}</p>
    ${rows.length === 0 ? undefined : renderTable(page, names.length > 1)}
    ${page.pages === 1 ? undefined : renderPager(page, query)}
  </section> `;
}

function renderForm(names: readonly string[], { search, account }: Query): Html {
  const options = ['', ...names].map((name) => {
    const selected = name === (account ?? '') ? html`selected` : undefined;
    return html`<option value="${name}" ${selected}>${name || 'All accounts'}</option>`;
  });
  const select = html`<label
    >Account
    <select name="account">
      ${options}
    </select></label
  >`;
  return html`<form role="search">
    <label
      >Name or number
      <input
        type="search"
        name="q"
        value="${search}"
        dir="auto"
        maxlength="100"
        autocomplete="off"
        enterkeyhint="search"
    /></label>
    ${names.length > 1 ? select : undefined}
    <button>Search</button>
  </form>`;
}

function renderCount(matches: number, { search, account }: Query): Html {
  const found = matches === 0 ? 'No numbers' : count(matches, 'number');
  const inAccount = account === undefined ? undefined : html` in <bdi>${account}</bdi>`;
  if (search === '' && account === undefined) {
    return html`${matches === 0 ? 'There are no current numbers to show.' : `${found}, offline first.`}`;
  }
  const forSearch = search === '' ? undefined : html` for “<bdi>${search}</bdi>”`;
  return html`${found}${forSearch}${inAccount}. <a href="./#numbers">Show all</a>`;
}

/**
 * The roles repeat what the elements mean, because on a phone CSS shows the table as a list, and some
 * browsers then drop its semantics.
 */
function renderTable({ rows }: Page, withAccount: boolean): Html {
  const heads = [
    'Number',
    'State',
    ...(withAccount ? ['Account'] : []),
    'This month',
    'Marketing',
    'Service',
    'Incoming',
  ].map((head) => html`<th role="columnheader" scope="col">${head}</th>`);
  return html`<table role="table">
    <caption>
      Conversations this month, by number. Marketing: templates sent. Service: utility templates
      sent outside a 24-hour window. Incoming: 24-hour windows opened by a customer. Offline: not
      connected to an inbox.
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => renderRow(row, withAccount))}
    </tbody>
  </table>`;
}

function renderRow({ account, number }: Row, withAccount: boolean): Html {
  const state = stateOf(number);
  const { conversations, marketing, service, incoming } = number;
  const counts = [conversations, marketing, service, incoming].map(
    (n) => html`<td role="cell" class="count">${n === undefined ? '–' : whole(n)}</td>`,
  );
  return html`<tr role="row">
    <th role="rowheader" scope="row">${renderNames(number)}</th>
    <td role="cell"><span class="state ${state}">${LABELS[state]}</span></td>
    ${withAccount ? html`<td role="cell" class="account"><bdi>${account}</bdi></td>` : undefined}
    ${counts}
  </tr>`;
}

/** A name takes its direction from its first letter and cannot affect the text around it. */
function renderNames({ whatsapp, displayName, businessName }: NumberEntry): Html {
  const phone = html`<bdi class="digits" dir="ltr">${toPhone(whatsapp)}</bdi>`;
  const [name, second] = [...new Set([displayName, businessName])].filter(Boolean);
  if (name === undefined) return html`<span class="name">${phone}</span>`;
  const business = second === undefined ? undefined : html` <bdi class="quiet">${second}</bdi>`;
  return html`<bdi class="name">${name}</bdi><br />${phone}${business}`;
}

/** Up to 15 digits are a number (E.164); anything else is a placeholder for a hidden number. */
function toPhone(whatsapp: string): string {
  return /^\d{1,15}$/.test(whatsapp) ? `+${whatsapp}` : whatsapp;
}

function renderPager({ page, pages }: Page, { search, account = '' }: Query): Html {
  const link = (to: number, label: string, rel: string) => {
    if (to < 1 || to > pages) return html`<span>${label}</span>`;
    const given = Object.entries({ q: search, account, page: String(to) }).filter(([, v]) => v);
    return html`<a rel="${rel}" href="./?${new URLSearchParams(given).toString()}#numbers"
      >${label}</a
    >`;
  };
  return html`<nav aria-label="Pages">
    ${link(page - 1, 'Previous', 'prev')}
    <span>Page ${whole(page)} of ${whole(pages)}</span>
    ${link(page + 1, 'Next', 'next')}
  </nav> `;
}
