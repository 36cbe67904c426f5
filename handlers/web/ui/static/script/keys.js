// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Keyboard shortcuts. The key of an element with data-key="x" is x; with data-key="g n" it is g and then n. The key presses a link or
// button and focuses a field. The key ? shows a list of all keys; data-key-name is an element's name in it, if its text is not enough. In
// lists j and k move from ticket to ticket, o opens and x selects one. Keys have no effect while the reader types, and the reader can
// switch them off (WCAG 2.1.4).
const dialog = document.getElementById('tasti');
const kept = 'sol:keys';
const sequence = 1500; // maximum time between the two keys of a shortcut, in ms
let first = '', forget;

const enabled = () => localStorage.getItem(kept) !== 'off';
const typing = (at) => at.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
const links = () => [...document.querySelectorAll('[data-ticket] a[href^="/ticket/"]')];
const row = () => document.activeElement.closest('[data-ticket]');

function step(by) {
  const all = links();
  const now = all.findIndex((link) => link.closest('[data-ticket]') === row());
  all[now < 0 ? 0 : Math.max(0, Math.min(all.length - 1, now + by))]?.focus();
  return all.length > 0;
}

const rows = {
  j: ['Richiesta seguente dell’elenco', () => step(1)],
  k: ['Richiesta precedente dell’elenco', () => step(-1)],
  o: ['Apri la richiesta (anche Invio)', () => row()?.querySelector('a[href^="/ticket/"]')?.click()],
  x: ['Scegli la richiesta, o annulla la scelta', () => row()?.querySelector('[name="scelta"]')?.click()],
};

function press(target) {
  if (target.matches('a, button, summary, [type="checkbox"], [type="radio"]')) target.click();
  else target.focus();
}

const shown = (element) => element.checkVisibility({ visibilityProperty: true });

function help() {
  const lines = new Map(links().length > 0 ? Object.entries(rows).map(([key, [name]]) => [key, name]) : []);
  for (const target of document.querySelectorAll('[data-key]')) {
    if (shown(target)) lines.set(target.dataset.key, target.dataset.keyName ?? target.textContent.trim());
  }
  lines.set('?', 'Questo elenco');
  dialog.querySelector('tbody').replaceChildren(...[...lines].map(([key, name]) => {
    const line = document.createElement('tr');
    const keys = line.appendChild(document.createElement('td'));
    key.split(' ').forEach((k, n) => {
      if (n > 0) keys.append(' poi ');
      keys.appendChild(document.createElement('kbd')).textContent = k;
    });
    line.appendChild(document.createElement('td')).textContent = name;
    return line;
  }));
  document.getElementById('tasti-attivi').checked = enabled();
  dialog.showModal();
}

function pressed(e) {
  if (!enabled() || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target) || document.querySelector('dialog[open]')) return;
  const key = first ? `${first} ${e.key}` : e.key;
  first = '';
  clearTimeout(forget);
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
  if (target) press(target);
  else if (key === '?') help();
  else if (Object.hasOwn(rows, key)) rows[key][1]();
  else if (document.querySelector(`[data-key^="${CSS.escape(`${key} `)}"]`)) {
    first = key;
    forget = setTimeout(() => { first = ''; }, sequence);
  } else return;
  e.preventDefault();
}

if (dialog) {
  document.addEventListener('keydown', pressed);
  document.addEventListener('click', (e) => e.target.closest('[data-sol-keys]') && help());
  document.getElementById('tasti-attivi').addEventListener('change', ({ target }) => {
    if (target.checked) localStorage.removeItem(kept);
    else localStorage.setItem(kept, 'off');
  });
}
