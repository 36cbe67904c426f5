// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Lists of tickets: announces the number of tickets, scrolls to the top after paging, and focuses the ticket that the reader opened when
// the reader comes back to the list. A link with data-sol-return on a ticket's page leads back to that list.
const storageKey = 'sol:list';
const here = () => location.pathname + location.search;

// readersRequest returns the list if an htmx event is of a request by the reader. The list is marked as busy during the request (list.css
// shows it after a moment), and an error message is shown if it fails.
const readersRequest = ({ detail: { ctx } }) => ctx?.target?.id === 'elenco' && ctx.sourceElement.id !== 'elenco' && ctx.target;
document.addEventListener('htmx:before:request', (e) => readersRequest(e)?.setAttribute?.('aria-busy', 'true'));
document.addEventListener('htmx:finally:request', (e) => readersRequest(e)?.removeAttribute?.('aria-busy'));
document.addEventListener('htmx:error', (e) => {
  if (!readersRequest(e)) return;
  const message = document.createElement('p');
  message.className = 'alert alert-danger';
  message.setAttribute('role', 'alert');
  message.append('L’elenco non è arrivato: la rete o il servizio non rispondono. Quello qui sotto è di prima; riprovi tra qualche secondo.');
  document.getElementById('avviso').replaceChildren(message);
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.target?.id !== 'elenco') return;
  document.getElementById('avviso').replaceChildren();
  if (ctx.sourceElement.closest?.('.sol-pager')) {
    document.getElementById('conta').focus({ preventScroll: true });
    document.getElementById('titolo').scrollIntoView();
  }
  const count = document.querySelector('#conta strong').textContent;
  if (ctx.sourceElement.id !== 'elenco' || ctx.sourceElement.dataset.announced !== count) {
    document.dispatchEvent(new CustomEvent('sol:say', { detail: count }));
  }
  document.getElementById('elenco').dataset.announced = count;
});

document.addEventListener('click', (e) => {
  const row = e.target.closest('.sol-list a[href^="/ticket/"]')?.closest('[data-ticket]');
  if (row) {
    const name = document.getElementById('titolo').textContent;
    sessionStorage.setItem(storageKey, JSON.stringify({ path: here(), name, ticket: row.dataset.ticket }));
  }
});

const left = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null');
if (left) {
  for (const link of document.querySelectorAll('a[data-sol-return]')) {
    link.href = left.path;
    link.textContent = `Torna a «${left.name}»`;
  }
  const [navigation] = performance.getEntriesByType('navigation');
  const back = navigation?.type === 'back_forward' || document.referrer.includes('/ticket/');
  if (back && left.path === here()) document.getElementById(`apri-${left.ticket}`)?.focus();
}

// Reloads the list after a change of a ticket, at most once in minInterval. The selection and the focus stay.
const minInterval = 2000; // time between two reloads, in ms
let timer, reloadedAt = 0, known;

function scheduleReload() {
  if (!document.getElementById('elenco')) return;
  timer ??= setTimeout(reload, Math.max(300, reloadedAt + minInterval - Date.now()));
}

async function reload() {
  timer = undefined;
  if (!navigator.onLine) return; // the stream dispatches sol:stream when it is connected again
  reloadedAt = Date.now();
  known = new Map([...document.querySelectorAll('#elenco [data-version]')].map((row) => [row.id, row.dataset.version]));
  await htmx.ajax('GET', here(), { source: '#elenco', target: '#elenco', swap: 'innerMorph' });
}

document.addEventListener('htmx:before:swap', (e) => {
  const { ctx } = e.detail;
  if (ctx.sourceElement.id === 'elenco' && ctx.request.action !== here()) e.preventDefault(); // the reader has requested another list meanwhile
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id !== 'elenco') return;
  for (const row of document.querySelectorAll('#elenco [data-version]')) {
    row.classList.toggle('sol-changed', known.get(row.id) !== row.dataset.version);
  }
});

document.addEventListener('sol:ticket', scheduleReload);
document.addEventListener('sol:stream', ({ detail }) => detail.state === 'resumed' && scheduleReload());
