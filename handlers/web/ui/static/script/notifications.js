// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Notifications: the panel in the header shows the newest, live updates refresh the list, and opening a notification marks it as read.
const panel = document.getElementById('novita');
const list = document.getElementById('notifiche');
let known = Number(panel?.querySelector('[data-unread]').textContent ?? 0);

const fill = () => htmx.ajax('GET', '/notifiche/ultime', { source: '#novita-elenco', target: '#novita-elenco', swap: 'innerMorph' });

function shut() {
  panel.open = false;
}

if (panel) {
  panel.addEventListener('toggle', () => panel.open && fill());
  document.addEventListener('click', (e) => panel.contains(e.target) || shut());
  panel.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    shut();
    panel.querySelector('summary').focus();
  });
  document.addEventListener('click', (e) => {
    const link = e.target.closest('a[data-notification]');
    if (link) navigator.sendBeacon(`/notifiche/${link.dataset.notification}`);
  });
  document.addEventListener('sol:notifications', ({ detail: { unread } }) => {
    if (unread > known) document.dispatchEvent(new CustomEvent('sol:say', { detail: unread === 1 ? '1 notifica da leggere' : `${unread} notifiche da leggere` }));
    if (unread !== known) {
      if (panel.open) fill();
      if (list) htmx.ajax('GET', location.pathname + location.search, { source: '#notifiche', target: '#notifiche', swap: 'innerMorph' });
    }
    known = unread;
  });
}
