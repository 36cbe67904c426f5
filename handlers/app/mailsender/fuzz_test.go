// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailsender_test

import (
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/mailsender"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// FuzzOrigin reads who sent a mail. Fields of servers that nobody trusts authenticate nothing.
func FuzzOrigin(f *testing.F) {
	for _, raw := range []string{
		"From: Prova Fittizia <prova@example.it>\nAuthentication-Results: mx.example.it; spf=pass smtp.mailfrom=example.it; dkim=fail\n\nciao",
		"From: a@b, c@d\nReply-To: <>\nAuthentication-Results: mx.example.it; dmarc=pass (p=none\n\n", "From: =?utf-8?q?a?=\n b@c\n\n", "\n\n", ":", "From\n",
		"X-Trasporto: posta-certificata\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/xml; name=daticert.xml\n\n<postacert/>\n--b--",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if got := mailsender.CheckAuthentication([]byte(raw), nil, "example.it"); got == mailsender.Authenticated {
			t.Errorf("got an authenticated sender without a trusted server: %q", raw)
		}
		mailsender.CheckAuthentication([]byte(raw), []string{"mx.example.it"}, "example.it")
		if address := mailsender.EnvelopeAddress(raw); !mailsender.SameAddress(address, address) && address != "" {
			t.Errorf("got the address %q, which is not the same as itself", address)
		}
		if m, err := mailtext.Read([]byte(raw)); err == nil {
			mailsender.Read(m)
		}
	})
}
