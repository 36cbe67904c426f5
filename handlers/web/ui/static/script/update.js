// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// What «Aggiorna» does without asking the server: a text that a button carries goes into the note at once, and what is typed is
// kept while it is being typed. Without script the same buttons send the form, which comes back with the text in it.
'use strict';

const form = () => document.getElementById('aggiorna');
const say = (detail) => document.dispatchEvent(new CustomEvent('sol:say', { detail }));

function choose(name, value) {
  const control = form().elements[name];
  if (!control || !value) return;
  if (control instanceof HTMLSelectElement && ![...control.options].some((o) => o.value === value)) return;
  control.value = value;
}

// fill puts a text into the note, after what stands there, and chooses its reader and the status that go with it.
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

// Enter beneath a check answers that check, and sends nothing else of what is typed.
document.addEventListener('keydown', (e) => {
  const check = e.target.closest?.('.sol-check-form');
  if (e.key !== 'Enter' || !check || e.target.tagName !== 'INPUT') return;
  e.preventDefault();
  check.querySelector('button[value="risposte"]').click();
});

let timer;

// save keeps the draft; at the end of the page there is no time to wait for an answer.
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
  if (e.target === form()) clearTimeout(timer), timer = undefined; // it is sent
});
window.addEventListener('pagehide', () => { if (timer) save(true); });
document.addEventListener('sol:keep', async ({ detail: then }) => {
  await save(false);
  then();
});
