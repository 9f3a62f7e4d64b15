import { COUNT_KEYS } from './query.ts';
import { en } from './texts/en.ts';
import { he } from './texts/he.ts';

/** On a phone the counts have no heads, but a label each; in the style, it is sent once. */
function labels(): string {
  return [en, he]
    .flatMap(({ language, columns }) =>
      COUNT_KEYS.map(
        (key) => `:lang(${language}) tbody .${key}::before { content: '${columns[key]}'; }`,
      ),
    )
    .join('\n  ');
}

/** One column that fits a phone, in light and dark, and paper. */
export const STYLE = `
:root {
  color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
  --page: #f4f5f7; --card: #fff; --text: #1b1f24; --quiet: #57606a; --line: #d8dde3; --edge: #7a828c;
  --link: #0550ae; --good: #0f5c27; --good-bg: #dcf5e3; --bad: #a01024; --bad-bg: #ffe7e5;
  --unsure: #6b4500; --unsure-bg: #fff3cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --text: #e6eaf0; --quiet: #a3acb8; --line: #2c323b; --edge: #7d8691;
    --link: #7cb8ff; --good: #7fdfa1; --good-bg: #12301d; --bad: #ffa3a3; --bad-bg: #431519;
    --unsure: #f0cd6b; --unsure-bg: #37290a;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--page); color: var(--text); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
h1 { font-size: 1.15rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 0; }
section { margin-top: 1.25rem; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
h3 { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .6rem; font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p, dl { margin: .25rem 0; }
time { unicode-bidi: isolate; }
summary [lang] { display: inline-block; }
#note:not(:empty) { position: sticky; top: .5rem; z-index: 1; }
#note:not(:empty), .notice, .verdict { padding: .75rem 1rem; border-radius: .6rem; font-weight: 600; }
.verdict { font-size: 1.5rem; line-height: 1.25; margin: .75rem 0 .5rem; }
footer, dl, .account, .since, .quiet { color: var(--quiet); font-size: .9rem; }
.good, .online { color: var(--good); background: var(--good-bg); }
.bad, .offline { color: var(--bad); background: var(--bad-bg); }
.unsure, .unknown, #note { color: var(--unsure); background: var(--unsure-bg); }
.state { display: inline-block; padding: 0 .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
ul { list-style: none; margin: 0; padding: 0; }
dt, dd { display: inline; margin: 0; }
dt { font-weight: 600; }
.accounts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: .5rem; margin-top: .25rem; }
.accounts li, table { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.accounts li { padding: .1rem 1rem .6rem; }
summary { padding: .6rem 0; cursor: pointer; }
.accounts p, .accounts summary { margin: -.3rem 0 0; padding: 0; color: var(--quiet); font-size: .9rem; }
.accounts details p { margin: .4rem 0; color: inherit; }
form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.filters, [role=search] { margin-bottom: .5rem; }
[role=search] > input { flex: 2 1 8rem; }
select { flex: 1 1 8rem; }
input, select, button { font: inherit; min-height: 2.75rem; min-width: 0; padding: 0 .75rem; border: 1px solid var(--edge); border-radius: .5rem; background: var(--card); color: inherit; }
input, select { font-size: 1rem; }
input[type=number] { width: 5rem; }
button { min-width: 2.75rem; cursor: pointer; }
button[aria-pressed=true] { background: var(--text); color: var(--page); }
table { width: 100%; border-spacing: 0; margin-top: .25rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .55rem .6rem; text-align: start; vertical-align: baseline; }
tbody > tr > * { border-top: 1px solid var(--line); }
thead th { padding-block: 0; font-size: .85rem; }
thead a { color: var(--quiet); white-space: nowrap; text-decoration: none; }
[aria-sort] a { color: var(--text); }
[aria-sort] a::after { content: '▲' / ''; font-size: .6em; padding-inline-start: .4em; }
[aria-sort=descending] a::after { content: '▼' / ''; }
.count { text-align: right; font-variant-numeric: tabular-nums; }
tbody th { font-weight: inherit; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.digits { white-space: nowrap; font-variant-numeric: tabular-nums; }
.digits i { font-style: normal; -webkit-user-select: none; user-select: none; }
.digits + bdi { display: inline-block; overflow-wrap: anywhere; }
nav, ul:not(.accounts) { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.25rem; }
nav a, h3 a, th a, ul a, p > a { display: inline-flex; align-items: center; min-height: 2.75rem; min-width: 2.75rem; }
.filters { gap: .5rem; }
.filters a { gap: .4rem; padding: 0 .9rem; border: 1px solid var(--edge); border-radius: 2rem; background: var(--card); text-decoration: none; }
.filters [aria-current] { background: var(--text); color: var(--page); }
.pager { justify-content: space-between; margin-top: .5rem; }
.pager > span { visibility: hidden; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .75rem; }
.tools { margin-top: .25rem; }
@media screen {
  .js .at { display: none; }
}
@media (max-width: 52rem) {
  body { padding: .5rem .75rem; }
  section { margin-top: .5rem; }
  .verdict { margin: .4rem 0; padding: .5rem .9rem; font-size: 1.2rem; }
  #accounts { position: absolute; clip-path: inset(50%); }
  .accounts li { padding: 0 .7rem .4rem; }
  .accounts p, .accounts summary { font-size: .85rem; }
  .js [role=search] > button { display: none; }
  .filters { flex-wrap: nowrap; overflow-x: auto; }
  .filters a, thead a { flex: none; white-space: nowrap; }
  table, tbody, thead { display: block; }
  thead tr { display: flex; gap: 0 1.25rem; overflow-x: auto; padding: 0 .9rem; }
  thead th { padding: 0; }
  tbody tr { display: grid; grid-template-columns: repeat(4, 1fr); gap: .15rem .75rem; padding: .5rem .9rem; border-top: 1px solid var(--line); }
  tbody > tr > * { padding: 0; border: 0; }
  tbody th { grid-area: 1 / 1 / 3 / 4; }
  td:nth-child(2) { text-align: end; }
  .since { grid-column: 1 / 3; }
  .since:has(+ .count) { grid-column: 1 / -1; }
  .account { grid-column: 3 / 5; text-align: end; overflow-wrap: anywhere; }
  .graphs { grid-area: 2 / 4; text-align: end; }
  .graphs a { display: inline-flex; align-items: center; justify-content: end; min-height: 2.75rem; min-width: 2.75rem; }
  tbody .count { text-align: start; font-size: .9rem; }
  tbody .count::before { display: block; color: var(--quiet); font-size: .75rem; }
  ${labels()}
}
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --quiet: #333; --line: #999; --good: #0f5c27; --bad: #a01024; --unsure: #6b4500; --good-bg: #fff; --bad-bg: #fff; --unsure-bg: #fff; font-size: .8rem; }
  header button, #note, nav, form, ul:not(.accounts), .graphs, p > a, noscript { display: none; }
  a { color: inherit; text-decoration: none; }
  body { max-width: none; padding: 0; }
  .verdict { padding: 0; }
  .state { padding: 0; }
  tr, .accounts li { break-inside: avoid; }
  nav a, h3 a, th a { min-height: 0; }
}
`;
