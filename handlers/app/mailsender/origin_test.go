// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailsender_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/mailsender"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

func TestSendersOfAMail(t *testing.T) {
	for header, want := range map[string]struct {
		from   []string
		sender string
	}{
		"From: prova@example.it":                                         {[]string{"prova@example.it"}, ""},
		"From: Prova Fittizia <prova@EXAMPLE.it>":                        {[]string{"prova@example.it"}, ""},
		"From: \"Fittizia, Prova\" <prova@example.it.>":                  {[]string{"prova@example.it"}, ""},
		"From: prova@example.it (Prova Fittizia)":                        {[]string{"prova@example.it"}, ""},
		"From: Prova (di casa) <prova@example.it> (sera)":                {[]string{"prova@example.it"}, ""},
		"From:\n prova@example.it":                                       {[]string{"prova@example.it"}, ""},
		"From: \"prova\"@example.it":                                     {[]string{"prova@example.it"}, ""},
		"From: prova@città.example.it":                                   {[]string{"prova@xn--citt-3na.example.it"}, ""},
		"From: prova@XN--CITT-3NA.example.it":                            {[]string{"prova@xn--citt-3na.example.it"}, ""},
		"From: prova+altro@example.it":                                   {[]string{"prova+altro@example.it"}, ""},
		"From: a@example.it, b@example.it":                               {[]string{"a@example.it", "b@example.it"}, ""},
		"From: a@example.it\nFrom: b@example.it":                         {[]string{"a@example.it", "b@example.it"}, ""},
		"From: a@example.it, A@Example.it":                               {[]string{"a@example.it"}, ""},
		"From: Gruppo: a@example.it, b@example.it;":                      {[]string{"a@example.it", "b@example.it"}, ""},
		"From: Gruppo: a@example.it;":                                    {[]string{"a@example.it"}, ""},
		"From: undisclosed-recipients:;":                                 {nil, ""},
		"From: prova@example.it <altro@example.org>":                     {[]string{"prova@example.it", "altro@example.org"}, ""}, // a name that needs quotes
		"From: =?utf-8?q?prova=40example.it?= <altro@example.org>":       {[]string{"altro@example.org"}, ""},
		"From: \"prova@example.it\" <altro@example.org>":                 {[]string{"altro@example.org"}, ""},
		"From: Niccol\xf2 <prova@example.it>":                            {[]string{"prova@example.it"}, ""},
		"From: prova@example.it\nSender: Segreteria <altro@example.org>": {[]string{"prova@example.it"}, "altro@example.org"},
		"Subject: nessuno":                                               {nil, ""},
	} {
		m, err := mailtext.Read([]byte(header + "\nContent-Type: text/plain\n\nciao\n"))
		if err != nil {
			t.Errorf("%q: %v", header, err)
			continue
		}
		o := mailsender.Read(m)
		if !slices.Equal(o.From, want.from) || o.Sender != want.sender || o.Certificate != nil {
			t.Errorf("%q: got %+v, want %+v", header, o, want)
		}
	}
}

func TestSameAddress(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"prova@example.it", "Prova@Example.IT", true},
		{"prova@città.example.it", "prova@xn--citt-3na.example.it", true},
		{"prova@example.it", "prova+x@example.it", false},
		{"prova@example.it", "prova@example.it.evil.example", false},
		{"prova@example.it", "prova@mail.example.it", false},
		{"kelvin@example.it", "\u212aelvin@example.it", false}, // the Kelvin sign
		{"prova@example.it", "pr\u043eva@example.it", false},   // a Cyrillic letter
		{"prova@example.it", "pro\u200bva@example.it", false},
		{"", "", false},
	} {
		if got := mailsender.SameAddress(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: got %t, want %t", c.a, c.b, got, c.want)
		}
	}
}

func TestEnvelopeAddress(t *testing.T) {
	for from, want := range map[string]string{
		"": "", "prova@Example.it": "prova@example.it",
		"SRS0=HHH=TT=example.it=prova@inoltro.example.org":                        "prova@example.it",
		"SRS1=HHH=primo.example.org==HHH=TT=example.it=prova@secondo.example.org": "prova@example.it",
		"prvs=1234567890=prova@example.it":                                        "prova@example.it",
		"SRS0=niente@inoltro.example.org":                                         "SRS0=niente@inoltro.example.org",
	} {
		if got := mailsender.EnvelopeAddress(from); got != want {
			t.Errorf("%q: got %q, want %q", from, got, want)
		}
	}
}

// certified returns a certified mail: an envelope with its transport, the sender in its certificate, and the mail of a sender.
func certified(transport, certificate, from string) string {
	return "From: \"Per conto di: x\" <posta-certificata@pec.example.it>\nX-Trasporto: " + transport + "\nContent-Type: multipart/mixed; boundary=m\n\n" +
		"--m\nContent-Type: text/plain\n\nMessaggio di posta certificata\n" +
		"--m\nContent-Type: application/xml; name=\"daticert.xml\"\n\n" + certificate + "\n" +
		"--m\nContent-Type: message/rfc822; name=\"postacert.eml\"\n\nFrom: " + from + "\nX-Trasporto: posta-certificata\nContent-Type: text/plain\n\nEra il 5 ottobre\n--m--\n"
}

func TestCertificateOfCertifiedMail(t *testing.T) {
	const names = "<postacert><intestazione><mittente> Prova@PEC.example.it </mittente></intestazione></postacert>"
	for name, c := range map[string]struct {
		raw  string
		want mailsender.Certificate
	}{
		"certified":             {certified("posta-certificata", names, "prova@pec.example.it"), mailsender.Certificate{Manager: "posta-certificata@pec.example.it", Sender: "Prova@pec.example.it"}},
		"an anomaly":            {certified("errore", names, "prova@example.it"), mailsender.Certificate{Manager: "posta-certificata@pec.example.it", Sender: "Prova@pec.example.it", Anomaly: true}},
		"without a sender":      {certified("posta-certificata", "<postacert/>", "prova@pec.example.it"), mailsender.Certificate{Manager: "posta-certificata@pec.example.it"}},
		"another sender inside": {certified("posta-certificata", names, "altro@pec.example.it"), mailsender.Certificate{Manager: "posta-certificata@pec.example.it", Sender: "Prova@pec.example.it"}},
		"an envelope inside":    {certified("posta-certificata", names, "<"+strings.TrimPrefix(certified("errore", "<mittente>altro@example.org</mittente>", "altro@example.org"), "From: \"Per conto di: x\" <")), mailsender.Certificate{Manager: "posta-certificata@pec.example.it", Sender: "Prova@pec.example.it"}},
	} {
		m, err := mailtext.Read([]byte(c.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := mailsender.Read(m).Certificate; got == nil || *got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
