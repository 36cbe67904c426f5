// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// The stream of live updates: one connection for each visible tab. A tab in the background closes its connection after a while, because a
// browser allows a site six; it continues after the last event when it becomes visible again. Other scripts get events on the document:
//   sol:ticket         {id, type, at, from, position}  a ticket that the reader may see has changed, perhaps by this page itself: a script
//                      that shows the ticket compares the position with its own
//   sol:counts         {items: [{id, name, count}], position}
//   sol:notifications  {unread}
//   sol:presence       {ticket, readers}  the other people who have this page's ticket open
//   sol:files          {ticket}  a file of this page's ticket may have been scanned
//   sol:stream         {state, since}  open: connected · lost: not connected since then · resumed: connected again after lost ·
//                      ended: the session has ended, its role was changed in another tab, or the service was restored from a backup
const at = document.body.dataset.solStream;
const line = document.getElementById('collegamento');
const lostDelay = 3000; // time without a connection before the page shows it, in ms
const backgroundDelay = 20000; // time in the background before the connection is closed, in ms
let source, lostTimer, retryTimer, backgroundTimer;
let from = document.body.dataset.solFrom ?? '';
let fresh = Date.now(); // the time at which the page was last known to be up to date
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
  lostTimer ??= setTimeout(() => {
    const clock = new Date(fresh).toLocaleTimeString('it-IT', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Rome' });
    const why = navigator.onLine ? 'Collegamento interrotto' : 'Il computer non è in rete';
    become('lost', [`${why}: i dati sono quelli delle ${clock}. La pagina riprova da sola.`]);
  }, lostDelay);
}

function found() {
  clearTimeout(lostTimer);
  lostTimer = undefined;
  wait = 1000;
  become('open', []);
  fresh = Date.now();
}

function ended(why) {
  close();
  const link = document.createElement('a');
  link.href = location.pathname + location.search;
  link.textContent = 'Ricarica la pagina';
  become('ended', [why, link, '.']);
}

function close() {
  clearTimeout(retryTimer);
  source?.close();
  source = undefined;
}

function open() {
  close();
  if (state === 'ended') return;
  const address = new URL(at, location.href);
  if (from) address.searchParams.set('dopo', from);
  source = new EventSource(address);
  const on = (name, handle) => source.addEventListener(name, (e) => {
    from = e.lastEventId || from;
    fresh = Date.now();
    handle(JSON.parse(e.data));
  });
  source.addEventListener('open', found);
  source.addEventListener('error', (e) => {
    lost();
    if (e.target.readyState !== EventSource.CLOSED || e.target !== source) return; // the browser connects again by itself
    retryTimer = setTimeout(open, wait);
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
  on('files', (data) => say('sol:files', data));
  on('notification', (data) => {
    for (const number of document.querySelectorAll('[data-unread]')) {
      number.textContent = data.unread;
      number.hidden = data.unread === 0;
    }
    say('sol:notifications', data);
  });
  on('end', (data) => {
    if (data.reason === 'session-ended') ended('La sessione è finita, o il ruolo è stato cambiato in un’altra scheda. ');
    if (data.reason === 'position-lost') ended('Il servizio è stato ripristinato da una copia: ciò che è stato fatto per ultimo può mancare. ');
  });
}

if (at) {
  document.addEventListener('visibilitychange', () => {
    clearTimeout(backgroundTimer);
    if (document.hidden) backgroundTimer = setTimeout(close, backgroundDelay);
    else if (!source) open();
  });
  addEventListener('online', open);
  addEventListener('offline', lost);
  addEventListener('pagehide', close);
  addEventListener('pageshow', (e) => e.persisted && open());
  if (!document.hidden) open();
}
