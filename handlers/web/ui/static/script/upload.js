// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Forms with data-upload are sent with a progress bar and stay on the page until there is an answer. If the connection breaks or the form
// is refused, the texts and the chosen files are kept. The form has an idempotency key, so sending it twice has one effect.
'use strict';

function tell(form, text, link) {
  let box = form.querySelector('.sol-sending');
  if (!box) {
    box = document.createElement('div');
    box.className = 'sol-sending';
    box.setAttribute('role', 'status');
    form.append(box);
  }
  box.replaceChildren(text);
  if (link) {
    const a = document.createElement('a');
    a.href = link;
    a.target = '_blank';
    a.rel = 'noopener';
    a.textContent = 'Apri l’accesso in un’altra scheda';
    box.append(' ', a);
  }
  return box;
}

function release(form) {
  delete form.dataset.sending;
  form.querySelectorAll('button:not([type=button])').forEach((b) => b.removeAttribute('aria-disabled'));
}

function swap(form, answer) {
  const files = form.querySelector('input[type=file]')?.files;
  const main = document.importNode(answer.querySelector('main'), true);
  document.querySelector('main').replaceWith(main);
  window.htmx?.process(main); // else the form asks for no privacy statement when an entity is chosen
  document.title = answer.title;
  main.dispatchEvent(new CustomEvent('sol:shown', { bubbles: true, detail: { files } }));
  const error = document.getElementById('errore');
  (error || main).focus();
  (error || main).scrollIntoView();
}

document.addEventListener('submit', (e) => {
  const form = e.target;
  if (!form.matches('[data-upload]') || e.defaultPrevented) return;
  e.preventDefault();
  if (form.dataset.sending) return;
  const body = new FormData(form, e.submitter);
  body.append('tenuti', 'si'); // the chosen files are kept when the form is refused
  form.dataset.sending = 'yes';
  form.querySelectorAll('button:not([type=button])').forEach((b) => b.setAttribute('aria-disabled', 'true'));
  const box = tell(form, 'Invio in corso…'), bar = document.createElement('progress');
  bar.max = 1;
  bar.setAttribute('aria-label', 'Invio');
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.responseType = 'document';
  request.timeout = 120000;
  request.upload.addEventListener('progress', (p) => {
    if (!p.lengthComputable || p.total < 200000) return;
    bar.value = p.loaded / p.total;
    if (!bar.isConnected) box.append(bar);
  });
  request.addEventListener('load', () => {
    const answer = request.response, there = new URL(request.responseURL || form.action, document.baseURI);
    if (there.pathname === '/accesso' && location.pathname !== '/accesso') {
      tell(form, 'Nel frattempo l’accesso è scaduto. Ciò che ha scritto è ancora qui: acceda di nuovo in un’altra scheda, poi torni qui e invii.', '/accesso');
      release(form);
    } else if (request.status < 400 && there.href !== new URL(form.action, document.baseURI).href) {
      location.assign(there.href);
    } else if (answer?.querySelector('main form[data-upload]')) {
      swap(form, answer);
    } else {
      const why = answer?.querySelector('#errore p')?.textContent;
      tell(form, why || 'Il servizio non risponde. Ciò che ha scritto è ancora qui: riprovi tra qualche secondo.');
      release(form);
    }
  });
  for (const kind of ['error', 'timeout', 'abort']) {
    request.addEventListener(kind, () => {
      tell(form, 'La connessione si è interrotta. Ciò che ha scritto è ancora qui: quando torna la rete prema di nuovo «Invia». Se il primo invio era arrivato, non ne nasce un secondo.');
      release(form);
    });
  }
  request.send(body);
});

// Without a connection the form shows a message before the reader sends it.
const offline = (form) => tell(form, 'Manca la connessione. Può continuare a scrivere: invii quando torna la rete.');
window.addEventListener('offline', () => document.querySelectorAll('form[data-upload]').forEach(offline));
window.addEventListener('online', () => document.querySelectorAll('form[data-upload]:not([data-sending]) .sol-sending').forEach((box) => box.remove()));
if (!navigator.onLine) document.querySelectorAll('form[data-upload]').forEach(offline);
