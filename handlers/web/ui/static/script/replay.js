// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// The slider of a ticket's history: shows the chosen moment while it moves, and announces it when the ticket is shown as of then.
const slider = document.getElementById('passo');
slider?.addEventListener('input', () => {
  const { label } = slider.list.options[slider.value - 1];
  slider.setAttribute('aria-valuetext', label);
  document.getElementById('passo-testo').textContent = label;
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.target?.id !== 'replay') return;
  document.getElementById('annunci').textContent = document.getElementById('passo-testo').textContent;
});
