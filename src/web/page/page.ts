import { createHash } from 'node:crypto';
import { renderAccounts } from './accounts.ts';
import { html, type Html } from './html.ts';
import { toIcon } from './icon.ts';
import { tally, type Status } from './model.ts';
import { renderNumbers } from './numbers.ts';
import { LANGUAGES, toHref, type Language, type Query } from './query.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import type { Texts } from './texts/texts.ts';
import { wordsOf, type Words } from './words.ts';

/** Not in the template below: the formatter must not change text whose hash is in the policy. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` };
const SCRIPT_ELEMENT: Html = { markup: `<script>${SCRIPT}</script>` };

/** The page loads no other resources, and only the inline style and script below are allowed. */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src '${sha256(STYLE)}'`,
  `script-src '${sha256(SCRIPT)}'`,
  'img-src data:', // The icon.
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

export interface PageOptions {
  readonly language: Language;
  readonly telemetryPath: string;
  /** See phone.ts. */
  readonly toPhone: (digits: string) => string;
}

/**
 * The status page: which numbers are offline, and how old is the data? It works without the script,
 * which refreshes <main>, keeps ages current and searches as the user types.
 */
export function renderPage(status: Status, query: Query, options: PageOptions): string {
  const words = wordsOf(options.language);
  const { texts } = words;
  const { text, tone } = verdict(status, texts);
  return html`<!doctype html>
    <html lang="${texts.language}" dir="${texts.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${text} – ${texts.title}</title>
        <link rel="icon" href="${toIcon(tone)}" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>
          <h1>${texts.title}</h1>
          <button type="button" id="pause" aria-pressed="false" hidden>${texts.pause}</button>
        </header>
        <p
          id="note"
          role="alert"
          data-paused="${texts.pausedAt}"
          data-failed="${texts.notRefreshedSince}"
        ></p>
        <main>
          <p class="verdict ${tone}" role="status">${text}</p>
          <p id="asof" class="quiet">
            ${renderFreshness(status, words)}
            <span id="from">${texts.pageFrom(words.recent(status.nowMs))}</span>
            ${renderShard(status, texts)}
          </p>
          ${renderReload(status, words)} ${renderAccounts(status, query, words)}
          ${renderNumbers(status, query, words, options.toPhone)}
        </main>
        <footer>
          <noscript><p>${texts.withoutScript(html`<a href="">${texts.reload}</a>`)}</p></noscript>
          <p>whatsapp-numbers-exporter ${status.version}</p>
          <ul>
            ${renderLinks(query, options, texts)}
          </ul>
        </footer>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.markup;
}

function renderLinks(query: Query, { language, telemetryPath }: PageOptions, { links }: Texts) {
  const pages = [
    [telemetryPath, links.metrics],
    ['/api/status', links.json],
    ['/sd', links.targets],
    ['/-/healthy', links.health],
    ['/-/ready', links.readiness],
  ].map(([path, label]) => html`<li><a href=".${path}">${label}</a></li>`);
  const languages = LANGUAGES.filter((other) => other !== language).map((other) => {
    const href = toHref(query, { language: other, page: query.page });
    const { ownName } = wordsOf(other).texts;
    return html`<li><a href="${href}" lang="${other}" hreflang="${other}">${ownName}</a></li>`;
  });
  return [...languages, ...pages];
}

/** Explains why the accounts of other shards are missing. */
function renderShard({ sharding }: Status, texts: Texts): string {
  return sharding === undefined ? '' : texts.shard(sharding.shard, sharding.totalShards);
}

/** The summary in one line. The tone is `good` only if the state of every number is known. */
function verdict(
  { accounts }: Status,
  texts: Texts,
): { text: string; tone: 'good' | 'bad' | 'unsure' } {
  const current = accounts.flatMap(({ numbers }) => numbers ?? []);
  const missing = accounts.filter(({ numbers }) => numbers === undefined).length;
  const { all, offline, unknown } = tally(current);
  if (accounts.length === 0) return { text: texts.noAccounts, tone: 'unsure' };
  if (missing === accounts.length) return { text: texts.noData, tone: 'unsure' };
  const parts = [
    offline > 0 ? texts.offlineOf(offline, all) : texts.noneOffline(all),
    ...(unknown > 0 ? [texts.unknownToo(unknown)] : []),
    ...(missing > 0 ? [texts.missingToo(missing)] : []),
  ];
  const tone = offline > 0 ? 'bad' : parts.length > 1 ? 'unsure' : 'good';
  return { text: parts.join(', '), tone };
}

function renderReload({ reload }: Status, { texts, moment }: Words): Html {
  // The script pairs old and new elements by their position.
  if (reload.succeeded) return html`<p hidden></p>`;
  return html`<p class="notice unsure">${texts.notReloaded(moment(reload.inForceSinceMs))}</p>`;
}

/** The age of the oldest data shown. */
function renderFreshness({ accounts, nowMs }: Status, { texts, ago }: Words): Html | undefined {
  const timesMs = accounts.flatMap(({ numbers, lastSuccessMs }) =>
    numbers === undefined ? [] : (lastSuccessMs ?? []),
  );
  return timesMs.length === 0 ? undefined : texts.dataFrom(ago(Math.min(...timesMs), nowMs));
}
