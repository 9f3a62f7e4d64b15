import { html, type Html } from './html.ts';
import { conditionOf, tally, type AccountStatus, type Condition, type Status } from './model.ts';
import { ago, ahead, count, moment, whole } from './words.ts';

/** With more accounts than this, those without problems are collapsed. */
const SHOWN_MAX = 6;
const WORST_FIRST: readonly Condition[] = ['stale', 'failing', 'waiting', 'ok'];

const LABELS: Readonly<Record<Condition, string>> = {
  ok: 'Up to date',
  failing: 'Last check failed',
  waiting: 'Not checked yet',
  stale: 'No current data',
};

export function renderAccounts(status: Status): Html {
  const { accounts } = status;
  const inOrder = WORST_FIRST.flatMap((condition) =>
    accounts.filter((account) => conditionOf(account) === condition),
  );
  const list = (items: readonly AccountStatus[]) =>
    html`<ul class="accounts">
      ${items.map((account) => renderAccount(account, status))}
    </ul>`;
  const withProblem = inOrder.filter((account) => conditionOf(account) !== 'ok');
  const upToDate = inOrder.slice(withProblem.length);
  if (accounts.length <= SHOWN_MAX) return section(list(inOrder));
  return section(
    html`${withProblem.length > 0 ? list(withProblem) : undefined}
      <details>
        <summary>${count(upToDate.length, 'account')} up to date</summary>
        ${list(upToDate)}
      </details>`,
  );
}

function section(content: Html): Html {
  return html`<section aria-labelledby="accounts">
    <h2 id="accounts">Accounts</h2>
    ${content}
  </section>`;
}

function renderAccount(account: AccountStatus, status: Status): Html {
  const condition = conditionOf(account);
  return html`<li>
    <h3><bdi>${account.name}</bdi> <span class="state ${condition}">${LABELS[condition]}</span></h3>
    <p>${renderFacts(account, status)}</p>
    ${renderFailure(account)}
  </li> `;
}

function renderFacts(account: AccountStatus, { nowMs }: Status): Html {
  const { lastPollMs, nextPollMs, cooldownUntilMs, failure } = account;
  const checked = failure === undefined ? 'Checked' : 'Last check failed';
  const last = lastPollMs === undefined ? '' : `${checked} ${ago(lastPollMs, nowMs)}. `;
  const next = nextPollMs === undefined ? '' : `Next check ${ahead(nextPollMs, nowMs)}.`;
  const until =
    cooldownUntilMs === undefined ? '' : html` Cooling down until ${moment(cooldownUntilMs)}.`;
  return html`${renderData(account, nowMs)} ${last}${next}${until}`;
}

function renderData({ numbers, lastSuccessMs, failure }: AccountStatus, nowMs: number): Html {
  const age = lastSuccessMs === undefined ? '' : ago(lastSuccessMs, nowMs);
  if (numbers !== undefined) {
    const { all, offline, unknown } = tally(numbers);
    const withUnknown = unknown === 0 ? '' : `, ${whole(unknown)} unknown`;
    const asOf = failure === undefined ? '' : ` as of ${age}`;
    return html`${count(all, 'number')}, ${whole(offline)} offline${withUnknown}${asOf}.`;
  }
  if (lastSuccessMs === undefined) return html`No data yet.`;
  return html`No current data: the last successful check was on ${moment(lastSuccessMs)} (${age}),
  and its numbers are too old to show.`;
}

function renderFailure({ failure }: AccountStatus): Html | undefined {
  if (failure === undefined) return undefined;
  const { reason, detail, meaning, remedy } = failure;
  return html`<p>
    <strong>Why it failed:</strong> ${meaning} (<code>${reason}</code>): ${detail}.<br />
    <strong>What to do:</strong> ${remedy}
  </p> `;
}
