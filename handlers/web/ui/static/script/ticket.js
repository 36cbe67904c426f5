// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// An open ticket page: shows the presence of others and the time in which an update can be undone, and updates itself after a change. If
// the reader is typing, the page does not update itself: it shows a message that there are changes.
'use strict';

const page = () => document.querySelector('[data-sol-ticket]');
const say = (detail) => document.dispatchEvent(new CustomEvent('sol:say', { detail }));
const path = () => `/ticket/${page().dataset.solTicket}`;

// Presence. Only a visible page reports it; typing is reported at once and then at intervals.
const every = 8000, typing = 4000; // intervals of the reports, in ms
let typed = 0, present;

async function here(scrive) {
  if (!page()?.hasAttribute('data-writes') || document.hidden) return;
  try {
    const answer = await fetch(`${path()}/presenza`, { method: 'POST', body: new URLSearchParams(scrive ? { scrive: '1' } : {}) });
    if (answer.redirected) return clearInterval(present); // the session has ended; the stream shows that
    const line = document.getElementById('presenti');
    const text = answer.ok ? await answer.text() : '';
    if (line.textContent !== text) line.textContent = text;
  } catch { /* the stream shows that there is no connection */ }
}

function leave() {
  if (page()?.hasAttribute('data-writes')) navigator.sendBeacon(`${path()}/presenza`, new URLSearchParams({ via: '1' }));
}

if (page()) {
  here(false);
  present = setInterval(here, every, false);
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : here(false)));
  addEventListener('pagehide', leave);
  document.addEventListener('input', (e) => {
    if (e.target.form?.id !== 'aggiorna' || Date.now() - typed < typing) return;
    typed = Date.now();
    here(true);
  });
}

// busy reports whether the reader works in the form: a control has the focus, or its value differs from that of the page.
function busy() {
  const form = document.getElementById('aggiorna');
  if (!form) return false;
  return [...form.elements].some((c) => c === document.activeElement && c.type !== 'submit'
    || c.type === 'file' && c.files.length > 0
    || (c.type === 'radio' || c.type === 'checkbox') && c.checked !== c.defaultChecked
    || c instanceof HTMLSelectElement && [...c.options].some((o, i) => o.selected !== (o.defaultSelected || i === 0 && ![...c.options].some((d) => d.defaultSelected)))
    || (c instanceof HTMLTextAreaElement || c.type === 'text' || c.type === 'date') && c.value !== c.defaultValue);
}

// renew replaces the page by the ticket as it is now, unless the reader works in the form. One request runs at a time: of two at once, the
// older answer could come last and stay. A request that fails is repeated.
const retry = 2000; // ms
let renewing, changed = false; // the promise of the running request; whether there is something newer than what it asked for

function renew() {
  changed = true;
  renewing ??= replaceWhileChanged().finally(() => { renewing = undefined; });
  return renewing;
}

async function replaceWhileChanged() {
  try {
    while (changed && page() && !busy()) {
      changed = false;
      await replace();
    }
  } catch {
    setTimeout(renew, retry);
  }
}

// replace loads the page and puts it in the place of the one that is shown. It fails if the server does not answer with the page; an ended
// session is no failure, because the stream shows it.
async function replace() {
  const answer = await fetch(path());
  if (answer.status >= 500 || answer.status === 429) throw new Error(`${path()} answers ${answer.status}`);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('pagina');
  if (!fresh || busy()) return;
  const open = new Set([...page().querySelectorAll('details[open] > summary')].map((s) => s.textContent));
  page().replaceWith(document.importNode(fresh, true));
  for (const s of page().querySelectorAll('details > summary')) s.parentElement.open ||= open.has(s.textContent);
  page().dispatchEvent(new CustomEvent('sol:shown', { bubbles: true }));
  count();
}

function news() {
  if (!busy()) return renew().then(() => say('La richiesta è stata aggiornata: la pagina mostra le novità.'));
  if (document.querySelector('.sol-news')) return;
  const bar = document.createElement('p'), button = document.createElement('button');
  bar.className = 'sol-news';
  bar.append('La richiesta è cambiata mentre scriveva. Ciò che ha scritto è salvato come bozza.');
  button.type = 'button';
  button.className = 'btn btn-sm';
  button.textContent = 'Mostra le novità';
  button.addEventListener('click', () => {
    document.dispatchEvent(new CustomEvent('sol:keep', { detail: () => location.assign(path()) }));
  });
  bar.append(button);
  document.getElementById('aggiorna').after(bar);
  say('La richiesta è cambiata mentre scriveva. In fondo al modulo può mostrare le novità.');
}

// later reports whether position a of the log is after position b.
function later(a, b) {
  const [ea, na] = a.split('.').map(Number), [eb, nb] = b.split('.').map(Number);
  return ea > eb || ea === eb && na > nb;
}

// A note that was held has an earlier position than the page, and is still a change when it becomes visible.
document.addEventListener('sol:ticket', ({ detail }) => {
  if (detail.id !== page()?.dataset.solTicket) return;
  if (later(detail.position, page().dataset.position) || Date.parse(detail.from) > page().dataset.read) news();
});
document.addEventListener('sol:presence', ({ detail }) => detail.ticket === page()?.dataset.solTicket && here(false)); // the answer has the text
document.addEventListener('sol:files', ({ detail }) => detail.ticket === page()?.dataset.solTicket && page().querySelector('[data-file="waiting"]') && news());
document.addEventListener('sol:stream', ({ detail }) => detail.state === 'resumed' && renew());

// The time in which an update can be undone.
let clock;

function count() {
  clearInterval(clock);
  const bar = document.querySelector('.sol-undo');
  if (!bar) return;
  const end = Date.now() + bar.dataset.seconds * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    bar.querySelector('.sol-countdown').textContent = left > 0 ? ` (ancora ${left} s)` : '';
    if (left > 0) return;
    clearInterval(clock);
    bar.remove();
    say('La nota è partita: non si può più annullare.');
    setTimeout(renew, 1500); // the seconds were rounded down
  };
  clock = setInterval(tick, 1000);
  tick();
}

document.addEventListener('sol:shown', count);
count();
