// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"testing"

	"github.com/sol-assistenza/sol/handlers/identity"
)

func TestVerifiedTaxCode(t *testing.T) {
	for text, want := range map[string]string{
		"TINIT-RSSMRA80A01H501U": taxCode, "tinit-rssmra80a01h501u": taxCode, taxCode: taxCode, " TINIT-" + taxCode + " ": taxCode,
		"": "", "TINIT-": "", "TINIT-RSSMRA80A01H501V": "", "TINDE-" + taxCode: "", "TINIT-80087670016": "", "TINIT-STP1234567890123": "", "VATIT-" + taxCode: "", "TINIT-TINIT-" + taxCode: "",
	} {
		if got := identity.VerifiedTaxCode(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
