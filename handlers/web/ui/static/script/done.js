// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// Removes the confirmation from the address, so that a reload or the back button does not show it again.
const address = new URL(location.href);
if (address.searchParams.has('fatto')) {
  address.searchParams.delete('fatto');
  history.replaceState(history.state, '', address);
}
