// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

'use strict';

// What was just done is said once: whoever loads the page again, or comes back to it, is not told anew.
const place = new URL(location.href);
if (place.searchParams.has('fatto')) {
  place.searchParams.delete('fatto');
  history.replaceState(history.state, '', place);
}
