// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Security keys (templates/parts/key.html of the pages of one's own account): a form with data-key asks the browser for a key's answer to
// data-options (WebAuthn: create or get) and sends it as «risposta». Without script the form cannot be sent.
'use strict';

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

// decode returns options with bytes where their JSON has base64url.
function decode({ publicKey: o }) {
  const keys = (list) => list?.map((k) => ({ ...k, id: bytes(k.id) }));
  return {
    ...o, challenge: bytes(o.challenge), ...(o.user && { user: { ...o.user, id: bytes(o.user.id) } }),
    ...(o.excludeCredentials && { excludeCredentials: keys(o.excludeCredentials) }),
    ...(o.allowCredentials && { allowCredentials: keys(o.allowCredentials) }),
  };
}

// encode returns a key's answer as JSON.
function encode({ rawId, type, response: r }) {
  const response = { clientDataJSON: text(r.clientDataJSON) };
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (r[part]) response[part] = text(r[part]);
  }
  if (r.getTransports) response.transports = r.getTransports();
  return JSON.stringify({ id: text(rawId), rawId: text(rawId), type, response, clientExtensionResults: {} });
}

function reason({ name }) {
  if (name === 'InvalidStateError') return 'Questa chiave è già registrata: ne usi un’altra.';
  if (name === 'SecurityError') return 'Il browser non usa chiavi di sicurezza a questo indirizzo: usi un’app di autenticazione o un codice.';
  return 'La chiave non ha risposto, o l’operazione è stata annullata. Riprovi.';
}

document.addEventListener('submit', async (event) => {
  const form = event.target, { key, options } = form.dataset;
  if (!key || form.elements.risposta.value) return;
  event.preventDefault();
  const problem = form.querySelector('[data-key-problem]');
  problem.hidden = true;
  try {
    if (!window.PublicKeyCredential) throw new DOMException('', 'SecurityError');
    const publicKey = decode(JSON.parse(options));
    const answer = await (key === 'create' ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.risposta.value = encode(answer);
    form.requestSubmit();
  } catch (err) {
    problem.textContent = reason(err);
    problem.hidden = false;
  }
});
