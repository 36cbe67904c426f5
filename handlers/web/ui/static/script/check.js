// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Checks a field when the reader leaves it, by the same rules as when the form is sent, and counts the characters of some fields.
'use strict';

function say(input, text) {
  const id = input.id.replace('campo-', 'errore-');
  const described = new Set((input.getAttribute('aria-describedby') || '').split(' ').filter(Boolean));
  let p = document.getElementById(id);
  if (!text) {
    p?.remove();
    described.delete(id);
    input.removeAttribute('aria-invalid');
  } else {
    if (!p) {
      p = document.createElement('p');
      p.className = 'sol-wrong';
      p.id = id;
      input.before(p);
    }
    p.textContent = text;
    described.add(id);
    input.setAttribute('aria-invalid', 'true');
    document.getElementById('annunci').textContent = text;
  }
  if (described.size) input.setAttribute('aria-describedby', [...described].join(' '));
  else input.removeAttribute('aria-describedby');
}

document.addEventListener('change', async (e) => {
  const input = e.target;
  if (!input.matches?.('[data-check]')) return;
  const typed = input.value;
  try {
    const answer = await fetch(input.dataset.check, { method: 'POST', body: new URLSearchParams({ campo: input.name, valore: typed }) });
    if (answer.ok && input.value === typed) say(input, await answer.text());
  } catch {
    // Without a connection the field is checked when the form is sent.
  }
});

document.addEventListener('input', (e) => {
  const counted = e.target.closest?.('[data-counts]');
  if (counted) counted.querySelector('.sol-counter').textContent = `${[...e.target.value.replace(/\s/g, '')].length} / ${counted.dataset.counts}`;
});

document.addEventListener('click', (e) => { if (e.target.closest?.('[data-print]')) window.print(); });
document.querySelectorAll('[data-print]').forEach((b) => { b.hidden = false; });
