/**
 * Refreshes the page and searches as the user types. Inline, because the page loads no other
 * resources; without it, links and the form still work.
 */
export const SCRIPT = `
'use strict';
const REFRESH_MS = 15_000;
const TYPING_MS = 250;
const ANSWER_MS_MAX = 10_000;
const [main, form] = ['main', 'form'].map((name) => document.querySelector(name));
const [note, pause] = ['note', 'pause'].map((id) => document.getElementById(id));
let paused = false;
let failed = false;
let requests = 0;
let typing;

function localise(root) {
  for (const time of root.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime)
      .toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  }
}

// Changes only what differs, so that scroll position, focus and selection are kept.
function morph(old, fresh) {
  if (old === form || old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) old.replaceWith(fresh);
  else if (old.nodeType === Node.TEXT_NODE) old.data = fresh.data;
  else {
    for (const { name } of [...old.attributes]) {
      if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((node, i) => (i < before.length ? morph(before[i], node) : old.append(node)));
    before.slice(after.length).forEach((node) => node.remove());
  }
}

function updateNote() {
  const pageTime = document.querySelector('#asof time').textContent;
  const text = failed ? 'This page could not be refreshed since ' + pageTime + ' and may be out of date.'
    : paused ? 'Refreshing paused at ' + pageTime + '.' : '';
  if (note.textContent !== text) note.textContent = text;
}

async function refresh() {
  const request = ++requests;
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (!response.ok) throw new Error('status ' + response.status);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    // Ignore the response if a newer request was sent.
    if (request !== requests) return;
    localise(fresh);
    morph(main, fresh.querySelector('main'));
    document.title = fresh.title;
    failed = false;
  } catch {
    if (request !== requests) return;
    failed = true;
  }
  updateNote();
}

function search() {
  clearTimeout(typing);
  const filled = [...new FormData(form)].filter(([, value]) => value.trim() !== '');
  history.replaceState(null, '', filled.length > 0 ? '?' + new URLSearchParams(filled) : location.pathname);
  refresh();
}

form.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, TYPING_MS);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  updateNote();
  if (!paused) refresh();
});
const refreshIfVisible = () => { if (!paused && !document.hidden) refresh(); };
setInterval(refreshIfVisible, REFRESH_MS);
document.addEventListener('visibilitychange', refreshIfVisible);
pause.hidden = false;
localise(document);
`;
