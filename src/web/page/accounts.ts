import type { Reason } from '../../core/reasons.ts';
import { html, type Html } from './html.ts';
import { conditionOf, tally, type AccountStatus, type Failure, type Status } from './model.ts';
import { toHref, type Query } from './query.ts';
import type { Texts } from './texts/texts.ts';
import type { Words } from './words.ts';

/** With more accounts than this, those without problems are collapsed. */
const SHOWN_MAX = 6;

type Tone = 'good' | 'unsure' | 'bad';

interface Card {
  readonly account: AccountStatus;
  readonly tone: Tone;
  /** The worst have the highest rank. */
  readonly rank: number;
  readonly badge: string;
}

export function renderAccounts(status: Status, query: Query, words: Words): Html {
  const { accounts } = status;
  const cards = accounts
    .map((account) => toCard(account, words))
    .toSorted((a, b) => b.rank - a.rank);
  const list = (shown: readonly Card[]) =>
    html`<ul class="accounts">
      ${shown.map((card) => renderCard(card, status, query, words))}
    </ul>`;
  const sick = cards.filter(({ tone }) => tone !== 'good');
  const well = cards.slice(sick.length);
  const content =
    accounts.length <= SHOWN_MAX
      ? list(cards)
      : html`${sick.length > 0 ? list(sick) : undefined}
          <details>
            <summary>${words.texts.otherAccounts(well.length)}</summary>
            ${list(well)}
          </details>`;
  return html`<section aria-labelledby="accounts">
    <h2 id="accounts">${words.texts.accounts}</h2>
    ${content}
  </section>`;
}

const RANKS = { stale: 4, failing: 3, waiting: 0.5 } as const;

/** The badge shows health: of the numbers, as far as it is known. How fresh that is, the text says. */
function toCard(account: AccountStatus, { texts }: Words): Card {
  const condition = conditionOf(account);
  const { all, offline, unknown } = tally(account.numbers ?? []);
  const failingRank = condition === 'ok' ? 0 : RANKS[condition];
  const rank = failingRank + (all === 0 ? 0 : (offline + unknown / 1_000) / all);
  const card = (tone: Tone, badge: string) => ({ account, tone, rank, badge });
  if (condition === 'waiting') return card('unsure', texts.notChecked);
  if (condition === 'stale') return card('bad', texts.noData);
  if (offline > 0) return card('bad', texts.offlineOf(offline, all));
  if (unknown > 0) return card('unsure', texts.unknownToo(unknown));
  if (condition === 'failing') return card('unsure', texts.checkFailed);
  return card('good', texts.allOnline(all));
}

function renderCard({ account, tone, badge }: Card, status: Status, query: Query, words: Words) {
  const { name, failure } = account;
  const href = `${toHref(query, { account: name, search: '', state: undefined })}#numbers`;
  const facts = renderFacts(account, status, words);
  // Open where it is the only account: there is nothing else to look at.
  const isOpen = status.accounts.length === 1;
  return html`<li>
    <h3>
      <a href="${href}"><bdi>${name}</bdi></a> <span class="state ${tone}">${badge}</span>
    </h3>
    ${
      failure === undefined
        ? html`<p>${facts}</p>`
        : html`<details ${isOpen ? html`open` : undefined}>
            <summary>${facts}</summary>
            ${renderRemedy(failure, words.texts)}
          </details>`
    }
  </li> `;
}

function renderFacts(account: AccountStatus, { nowMs }: Status, words: Words): Html {
  const { numbers, lastPollMs, lastSuccessMs, nextPollMs, cooldownUntilMs, failure } = account;
  const { texts, ago, ahead, recent } = words;
  const facts: Html[] = [];
  if (lastPollMs !== undefined) {
    const polled = ago(lastPollMs, nowMs);
    const detail = failure && html`<bdi lang="en">${failure.detail}</bdi>`;
    facts.push(detail ? texts.failed(polled, detail) : texts.checked(polled));
  }
  if (lastSuccessMs === undefined) facts.push(html`${texts.noDataYet}`);
  else if (numbers === undefined) facts.push(texts.tooOld(ago(lastSuccessMs, nowMs)));
  else if (failure !== undefined) facts.push(texts.dataFrom(ago(lastSuccessMs, nowMs)));
  if (cooldownUntilMs !== undefined) {
    const why = failure && explain(failure, texts).meaning;
    facts.push(texts.coolingDown(recent(cooldownUntilMs), why));
  }
  if (nextPollMs !== undefined) facts.push(texts.nextCheck(ahead(nextPollMs, nowMs)));
  return html`${facts.map((fact) => html`${fact} `)}`;
}

function renderRemedy(failure: Failure, texts: Texts): Html {
  const { meaning, remedy } = explain(failure, texts);
  return html`<p>
    <strong>${texts.why}</strong> ${meaning} (<code>${failure.reason}</code>).<br />
    <strong>${texts.what}</strong> ${remedy}
  </p> `;
}

function explain(failure: Failure, { reasons }: Texts): Pick<Failure, 'meaning' | 'remedy'> {
  return reasons[failure.reason as Reason] ?? failure;
}
