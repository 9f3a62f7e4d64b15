/** One column that fits a phone, in light and dark. */
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
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--page); color: var(--text); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
h1 { font-size: 1.15rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
#note:not(:empty) { position: sticky; top: .5rem; z-index: 1; }
#note:not(:empty), .notice, .verdict { padding: .75rem 1rem; border-radius: .6rem; font-weight: 600; }
.verdict { font-size: 1.5rem; line-height: 1.25; margin: .75rem 0 .5rem; }
#accounts ~ * p, caption, footer, .account, .quiet { color: var(--quiet); font-size: .9rem; }
.good, .ok, .online { color: var(--good); background: var(--good-bg); }
.bad, .offline, .stale { color: var(--bad); background: var(--bad-bg); }
.unsure, .failing, .waiting, .unknown, #note { color: var(--unsure); background: var(--unsure-bg); }
.state { display: inline-block; padding: 0 .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
ul { list-style: none; margin: 0; padding: 0; }
.accounts { display: grid; gap: .5rem; }
.accounts li, table { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.accounts li { padding: .75rem 1rem; }
summary { padding: .6rem 0; cursor: pointer; }
form { display: flex; flex-wrap: wrap; align-items: end; gap: .75rem; margin-bottom: .75rem; }
label { display: grid; flex: 1 1 12rem; font-size: .9rem; }
input, select, button { font: inherit; min-height: 2.75rem; padding: 0 .75rem; border: 1px solid var(--edge); border-radius: .5rem; background: var(--card); color: inherit; }
input, select { font-size: 1rem; width: 100%; min-width: 0; }
button { cursor: pointer; }
button[aria-pressed=true] { background: var(--text); color: var(--page); }
table { width: 100%; border-spacing: 0; margin-top: .5rem; }
caption { text-align: start; padding-bottom: .5rem; }
th, td { padding: .55rem .75rem; text-align: start; vertical-align: baseline; }
tbody > tr > * { border-top: 1px solid var(--line); }
thead th { font-size: .85rem; color: var(--quiet); }
thead th:nth-last-child(-n+4), .count { text-align: end; font-variant-numeric: tabular-nums; }
tbody th { font-weight: inherit; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.digits { white-space: nowrap; font-variant-numeric: tabular-nums; }
.digits + .quiet { display: inline-block; overflow-wrap: anywhere; }
.digits:not(:only-child) { margin-inline-end: .4rem; }
nav, footer ul { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.25rem; }
nav { justify-content: space-between; margin-top: .5rem; }
nav > *, footer a { display: inline-flex; align-items: center; min-height: 2.75rem; }
nav > span:not(:nth-child(2)) { visibility: hidden; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, caption { display: block; }
  caption { padding: .7rem .9rem 0; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr) 5.5rem; gap: .25rem .75rem; padding: .7rem .9rem; border-top: 1px solid var(--line); }
  tbody tr:first-child { border: 0; }
  tbody > tr > * { padding: 0; border: 0; }
  tbody th { grid-column: 1 / 4; }
  td:nth-child(2) { text-align: end; }
  .account { grid-column: 1 / -1; }
  .count { text-align: start; font-size: .9rem; }
  .count::before { display: block; color: var(--quiet); font-size: .75rem; }
  .count:nth-last-child(4)::before { content: 'This month'; }
  .count:nth-last-child(3)::before { content: 'Marketing'; }
  .count:nth-last-child(2)::before { content: 'Service'; }
  .count:nth-last-child(1)::before { content: 'Incoming'; }
}
`;
