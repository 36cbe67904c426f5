// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"
	"testing"
)

// The mails have the structure that common mail programs give them. The people do not exist.
func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		raw, text string
		files     string // names, separated by a space
	}{
		"Gmail keeps a small receipt": {`From: Prova Fittizia <prova@example.it>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

Ecco la ricevuta, =C3=A8 del 3 novembre

Il giorno lun 23 nov 2026 alle ore 10:12 SOL Assistenza <
assistenza@assistenza.example.it> ha scritto:

> In che data?
--a
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">altro</div>
--a--
--m
Content-Type: image/png; name="ricevuta.png"
Content-Disposition: attachment; filename="ricevuta.png"
Content-Transfer-Encoding: base64
Content-ID: <f_m1>

iVBORw0KGgo=
--m--
`, "Ecco la ricevuta, è del 3 novembre", "ricevuta.png"},
		"Outlook drops its logo": {`From: prova@example.it
MIME-Version: 1.0
Content-Type: multipart/related; boundary="m"

--m
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<html><head><style>p{margin:0}</style></head><body><p>Perch=E9 no? S=EC</p><hr>
<div id=3D"divRplyFwdMsg"><b>Da:</b> SOL Assistenza<br><b>Inviato:</b> luned=EC<br><b>A:</b> Prova<br><b>Oggetto:</b> richiesta</div>
<div>In che data?</div></body></html>
--m
Content-Type: image/png; name="image001.png"
Content-Disposition: inline; filename="image001.png"
Content-ID: <image001.png@01>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--m--
`, "Perché no? Sì", ""},
		"file name in the type's parameters": {"From: prova@example.it\nContent-Type: application/pdf; name=\"=?utf-8?Q?ricevuta_di_citt=C3=A0.pdf?=\"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n",
			"", "ricevuta di città.pdf"},
		"file name in pieces": {"From: prova@example.it\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=UTF-8''ricevuta%20;\n filename*1*=citt%C3%A0.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n",
			"", "ricevuta città.pdf"},
		"wrong character set":   {"From: prova@example.it\nContent-Type: text/plain; charset=utf-8\n\nLa citt\xe0 \x80 5\n", "La città € 5", ""},
		"unknown character set": {"From: prova@example.it\nContent-Type: text/plain; charset=x-mai\n\nLa citt\xe0\n", "La città", ""},
		"signed mail": {"From: prova@example.it\nContent-Type: multipart/signed; boundary=m\n\n--m\nContent-Type: text/plain\n\nEcco\n" +
			"--m\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\nContent-Disposition: attachment; filename=\"smime.p7s\"\n\nx\n--m--\n", "Ecco", ""},
		"certified mail": {`From: "Per conto di: prova@pec.example.it" <posta-certificata@pec.example.it>
X-Trasporto: posta-certificata
MIME-Version: 1.0
Content-Type: multipart/signed; boundary="s"

--s
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: text/plain; charset="iso-8859-1"

Messaggio di posta certificata
--m
Content-Type: application/xml; name="daticert.xml"

<postacert/>
--m
Content-Type: message/rfc822; name="postacert.eml"
Content-Disposition: inline; filename="postacert.eml"

From: Prova Fittizia <prova@pec.example.it>
Message-ID: <uno@pec.example.it>
Content-Type: text/plain; charset="utf-8"

Era il 3 novembre
--m--
--s
Content-Type: application/x-pkcs7-signature; name="smime.p7s"

x
--s--
`, "Era il 3 novembre", ""},
	} {
		l, err := parse([]byte(strings.ReplaceAll(c.raw, "\n", "\r\n")), "prova@example.it")
		var names []string
		for _, f := range l.files {
			names = append(names, f.Name)
		}
		if err != nil || l.undecodable || l.automaticReason != "" || l.text != c.text || strings.Join(names, " ") != c.files {
			t.Errorf("%s: got text %q, files %q, undecodable %t, automatic %q, error %v, want text %q, files %q", name, l.text, names, l.undecodable, l.automaticReason, err, c.text, c.files)
		}
	}
}
