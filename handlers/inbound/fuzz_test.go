// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"
	"testing"
)

// FuzzParse parses any bytes: the result is an error or a mail within the limits, never a panic.
func FuzzParse(f *testing.F) {
	for _, raw := range []string{
		"From: prova@example.it\nContent-Type: text/plain; charset=\"utf-8\"\n\nEra il 3 novembre\n\n-- \nProva\n",
		"From: prova@example.it\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"m\"\n\n--m\nContent-Type: text/html; charset=\"iso-8859-1\"\n" +
			"Content-Transfer-Encoding: quoted-printable\n\n<p>Perch=E9 no?</p><blockquote>In che data?</blockquote>\n" +
			"--m\nContent-Type: image/png; name=\"ricevuta.png\"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--m--\n",
		"Auto-Submitted: auto-replied\nSubject: Risposta automatica\n\nSono assente\n",
		"Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\nContent-Type: message/delivery-status\n\nAction: failed\n--r--\n",
		"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822; name=postacert.eml\n\nFrom: prova@pec.example.it\n\nEra il 3 novembre\n--m--\n",
		"Content-Type: multipart/mixed; boundary=\n\n--\n", "Content-Transfer-Encoding: base64\n\n%%%", ":\n\n", "",
	} {
		f.Add([]byte(strings.ReplaceAll(raw, "\n", "\r\n")))
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parse(raw, "prova@example.it")
		if err != nil {
			return
		}
		if len(m.files) > maxParts {
			t.Errorf("got %d files, want at most %d", len(m.files), maxParts)
		}
		if got := stripQuotes(m.text); len(got) > len(m.text) {
			t.Errorf("without quotes: got %q, want no more than %q", got, m.text)
		}
	})
}
