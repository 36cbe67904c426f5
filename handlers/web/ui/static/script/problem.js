// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// After a refusal the focus is on the error message.
document.getElementById('errore')?.focus();
