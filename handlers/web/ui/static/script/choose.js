// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Selects rows of a list: all rows of the page, or with the shift key all rows between two. The form for the selected rows is shown as
// soon as a row is selected; its note for the citizens is shown if the new status needs one.
const form = document.getElementById('insieme');
const boxes = () => [...document.querySelectorAll('#elenco input[name="scelta"]')];
let latest, many = 0;

function show() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  form.hidden = chosen === 0;
  document.getElementById('scelte').textContent = chosen === 1 ? 'Con la richiesta scelta' : `Con le ${chosen} richieste scelte`;
  const every = document.getElementById('scegli-tutte');
  if (every) {
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
  }
  const status = form.elements.diventa.value;
  const asks = status === 'in_attesa_utente' || status === 'risolto';
  form.elements.testo.closest('.sol-field').hidden = !asks && !form.elements.testo.value;
  form.elements.testo.required = asks;
  return chosen;
}

function say() {
  const now = show();
  if (now === many) return;
  many = now;
  document.dispatchEvent(new CustomEvent('sol:say', { detail: now === 1 ? '1 richiesta scelta' : `${now} richieste scelte` }));
}

if (form) {
  document.addEventListener('click', ({ target, shiftKey }) => {
    if (target.id === 'scegli-tutte') {
      for (const box of boxes()) box.checked = target.checked;
    } else if (target.name === 'scelta') {
      const all = boxes();
      const from = all.findIndex((box) => box.id === latest);
      const to = all.indexOf(target);
      if (shiftKey && from >= 0) {
        for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = target.checked;
      }
      latest = target.id;
    } else return;
    say();
  });
  form.addEventListener('change', show);
  document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
    if (ctx.target?.id === 'elenco') say(); // a selected row may have left the list
  });
  many = show();
}
