// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// What script adds to pages that are whole without it.
'use strict';

// After a refusal the reader stands before what was wrong.
document.getElementById('errore')?.focus();
