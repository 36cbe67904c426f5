// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
)

// nested returns a mail with nested multiparts.
func nested(depth int) string {
	var b strings.Builder
	b.WriteString("From: prova@example.it\n")
	for n := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", n, n)
	}
	return b.String() + "Content-Type: text/plain\n\nciao\n"
}

// withFile returns a mail with an attachment.
func withFile(name, kind string, content []byte) string {
	return "From: prova@example.it\nMessage-ID: <" + uuid.NewString() + "@example.it>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\nContent-Type: text/plain; charset=utf-8\n\nEcco la ricevuta\n" +
		"--b\nContent-Type: " + kind + "\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" +
		folded(base64.StdEncoding.EncodeToString(content)) + "\n--b--\n"
}

// folded breaks encoded content into lines of 76 characters.
func folded(s string) string {
	var b strings.Builder
	for line := range slices.Chunk([]byte(s), 76) {
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRefusedMailStoresNothing(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	_, _, before := w.last(id)
	blobs := func() (n int) {
		if err := w.store.Pools().Consumer.QueryRow(t.Context(), "select count(*) from log.blobs").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	good := w.addresses.Reply(id)
	forged := good[:10] + map[bool]string{true: "b", false: "a"}[good[10] == 'a'] + good[11:]
	for name, c := range map[string]struct{ to, raw, want string }{
		"a forged token":                 {forged, plain("ciao"), "550"},
		"no token":                       {"assistenza@assistenza.example.it", plain("ciao"), "550"},
		"somebody else's domain":         {"prova@example.org", plain("ciao"), "550"},
		"an unknown ticket":              {w.addresses.Reply(newID()), plain("ciao"), "550"},
		"too large":                      {good, plain(strings.Repeat("parole parole parole\n", 450_000)), `552 "5.3.4 Il messaggio e' troppo grande`},
		"a person at the return address": {w.addresses.Bounce(uuid.NewString()), plain("Era il 3 novembre"), `550 "5.7.1 Questo indirizzo riceve solo`},
		"only a forbidden file":          {good, strings.Replace(withFile("ricevuta.exe", "application/octet-stream", []byte("MZ")), "Ecco la ricevuta", "", 1), `554 "5.7.0 Nulla e' stato registrato. Allegato non accettato: \"ricevuta.exe\", perche' questo tipo di file non e' ammesso: lo invii`},
		"only a file over 1 MB":          {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", append([]byte("%PDF-1.4 "), make([]byte, 1<<20)...)), "Ecco la ricevuta", "", 1), `552 "5.3.4`},
		"only a quotation":               {good, plain("Il giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza <assistenza@assistenza.example.it> ha scritto:\n> La Sua richiesta è risolta"), `554 "5.6.0 Nel messaggio`},
		"too much text and file":         {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "Ecco", strings.Repeat("Ecco\n", 20_000), 1), `554 "5.6.0 Il testo`},
		"text too long":                  {good, plain(strings.Repeat("Da: x\n", 100_000)), `554 "5.6.0 Il testo del messaggio e' troppo lungo e non e' stato registrato: al massimo 20.000`},
		"HTML text too long":             {good, strings.Replace(plain(strings.Repeat("<p>parole\n", 100_000)), "text/plain", "text/html", 1), `554 "5.6.0 Il testo`},
		"header too long":                {good, plain("ciao", "X-Lungo: "+strings.Repeat("parole ", 1000)+strings.Repeat("\n parole parole parole parole", 40_000)), "554"},
		"nested too deeply":              {good, nested(200), "554"},
		"too many parts":                 {good, "From: a@example.it\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 900) + "--b--\n", "554"},
		"encrypted":                      {good, "From: a@example.it\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIBBgYJKoZIhvcNAQcDoIH4\n", `554 "5.6.0 Il messaggio e' cifrato`},
	} {
		err := w.mail(c.to, c.raw)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, _, after := w.last(id); after != before || blobs() != 0 {
		t.Errorf("got %d new events, %d blobs, want none", after-before, blobs())
	}
	if err := w.mail(good, withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova"))); err != nil {
		t.Fatal(err)
	}
	last, s, _ := w.last(id)
	if reply, ok := last.(ticket.CitizenReplied); !ok || len(reply.Attachments) != 1 || reply.Personal.FileNames[0] != "ricevuta.pdf" || s.Status != ticket.StatusInProgress || blobs() != 2 || reply.Original == nil {
		t.Errorf("valid mail: got last event %+v, want a reply with one attachment and its mail", last)
	}
}

// Files that cannot be taken do not lose the text and the good files; the whole mail is kept, however large.
func TestLargeFilesAreNamed(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	large := append([]byte("%PDF-1.4 "), make([]byte, 1<<20)...)
	raw := strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "--b--", "", 1)
	for n := range 4 {
		_, part, _ := strings.Cut(withFile(fmt.Sprintf("grande%d.pdf", n), "application/pdf", large), "Ecco la ricevuta\n")
		raw += strings.Replace(part, "--b--", "", 1)
	}
	if err := w.mail(w.addresses.Reply(id), raw+"--b--\n"); err != nil {
		t.Fatal(err)
	}
	last, _, _ := w.last(id)
	reply, ok := last.(ticket.CitizenReplied)
	if !ok || reply.Personal.Text != "Ecco la ricevuta" || len(reply.Attachments) != 1 || len(reply.Personal.LeftOut) != 4 || reply.Personal.LeftOut[3].Why != receivedmail.LeftOutSize {
		t.Fatalf("got last event %+v, want a reply with one file and four left out", last)
	}
	if content, err := w.store.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, string(id), string(reply.Original.ID)); err != nil || len(content) < 5<<20 {
		t.Errorf("got an original of %d bytes, %v, want the whole mail", len(content), err)
	}
}
