import { html, type Html } from './html.ts';
import type { Page } from './listing.ts';
import type { NumberState, Tally } from './model.ts';
import { toHref, toParameters, type Query } from './query.ts';
import type { Texts } from './texts/texts.ts';
import { whole } from './texts/whole.ts';

const STATES: readonly (NumberState | 'all')[] = ['all', 'offline', 'unknown', 'online'];

/** Links, so that one touch filters, with or without the script. */
export function renderFilters(counts: Tally, query: Query, texts: Texts): Html {
  const shown = STATES.filter(
    (state) => state !== 'unknown' || counts.unknown > 0 || query.state === state,
  );
  return html`<nav class="filters" aria-label="${texts.stateLabel}">
    ${shown.map((state) => {
      const isCurrent = state === (query.state ?? 'all');
      const href = toHref(query, { state: state === 'all' ? undefined : state });
      return html`<a href="${href}#numbers" ${isCurrent ? html`aria-current="true"` : undefined}
        >${texts.filters[state]} <b>${whole(counts[state])}</b></a
      > `;
    })}
  </nav> `;
}

export function renderForm(names: readonly string[], query: Query, texts: Texts): Html {
  const { account = '', search } = query;
  // An account that was removed by a reload stays selected, as in the URL.
  const known = account === '' || names.includes(account) ? names : [...names, account];
  const options = ['', ...known].map((name) => {
    const selected = name === account ? html`selected` : undefined;
    return html`<option value="${name}" ${selected}>${name || texts.allAccounts}</option>`;
  });
  const select = html`<select name="account" aria-label="${texts.account}">
    ${options}
  </select>`;
  return html`<form role="search" action="./#numbers">
    <input
      type="search"
      name="q"
      value="${search}"
      aria-label="${texts.searchLabel}"
      placeholder="${texts.searchLabel}"
      dir="auto"
      maxlength="100"
      autocomplete="off"
      enterkeyhint="search"
    />
    ${known.length > 1 ? select : undefined}
    ${renderHidden({ ...query, search: '', account: undefined, page: 1, isAll: false })}
    <button>${texts.search}</button>
  </form>`;
}

export function renderPager({ page, pages }: Page, query: Query, texts: Texts): Html {
  const link = (to: number, label: string, rel: string) => {
    if (to < 1 || to > pages) return html`<span>${label}</span>`;
    return html`<a rel="${rel}" href="${toHref(query, { page: to })}#numbers">${label}</a>`;
  };
  return html`<nav class="pager" aria-label="${texts.pages}">
    ${link(page - 1, texts.previous, 'prev')}
    <form action="./#numbers">
      ${renderHidden({ ...query, page: 1 })}
      <label
        >${texts.page}
        <input type="number" name="page" value="${page}" min="1" max="${pages}" required
      /></label>
      <span>${texts.ofPages(pages)}</span>
      <button>${texts.goToPage}</button>
    </form>
    ${link(page + 1, texts.next, 'next')}
  </nav> `;
}

/** What a form keeps of the query. */
function renderHidden(query: Query): readonly Html[] {
  return toParameters(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
}
