import { createHash } from 'node:crypto';
import { renderAccounts } from './accounts.ts';
import { html, type Html } from './html.ts';
import type { Query } from './listing.ts';
import { tally, type Status } from './model.ts';
import { renderNumbers } from './numbers.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { ago, count, moment, whole } from './words.ts';

/** A page beside this one. */
export interface Link {
  readonly path: string;
  readonly label: string;
}

/** Made here, not in the template: their text must be to the letter what the policy has the hash of. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` };
const SCRIPT_ELEMENT: Html = { markup: `<script>${SCRIPT}</script>` };

/** Nothing is loaded but this page itself, and of it only the style and the script here count. */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src '${sha256(STYLE)}'`,
  `script-src '${sha256(SCRIPT)}'`,
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/**
 * The page for a person: which number is offline, and how fresh is this? It is whole without its
 * script, which only reloads what is in <main> and searches while somebody types.
 */
export function renderPage(status: Status, query: Query, links: readonly Link[]): string {
  const { text, tone } = verdict(status);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${text} – WhatsApp numbers</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>
          <h1>WhatsApp numbers</h1>
          <button type="button" id="pause" aria-pressed="false" hidden>Pause refreshing</button>
        </header>
        <p id="note" role="alert"></p>
        <main>
          <p class="verdict ${tone}" role="status">${text}</p>
          <p id="asof" class="quiet">
            ${renderFreshness(status)}Page from ${moment(status.nowMs)}.${renderShard(status)}
          </p>
          ${renderReload(status)} ${renderAccounts(status)} ${renderNumbers(status, query)}
        </main>
        <footer>
          <noscript
            ><p>
              <a href="">Reload</a> for newer data: without JavaScript this page does not refresh
              itself.
            </p></noscript
          >
          <p>whatsapp-numbers-exporter ${status.version}</p>
          <ul>
            ${links.map(({ path, label }) => html`<li><a href=".${path}">${label}</a></li>`)}
          </ul>
        </footer>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.markup;
}

/** Whoever looks for an account of another shard must not take it for gone. */
function renderShard({ sharding }: Status): string {
  if (sharding === undefined) return '';
  const { shard, totalShards } = sharding;
  return ` Here are only the accounts of shard ${shard} of ${totalShards}, counted from 0.`;
}

/** The answer in one line. Good is said only where everything is known. */
function verdict({ accounts }: Status): { text: string; tone: 'good' | 'bad' | 'unsure' } {
  const current = accounts.flatMap(({ numbers }) => numbers ?? []);
  const missing = accounts.filter(({ numbers }) => numbers === undefined).length;
  const { all, offline, unknown } = tally(current);
  if (accounts.length === 0) return { text: 'No accounts here', tone: 'unsure' };
  if (missing === accounts.length) return { text: 'No current data', tone: 'unsure' };
  const texts = [
    offline > 0
      ? `${whole(offline)} of ${count(all, 'number')} offline`
      : `${count(all, 'number')}, none offline`,
    ...(unknown > 0 ? [`${whole(unknown)} not known`] : []),
    ...(missing > 0 ? [`no current data for ${count(missing, 'account')}`] : []),
  ];
  const tone = offline > 0 ? 'bad' : texts.length > 1 ? 'unsure' : 'good';
  return { text: texts.join(', '), tone };
}

function renderReload({ reload }: Status): Html | undefined {
  if (reload.succeeded) return undefined;
  return html`<p class="notice unsure">
    The configuration was changed and cannot be used; the log says why. That of
    ${moment(reload.inForceSinceMs)} is still in force.
  </p>`;
}

/** By the account whose data is the oldest of what is shown. */
function renderFreshness({ accounts, nowMs }: Status): Html | undefined {
  const timesMs = accounts.flatMap(({ numbers, lastSuccessMs }) =>
    numbers === undefined ? [] : (lastSuccessMs ?? []),
  );
  if (timesMs.length === 0) return undefined;
  return html`Data from ${ago(Math.min(...timesMs), nowMs)}, checked on a schedule. `;
}
