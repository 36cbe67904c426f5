// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// The stream of changes: one connection for each tab that somebody looks at. A tab in the background lets go of it, since a browser
// gives a site six, and goes on where it stopped when it is looked at again. The rest of the page hears of it by events
// on the document:
//   sol:ticket   {id, type, at, from, position}  a ticket that the reader may see has changed, perhaps by this very page: whoever shows
//                                          it compares the position with its own
//   sol:counts   {items: [{id, name, count}], position}
//   sol:notices  {unread, latest}
//   sol:presence {ticket, readers}  who else has the ticket open that this page shows
//   sol:stream   {state, since}  open: it follows · lost: it does not, since then · resumed: it follows again after it was
//                                lost · ended: the session is over, or its role was changed in another tab
const at = document.body.dataset.solStream;
const line = document.getElementById('collegamento');
const patience = 3000; // ms without the stream before anybody is told
const restful = 20000; // ms in the background before it is let go
let source, told, again, rest;
let from = document.body.dataset.solFrom ?? '';
let fresh = Date.now(); // when the page was last known to be whole
let wait = 1000;
let state = 'open';

const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function become(next, words) {
  if (state === next) return;
  const before = state;
  state = next;
  line.replaceChildren(...words);
  line.hidden = words.length === 0;
  if (words.length > 0) say('sol:say', line.textContent);
  if (next === 'open' && before === 'lost') {
    say('sol:say', 'Il collegamento è ripreso: la pagina si aggiorna di nuovo da sola.');
    say('sol:stream', { state: 'resumed', since: fresh });
  }
  say('sol:stream', { state: next, since: fresh });
}

function lost() {
  told ??= setTimeout(() => {
    const clock = new Date(fresh).toLocaleTimeString('it-IT', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Rome' });
    const why = navigator.onLine ? 'Collegamento interrotto' : 'Il computer non è in rete';
    become('lost', [`${why}: i dati sono quelli delle ${clock}. La pagina riprova da sola.`]);
  }, patience);
}

function found() {
  clearTimeout(told);
  told = undefined;
  wait = 1000;
  become('open', []);
  fresh = Date.now();
}

function ended() {
  close();
  const link = document.createElement('a');
  link.href = location.pathname + location.search;
  link.textContent = 'Ricarica la pagina';
  become('ended', ['La sessione è finita, o il ruolo è stato cambiato in un’altra scheda. ', link, '.']);
}

function close() {
  clearTimeout(again);
  source?.close();
  source = undefined;
}

function open() {
  close();
  if (state === 'ended') return;
  const address = new URL(at, location.href);
  if (from) address.searchParams.set('dopo', from);
  source = new EventSource(address);
  const on = (name, heard) => source.addEventListener(name, (e) => {
    from = e.lastEventId || from;
    fresh = Date.now();
    heard(JSON.parse(e.data));
  });
  source.addEventListener('open', found);
  source.addEventListener('error', (e) => {
    lost();
    if (e.target.readyState !== EventSource.CLOSED || e.target !== source) return; // it comes back by itself
    again = setTimeout(open, wait);
    wait = Math.min(wait * 2, 30000);
  });
  on('ticket', (data) => say('sol:ticket', data));
  on('counts', (data) => {
    for (const queue of data.items) {
      for (const number of document.querySelectorAll(`[data-count="${queue.id}"]`)) number.textContent = queue.count;
    }
    say('sol:counts', data);
  });
  on('presence', (data) => say('sol:presence', data));
  on('notification', (data) => {
    for (const number of document.querySelectorAll('[data-unread]')) {
      number.textContent = data.unread;
      number.hidden = data.unread === 0;
    }
    say('sol:notices', data);
  });
  on('end', (data) => {
    if (data.reason === 'session-ended') ended();
  });
}

if (at) {
  document.addEventListener('visibilitychange', () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(close, restful);
    else if (!source) open();
  });
  addEventListener('online', open);
  addEventListener('offline', lost);
  addEventListener('pagehide', close);
  addEventListener('pageshow', (e) => e.persisted && open());
  if (!document.hidden) open();
}
