// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Lists of tickets: how many there are is announced, paging leads to the list's beginning, and whoever comes back from a
// ticket finds the place they left. A link with data-sol-return, on a ticket's page, leads back to that list.
const place = 'sol:list';
const here = () => location.pathname + location.search;

// While what somebody asked for is on its way the list says so (list.css, after a moment), and when it does not come, too.
const asked = ({ detail: { ctx } }) => ctx?.target?.id === 'elenco' && ctx.sourceElement.id !== 'elenco' && ctx.target;
document.addEventListener('htmx:before:request', (e) => asked(e)?.setAttribute?.('aria-busy', 'true'));
document.addEventListener('htmx:finally:request', (e) => asked(e)?.removeAttribute?.('aria-busy'));
document.addEventListener('htmx:error', (e) => {
  if (!asked(e)) return;
  const said = document.createElement('p');
  said.className = 'alert alert-danger';
  said.setAttribute('role', 'alert');
  said.append('L’elenco non è arrivato: la rete o il servizio non rispondono. Quello qui sotto è di prima; riprovi tra qualche secondo.');
  document.getElementById('avviso').replaceChildren(said);
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.target?.id !== 'elenco') return;
  document.getElementById('avviso').replaceChildren();
  if (ctx.sourceElement.closest?.('.sol-pager')) {
    document.getElementById('conta').focus({ preventScroll: true });
    document.getElementById('titolo').scrollIntoView();
  }
  const said = document.querySelector('#conta strong').textContent;
  if (ctx.sourceElement.id !== 'elenco' || ctx.sourceElement.dataset.said !== said) {
    document.dispatchEvent(new CustomEvent('sol:say', { detail: said }));
  }
  document.getElementById('elenco').dataset.said = said;
});

document.addEventListener('click', (e) => {
  const row = e.target.closest('.sol-list a[href^="/ticket/"]')?.closest('[data-ticket]');
  if (row) {
    const name = document.getElementById('titolo').textContent;
    sessionStorage.setItem(place, JSON.stringify({ path: here(), name, ticket: row.dataset.ticket }));
  }
});

const left = JSON.parse(sessionStorage.getItem(place) ?? 'null');
if (left) {
  for (const link of document.querySelectorAll('a[data-sol-return]')) {
    link.href = left.path;
    link.textContent = `Torna a «${left.name}»`;
  }
  const [navigation] = performance.getEntriesByType('navigation');
  const back = navigation?.type === 'back_forward' || document.referrer.includes('/ticket/');
  if (back && left.path === here()) document.getElementById(`apri-${left.ticket}`)?.focus();
}

// The list follows what happens, at a calm pace; what is chosen and where somebody stands in it stays.
const pace = 2000; // ms between two looks
let due, looked = 0, known;

function follow() {
  if (!document.getElementById('elenco')) return;
  due ??= setTimeout(look, Math.max(300, looked + pace - Date.now()));
}

async function look() {
  due = undefined;
  if (!navigator.onLine) return; // the stream tells when it goes on
  looked = Date.now();
  known = new Map([...document.querySelectorAll('#elenco [data-version]')].map((row) => [row.id, row.dataset.version]));
  await htmx.ajax('GET', here(), { source: '#elenco', target: '#elenco', swap: 'innerMorph' });
}

document.addEventListener('htmx:before:swap', (e) => {
  const { ctx } = e.detail;
  if (ctx.sourceElement.id === 'elenco' && ctx.request.action !== here()) e.preventDefault(); // something else was asked for meanwhile
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id !== 'elenco') return;
  for (const row of document.querySelectorAll('#elenco [data-version]')) {
    row.classList.toggle('sol-changed', known.get(row.id) !== row.dataset.version);
  }
});

document.addEventListener('sol:ticket', follow);
document.addEventListener('sol:stream', ({ detail }) => detail.state === 'resumed' && follow());
