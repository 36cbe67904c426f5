// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// The form has an error message for each code that refuses an identifier, and for no other code.
func TestEachIdentifierCodeHasAText(t *testing.T) {
	for _, c := range refusal.Codes() {
		prefix, _, _ := strings.Cut(string(c), "-")
		isIdentifier := prefix == "email" || prefix == "phone" || strings.HasPrefix(string(c), "tax-code-")
		if (identifierTexts[c] != "") != isIdentifier {
			t.Errorf("text of %s: got %q, want a text: %t", c, identifierTexts[c], isIdentifier)
		}
	}
}
