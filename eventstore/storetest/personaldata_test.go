// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import "testing"

// TestDisclosuresAreFound logs each kind of personal data, and things that resemble it, and takes what was found back.
func TestDisclosuresAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"person FITTIZIA": true, "to prova@example.it": true, "code RSSMRA85T10A562S": true, "code STP0000000001000": true, "call +39 011 0000000": true,
		"from assistenza@example.it": false, "ticket 2026-0000001": false, "id 01930000-0000-7000-8000-000000000001": false,
	} {
		Log().Info(text) //nolint:sloglint // the text is the case
		disclosures.Lock()
		found := len(disclosures.found) > 0
		disclosures.found = nil
		disclosures.Unlock()
		if found != want {
			t.Errorf("%q: got found %t, want %t", text, found, want)
		}
	}
}
