// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Marks the document as scripted. Elements of class sol-scripted are shown only then.
document.documentElement.classList.add('sol-js');
