import { createHash } from 'node:crypto';
import { renderAccounts } from './accounts.ts';
import { html, type Html } from './html.ts';
import type { Query } from './listing.ts';
import { tally, type Status } from './model.ts';
import { renderNumbers } from './numbers.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { ago, count, moment, whole } from './words.ts';

/** A link to another page of the exporter. */
export interface Link {
  readonly path: string;
  readonly label: string;
}

/** Not in the template below: the formatter must not change text whose hash is in the policy. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` };
const SCRIPT_ELEMENT: Html = { markup: `<script>${SCRIPT}</script>` };

/** The page loads no other resources, and only the inline style and script below are allowed. */
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
 * The status page: which numbers are offline, and how old is the data? It works without the script,
 * which only refreshes <main> and searches as the user types.
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
              This page does not refresh itself without JavaScript. <a href="">Reload</a> it for
              newer data.
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

/** Explains why the accounts of other shards are missing. */
function renderShard({ sharding }: Status): string {
  if (sharding === undefined) return '';
  const { shard, totalShards } = sharding;
  return ` Shows only the accounts of shard ${shard} of ${totalShards}, counted from 0.`;
}

/** The summary in one line. The tone is `good` only if the state of every number is known. */
function verdict({ accounts }: Status): { text: string; tone: 'good' | 'bad' | 'unsure' } {
  const current = accounts.flatMap(({ numbers }) => numbers ?? []);
  const missing = accounts.filter(({ numbers }) => numbers === undefined).length;
  const { all, offline, unknown } = tally(current);
  if (accounts.length === 0) return { text: 'No accounts', tone: 'unsure' };
  if (missing === accounts.length) return { text: 'No current data', tone: 'unsure' };
  const texts = [
    offline > 0
      ? `${whole(offline)} of ${count(all, 'number')} offline`
      : `${count(all, 'number')}, none offline`,
    ...(unknown > 0 ? [`${whole(unknown)} unknown`] : []),
    ...(missing > 0 ? [`no current data for ${count(missing, 'account')}`] : []),
  ];
  const tone = offline > 0 ? 'bad' : texts.length > 1 ? 'unsure' : 'good';
  return { text: texts.join(', '), tone };
}

function renderReload({ reload }: Status): Html | undefined {
  if (reload.succeeded) return undefined;
  return html`<p class="notice unsure">
    The configuration has changed but is invalid; see the log for the reason. The exporter still
    uses the configuration of ${moment(reload.inForceSinceMs)}.
  </p>`;
}

/** The age of the oldest data shown. */
function renderFreshness({ accounts, nowMs }: Status): Html | undefined {
  const timesMs = accounts.flatMap(({ numbers, lastSuccessMs }) =>
    numbers === undefined ? [] : (lastSuccessMs ?? []),
  );
  if (timesMs.length === 0) return undefined;
  return html`Data from ${ago(Math.min(...timesMs), nowMs)}. `;
}
