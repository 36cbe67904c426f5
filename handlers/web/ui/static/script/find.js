// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// The search box of the header shows the first tickets that match while the reader types. It is a combobox: the arrows choose a ticket, Enter
// opens it, or all that were found if none is chosen, Esc closes the list. Without this script the form opens the page of what was found.
const form = document.getElementById('trova-modulo');
const pause = 250; // time without a key before it asks, in ms
let timer, request, asked = '';

function start(input, box) {
  const options = () => [...box.querySelectorAll('[role="option"]')];
  const chosen = () => box.querySelector('[aria-selected="true"]');

  function show(...content) {
    box.replaceChildren(...content);
    box.hidden = false;
    const list = box.querySelector('[role="listbox"]');
    input.setAttribute('aria-expanded', String(Boolean(list)));
    if (list) input.setAttribute('aria-controls', list.id);
    else input.removeAttribute('aria-controls');
  }

  function say(text) {
    const message = document.createElement('p');
    message.textContent = text;
    show(message);
    return message;
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    asked = '';
    box.hidden = true;
    box.removeAttribute('aria-busy');
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function choose(option) {
    chosen()?.setAttribute('aria-selected', 'false');
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  }

  function step(by) {
    const all = options();
    const next = all.indexOf(chosen()) + by;
    choose(all[next < -1 ? all.length - 1 : next]); // beyond the ends nothing is chosen
  }

  async function ask() {
    const q = input.value.trim();
    if (q === asked) return;
    if (q === '') return close();
    request?.abort();
    asked = q;
    const mine = request = new AbortController();
    box.setAttribute('aria-busy', 'true');
    if (box.hidden) say('Sto cercando…');
    try {
      const answer = await fetch(form.dataset.suggestions, {
        method: 'POST', body: new URLSearchParams({ q }), headers: { 'HX-Request-Type': 'partial' },
        signal: AbortSignal.any([mine.signal, AbortSignal.timeout(10_000)]),
      });
      const text = await answer.text();
      if (mine.signal.aborted) return;
      if (answer.headers.get('HX-Redirect')) return location.assign(answer.headers.get('HX-Redirect')); // the session has ended
      if (!answer.ok) throw new Error(answer.statusText);
      const content = document.createElement('template');
      content.innerHTML = text;
      input.removeAttribute('aria-activedescendant');
      show(content.content);
      document.dispatchEvent(new CustomEvent('sol:say', { detail: box.querySelector('p').textContent }));
    } catch {
      if (mine.signal.aborted) return;
      asked = '';
      say('La ricerca non risponde: riprovi tra qualche secondo.').setAttribute('role', 'alert');
    } finally {
      if (mine === request) box.removeAttribute('aria-busy');
    }
  }

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-haspopup', 'listbox');
  input.setAttribute('aria-expanded', 'false');
  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (input.value.trim() === '') return close();
    timer = setTimeout(ask, pause);
  });
  input.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    if (e.key === 'Escape' && !box.hidden) {
      e.preventDefault(); // keeps what was typed
      close();
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      if (box.hidden) ask();
      else step(e.key === 'ArrowDown' ? 1 : -1);
      e.preventDefault();
    } else if (e.key === 'Enter' && !box.hidden && chosen()) {
      e.preventDefault();
      location.assign(chosen().dataset.href);
    }
  });
  box.addEventListener('mousedown', (e) => e.preventDefault()); // the focus stays in the box
  box.addEventListener('click', (e) => {
    const option = e.target.closest('[role="option"]');
    if (option) location.assign(option.dataset.href);
  });
  form.addEventListener('focusout', (e) => form.contains(e.relatedTarget) || close());
}

if (form) start(form.querySelector('input'), document.getElementById('trova-risultati'));
