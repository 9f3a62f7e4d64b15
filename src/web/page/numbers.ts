import { renderFilters, renderForm, renderPager } from './controls.ts';
import { html, type Html } from './html.ts';
import { pageOf, selectRows } from './listing.ts';
import type { Status } from './model.ts';
import { toHref, type Query } from './query.ts';
import { renderTable } from './table.ts';
import type { Words } from './words.ts';

export function renderNumbers(
  status: Status,
  query: Query,
  words: Words,
  toPhone: (digits: string) => string,
): Html {
  const { texts } = words;
  const names = status.accounts.map(({ name }) => name);
  const { rows, counts } = selectRows(status.accounts, query);
  const page = pageOf(rows, query);
  return html`<section aria-labelledby="numbers">
    <div class="head">
      <h2 id="numbers">${texts.numbers}</h2>
      <p role="status">${renderCount(rows.length, query, words)}</p>
    </div>
    ${renderFilters(counts, query, texts)} ${renderForm(names, query, texts)}
    ${
      query.isAll && page.rows.length < rows.length
        ? html`<p>${texts.firstRows(page.rows.length)}</p>`
        : undefined
    }
    ${rows.length === 0 ? undefined : renderTable(page.rows, { status, query, words, toPhone })}
    ${page.pages === 1 ? undefined : renderPager(page, query, texts)}
    ${rows.length === 0 ? undefined : renderEnd(query, words)}
  </section> `;
}

function renderCount(matches: number, query: Query, { texts }: Words): Html {
  const { search, account, state } = query;
  const isFiltered = search !== '' || account !== undefined || state !== undefined;
  if (!isFiltered) return html`${matches === 0 ? texts.nothingToShow : texts.found(matches)}`;
  const inState = state === undefined ? undefined : html`: ${texts.states[state]}`;
  const forSearch = search === '' ? undefined : texts.forSearch(html`<bdi>${search}</bdi>`);
  const inAccount =
    account === undefined ? undefined : texts.inAccount(html`<bdi>${account}</bdi>`);
  const all = toHref(query, { search: '', account: undefined, state: undefined });
  return html`${texts.found(matches)}${forSearch}${inAccount}${inState}
    <a href="${all}#numbers">${texts.showAll}</a>`;
}

function renderEnd(query: Query, { texts }: Words): Html {
  const csv = toHref(query, {}, './api/numbers.csv');
  return html`<ul class="tools">
      <li><a href="${csv}">${texts.asCsv}</a></li>
      <li><a href="${toHref(query, { isAll: true })}">${texts.print}</a></li>
    </ul>
    <dl>
      ${texts.legend.map(
        ([term, meaning]) =>
          html`<div>
            <dt>${term}:</dt>
            <dd>${meaning}</dd>
          </div> `,
      )}
    </dl>`;
}
