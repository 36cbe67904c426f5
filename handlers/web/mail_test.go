// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app"
)

// A reply by mail shows its text, with what it quoted folded, what was not taken and the original, to operator and citizen; a mail without
// effect is the operators' alone.
func TestPagesShowWhatAMailContained(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	mail := app.ReceivedMail{
		Raw:     []byte("From: prova@example.it\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEra il 3 novembre\r\n> " + w.link(id) + "\r\n"),
		Content: receivedmail.MailContent{Quoted: "> Testo citato", LeftOut: []receivedmail.LeftOutFile{{Name: "foto.heic", Why: receivedmail.LeftOutType}}},
	}
	_, err := w.App.Reply(w.Context(), app.LinkHolder(id, ""), id, app.ReplyRequest{Text: "Era il 3 novembre", Mail: &mail}, app.Idempotency{})
	w.must(err)
	w.must(w.App.KeepMail(w.Context(), id, receivedmail.AutomaticMail, "Assente fino al 10/12", app.ReceivedMail{}, app.Idempotency{}))

	parts := []string{"Era il 3 novembre", "Mostra testo citato", "Testo citato", "Allegato non accettato: foto.heic, perché questo tipo di file non è ammesso: lo invii come PDF", "Mostra originale"}
	operators := anna.ticket(id).shows(parts...).shows("Assente fino al 10/12", "e-mail senza effetto")
	citizens := w.browser().open(w.link(id)).want(http.StatusOK).shows(parts...).doesNotShow("Assente fino al 10/12")
	for _, p := range []*page{operators, citizens} {
		for _, a := range all(p.root, "a") {
			if !strings.HasSuffix(attr(a, "href"), "?mostra") {
				continue
			}
			original := p.b.open(attr(a, "href")).want(http.StatusOK)
			if kind := original.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || !strings.Contains(original.raw, "Era il 3 novembre") || strings.Contains(original.raw, w.link(id)) {
				t.Errorf("%s: got %s, %q, want the mail as text without the link", attr(a, "href"), kind, original.raw)
			}
		}
	}
}
