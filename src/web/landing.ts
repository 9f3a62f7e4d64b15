import { createHash } from 'node:crypto';

/** What the landing page shows. Times are Unix milliseconds. */
export interface Landing {
  readonly name: string;
  readonly version: string;
  readonly nowMs: number;
  readonly links: readonly { readonly path: string; readonly label: string }[];
  readonly accounts: readonly AccountStatus[];
}

export interface AccountStatus {
  readonly name: string;
  /** Undefined until there is one. A failure has its reason, what that means, and what to do. */
  readonly lastPoll:
    | {
        readonly atMs: number;
        readonly failure:
          | { readonly reason: string; readonly meaning: string; readonly remedy: string }
          | undefined;
      }
    | undefined;
  readonly lastSuccessMs: number | undefined;
  /** Of the data that is being served; undefined when there is none, or it is too old. */
  readonly numbers: { readonly all: number; readonly offline: number } | undefined;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
.bad { color: light-dark(#b00020, #ff8a9a); font-weight: 600; }
.good { color: light-dark(#006b2d, #6fdc9a); font-weight: 600; }
footer { margin-top: 2rem; opacity: .8; }
`;

/** Nothing is loaded but this page, and of it only the style above counts. */
export const LANDING_CSP =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function renderLanding(landing: Landing): string {
  const { name, version, accounts, links, nowMs } = landing;
  const rows = accounts.map((account) => renderAccount(account, nowMs)).join('');
  const items = links.map(
    ({ path, label }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(label)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(name)}</h1>
<p>Version ${escapeHtml(version)}. Numbers are polled on a schedule, not live.</p>
<ul>${items.join('')}</ul>
<h2>Accounts</h2>
<table>
<thead><tr><th>Account</th><th>Last poll</th><th>Last success</th><th>Numbers</th><th>Offline</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
<footer>As of ${escapeHtml(new Date(nowMs).toISOString())}</footer>
</body>
</html>
`;
}

function renderAccount(account: AccountStatus, nowMs: number): string {
  const { numbers } = account;
  const cells = [
    escapeHtml(account.name),
    renderLastPoll(account, nowMs),
    ago(account.lastSuccessMs, nowMs),
    numbers === undefined ? 'no current data' : String(numbers.all),
    numbers === undefined ? '' : renderOffline(numbers.offline),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`;
}

function renderLastPoll({ lastPoll }: AccountStatus, nowMs: number): string {
  if (lastPoll === undefined) return 'not polled yet';
  const { atMs, failure } = lastPoll;
  if (failure === undefined) return `<span class="good">succeeded</span> ${ago(atMs, nowMs)}`;
  const { reason, meaning, remedy } = failure;
  return (
    `<span class="bad">failed: ${escapeHtml(reason)}</span> ${ago(atMs, nowMs)}` +
    `<br>${escapeHtml(meaning)}.<br>${escapeHtml(remedy)}`
  );
}

function renderOffline(offline: number): string {
  return offline === 0 ? '0' : `<span class="bad">${offline}</span>`;
}

function ago(thenMs: number | undefined, nowMs: number): string {
  if (thenMs === undefined) return 'never';
  const s = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (s < 120) return `${s} s ago`;
  return s < 7200 ? `${Math.round(s / 60)} min ago` : `${Math.round(s / 3600)} h ago`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
