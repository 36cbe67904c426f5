// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/handlers/identity/oidc"
)

// FuzzDecodeAttempt reads the cookie of a log-in that has begun. One that is accepted holds all secrets against which the answer is compared, and
// is the same when it is encoded again.
func FuzzDecodeAttempt(f *testing.F) {
	complete := oidc.Attempt{Provider: "prova", State: "a", Nonce: "b", Verifier: "c", Next: "/code/nuove", Begun: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	if _, ok := oidc.DecodeAttempt(complete.Encode()); !ok {
		f.Fatal("a complete attempt is refused")
	}
	for _, value := range []string{"", "e30", "bnVsbA", complete.Encode(), oidc.Attempt{State: "a", Nonce: "b"}.Encode(), "W10", "=", "%00"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		a, ok := oidc.DecodeAttempt(value)
		if !ok {
			return
		}
		if again, ok := oidc.DecodeAttempt(a.Encode()); a.State == "" || a.Nonce == "" || a.Verifier == "" || !ok || again.State != a.State || again.Nonce != a.Nonce || again.Verifier != a.Verifier {
			t.Errorf("%q: got %+v and again %+v, want all secrets", value, a, again)
		}
	})
}
