// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// What only script can do is shown only with script: class sol-scripted.
document.documentElement.classList.add('sol-js');
