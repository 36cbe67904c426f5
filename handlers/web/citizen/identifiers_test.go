// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// The form has a text of its own for every code that refuses an identifier, and for no other.
func TestEveryIdentifierCodeHasAText(t *testing.T) {
	for _, c := range refusal.Codes() {
		prefix, _, _ := strings.Cut(string(c), "-")
		of := prefix == "email" || prefix == "phone" || strings.HasPrefix(string(c), "tax-code-")
		if (identifierTexts[c] != "") != of {
			t.Errorf("%s: %q", c, identifierTexts[c])
		}
	}
}
