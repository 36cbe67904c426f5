// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Announces changes to screen readers: other scripts dispatch sol:say on the document, with a sentence as detail.
document.addEventListener('sol:say', (e) => {
  document.getElementById('annunci').textContent = e.detail;
});
