// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"testing"

	"github.com/sol-assistenza/sol/handlers/identity/oidc"
)

// FuzzDecodeAttempt reads the cookie of a log-in that has begun. One that is accepted holds all secrets against which the answer is compared.
func FuzzDecodeAttempt(f *testing.F) {
	for _, value := range []string{"", "e30", "bnVsbA", "eyJTdGF0ZSI6ImEiLCJOb25jZSI6ImIiLCJWZXJpZmllciI6ImMifQ", "W10", "=", "%00"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if a, ok := oidc.DecodeAttempt(value); ok && (a.State == "" || a.Nonce == "" || a.Verifier == "") {
			t.Errorf("%q: got %+v, want a refusal without all secrets", value, a)
		}
	})
}
