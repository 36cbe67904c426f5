// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// What has changed, in a sentence, for those who do not see it: other scripts dispatch sol:say on the document with the
// sentence as detail.
document.addEventListener('sol:say', (e) => {
  document.getElementById('annunci').textContent = e.detail;
});
