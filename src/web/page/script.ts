/**
 * What the page does by itself: it fetches itself anew, and searches while somebody types. In the
 * page's own text, since nothing else is loaded; without it everything works by links and the form.
 */
export const SCRIPT = `
'use strict';
const REFRESH_MS = 15_000;
const TYPING_MS = 250;
const ANSWER_MS_MAX = 10_000;
const [main, form] = ['main', 'form'].map((name) => document.querySelector(name));
const [note, pause] = ['note', 'pause'].map((id) => document.getElementById(id));
let paused = false;
let lost = false;
let asked = 0;
let typing;

function localise(root) {
  for (const time of root.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime)
      .toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  }
}

// Only what differs is touched, so scroll position, focus and a selection stay as they are.
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

function tell() {
  const made = document.querySelector('#asof time').textContent;
  const text = lost ? 'This page could not be refreshed since ' + made + '. What you see may be out of date.'
    : paused ? 'Paused at ' + made + '.' : '';
  if (note.textContent !== text) note.textContent = text;
}

async function refresh() {
  const mine = ++asked;
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (!response.ok) throw new Error('status ' + response.status);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    // An older answer than that to the last question is of no use any more.
    if (mine !== asked) return;
    localise(fresh);
    morph(main, fresh.querySelector('main'));
    document.title = fresh.title;
    lost = false;
  } catch {
    if (mine !== asked) return;
    lost = true;
  }
  tell();
}

function search() {
  clearTimeout(typing);
  const given = [...new FormData(form)].filter(([, value]) => value.trim() !== '');
  history.replaceState(null, '', given.length > 0 ? '?' + new URLSearchParams(given) : location.pathname);
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
  tell();
  if (!paused) refresh();
});
const refreshIfSeen = () => { if (!paused && !document.hidden) refresh(); };
setInterval(refreshIfSeen, REFRESH_MS);
document.addEventListener('visibilitychange', refreshIfSeen);
pause.hidden = false;
localise(document);
`;
