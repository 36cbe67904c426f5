// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The form «Aggiorna»: a button with a text adds it to the note without a request, and the form is saved as a draft while the reader
// types. Without script the same buttons send the form, and the answer has the text in it.
'use strict';

const form = () => document.getElementById('aggiorna');
const say = (detail) => document.dispatchEvent(new CustomEvent('sol:say', { detail }));

function choose(name, value) {
  const control = form().elements[name];
  if (!control || !value) return;
  if (control instanceof HTMLSelectElement && ![...control.options].some((o) => o.value === value)) return;
  control.value = value;
}

// fill appends a text to the note and sets the visibility and the status that belong to the text.
function fill({ fill: text, visibility, status }) {
  const note = form().elements.testo;
  note.value = [note.value.trim(), text].filter(Boolean).join('\n\n');
  choose('visibilita', visibility);
  choose('stato', status);
  note.focus();
  note.scrollIntoView({ block: 'center' });
  note.dispatchEvent(new Event('input', { bubbles: true }));
  say(`Testo inserito nella nota. ${document.getElementById('lettore').innerText.trim()}`);
}

document.addEventListener('click', (e) => {
  const button = e.target.closest?.('button[data-fill], button[data-fill-from]');
  if (!button || !form()) return;
  e.preventDefault();
  const chosen = button.dataset.fillFrom ? document.getElementById(button.dataset.fillFrom).selectedOptions[0] : button;
  if ('fill' in chosen.dataset) fill(chosen.dataset);
});

// Enter in an input of a check sends the answers and keeps the rest of the form as a draft.
document.addEventListener('keydown', (e) => {
  const check = e.target.closest?.('.sol-check-form');
  if (e.key !== 'Enter' || !check || e.target.tagName !== 'INPUT') return;
  e.preventDefault();
  check.querySelector('button[value="risposte"]').click();
});

let timer;

// save stores the draft. When the reader leaves the page, the request outlives the page (keepalive).
async function save(leaving) {
  clearTimeout(timer);
  timer = undefined;
  const f = form(), where = document.getElementById('bozza');
  if (!f || !where) return;
  const typed = new FormData(f);
  typed.delete('allegati');
  try {
    const answer = await fetch(`${f.getAttribute('action')}/bozza`, { method: 'POST', body: new URLSearchParams(typed), keepalive: leaving });
    if (answer.redirected) throw new Error('logged out');
    if (!answer.ok) throw new Error(String(answer.status));
    where.textContent = await answer.text();
    f.querySelector('.sol-drop-draft').hidden = !where.textContent;
  } catch (error) {
    where.textContent = error.message === 'logged out' ? 'Bozza non salvata: l’accesso è scaduto, acceda di nuovo in un’altra scheda.' : 'Bozza non ancora salvata: il servizio non risponde.';
  }
}

function changed(e) {
  if (e.target.form !== form() || !form() || e.target.type === 'file') return;
  clearTimeout(timer);
  timer = setTimeout(save, 1000);
}

document.addEventListener('input', changed);
document.addEventListener('change', changed);
document.addEventListener('submit', (e) => {
  if (e.target === form()) clearTimeout(timer), timer = undefined; // the form is sent, so there is no draft to save
});
window.addEventListener('pagehide', () => { if (timer) save(true); });
document.addEventListener('sol:keep', async ({ detail: then }) => {
  await save(false);
  then();
});
