/**
 * Refreshes the page, keeps ages current and searches as the user types. Inline, because the page loads
 * no other resources; without it, links and forms still work.
 */
export const SCRIPT = `
'use strict';
const REFRESH_MS = 15_000;
const TYPING_MS = 250;
const ANSWER_MS_MAX = 10_000;
const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]];
const { lang } = document.documentElement;
const locale = lang === 'en' ? 'en-GB' : lang;
const relative = new Intl.RelativeTimeFormat(locale);
const [main, form, icon] = ['main', 'form', 'link'].map((name) => document.querySelector(name));
const [note, pause] = ['note', 'pause'].map((id) => document.getElementById(id));
let paused = false;
let failed = false;
let requests = 0;
let typing;
let clockAheadMs = 0;

const pageTime = (root) => root.querySelector('#from time');

// Times in the reader's zone.
function localise(root) {
  clockAheadMs = Date.now() - Date.parse(pageTime(root).dateTime);
  const dayOf = (date) => date.toLocaleDateString(locale);
  const today = dayOf(new Date(Date.now() - clockAheadMs));
  for (const time of root.querySelectorAll('.moment, .recent')) {
    const date = new Date(time.dateTime);
    const full = date.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' });
    const day = dayOf(date) === today ? {} : { day: 'numeric', month: 'short' };
    const hour = { hour: '2-digit', minute: '2-digit' };
    time.textContent = time.className === 'moment' ? full : date.toLocaleString(locale, { ...day, ...hour });
    if (time.className === 'recent') time.title = full;
  }
  age(root);
}

// Ages by the server's clock. See words.ts.
function age(root) {
  for (const time of root.querySelectorAll('.ago, .ahead')) {
    const isAgo = time.className === 'ago';
    const ms = Date.parse(time.dateTime) - (Date.now() - clockAheadMs);
    const absolute = Math.max(0, isAgo ? -ms : ms);
    const [unit, unitMs] = UNITS.find(([, ms]) => absolute > 1.5 * ms) || UNITS[3];
    const units = Math.round(absolute / unitMs);
    const text = relative.format(isAgo ? -units : units, unit);
    if (time.textContent !== text) time.textContent = text;
  }
}

// Changes only what differs, so that scroll position, focus and selection are kept.
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) old.replaceWith(fresh);
  else if (old.nodeType === Node.TEXT_NODE) old.data = fresh.data;
  else if (old.nodeName === 'SELECT') old.replaceChildren(...fresh.childNodes);
  else if (old.nodeName !== 'INPUT' || old.type === 'hidden') {
    for (const { name } of [...old.attributes]) {
      if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((node, i) => (i < before.length ? morph(before[i], node) : old.append(node)));
    before.slice(after.length).forEach((node) => node.remove());
  }
}

function updateNote() {
  const template = failed ? note.dataset.failed : paused ? note.dataset.paused : '';
  const text = template.replace('{time}', pageTime(document).textContent);
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
    icon.href = fresh.querySelector('link').href;
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
setInterval(() => age(document), 1_000);
document.addEventListener('visibilitychange', refreshIfVisible);
document.documentElement.classList.add('js');
pause.hidden = false;
localise(document);
if (new URLSearchParams(location.search).has('all')) print();
`;
