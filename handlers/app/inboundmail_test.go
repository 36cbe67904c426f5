// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
)

// receivedMail returns a mail with a personal link, of which a part was quoted and a part was left out.
func (s *service) receivedMail(id ticket.ID) app.ReceivedMail {
	return app.ReceivedMail{
		Raw: []byte("From: prova@example.it\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEra il 3 novembre\r\n> /richieste/" + s.App.Identity.PersonalLink(id, ticket.IssueAt(0, s.App.Store.Now())) + "\r\n"),
		Content: receivedmail.MailContent{
			Quoted: "> Testo citato", LeftOut: []receivedmail.LeftOutFile{{Name: "foto.heic", Why: receivedmail.LeftOutType}},
		},
	}
}

// What a mail contained beside its text is shown to who sees the reply and erased with it. The original is shown without the personal link.
func TestReplyKeepsItsMail(t *testing.T) {
	s := newService(t)
	id := s.open()
	mail := s.receivedMail(id)
	if _, err := s.App.Reply(t.Context(), app.LinkHolder(id, ""), id, app.ReplyRequest{Text: "Era il 3 novembre", Mail: &mail}, app.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	view, err := s.App.ViewTicket(t.Context(), s.anna, id)
	if err != nil || len(view.Notes) != 1 {
		t.Fatalf("got notes %+v, %v, want one", view.Notes, err)
	}
	n := view.Notes[0]
	if n.Quoted != "> Testo citato" || len(n.LeftOut) != 1 || n.LeftOut[0].Text != "Allegato non accettato: foto.heic, perché questo tipo di file non è ammesso: lo invii come PDF o immagine, oppure in un archivio zip." || n.Original == nil {
		t.Fatalf("got %+v, want the parts of the mail", n)
	}
	f, content, err := s.App.ReadFile(t.Context(), s.anna, id, n.Original.ID)
	if err != nil || !strings.HasPrefix(f.MediaType, "text/plain") || !strings.Contains(string(content), "Era il 3 novembre") ||
		strings.Contains(string(content), s.App.Identity.PersonalLink(id, ticket.IssueAt(0, s.App.Store.Now()))) {
		t.Errorf("got original %+v, %q, %v, want the text without the link", f, content, err)
	}
	stranger := app.LinkHolder(s.open(), "")
	if _, _, err := s.App.ReadFile(t.Context(), stranger, id, n.Original.ID); err == nil {
		t.Error("got the original for the citizen of another ticket, want an error")
	}
	if _, err := s.App.EraseTicket(t.Context(), person.Actor{ID: "01930000-0000-7000-8000-0000000000ad", Role: person.Administrator}, id); err != nil {
		t.Fatal(err)
	}
	if view, err = s.App.ViewTicket(t.Context(), s.anna, id); err != nil || view.Notes[0].Quoted != "" || len(view.Notes[0].LeftOut) != 0 {
		t.Errorf("erased: got %+v, %v, want no text", view.Notes, err)
	}
	if _, _, err := s.App.ReadFile(t.Context(), s.anna, id, n.Original.ID); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("erased: got original with %v, want %v", err, eventstore.ErrErased)
	}
}

// A mail without effect is shown to operators and not to the citizen, and disturbs nobody who is typing.
func TestMailWithoutEffect(t *testing.T) {
	s := newService(t)
	id := s.open()
	_, before := s.state(id)
	for range 2 { // the peer sends it again
		if err := s.App.KeepMail(t.Context(), id, receivedmail.AutomaticMail, "Assente fino al 10/12", s.receivedMail(id), app.Idempotency{Key: "mail/1"}); err != nil {
			t.Fatal(err)
		}
	}
	view, err := s.App.ViewTicket(t.Context(), s.anna, id)
	if err != nil || len(view.Notes) != 1 || view.Notes[0].Kind != "mail" || view.Notes[0].Text != "Assente fino al 10/12" || view.Notes[0].Original == nil {
		t.Fatalf("got notes %+v, %v, want the mail", view.Notes, err)
	}
	citizen, err := s.App.ViewTicket(t.Context(), app.LinkHolder(id, ""), id)
	if err != nil || len(citizen.Notes) != 0 || len(citizen.Timeline) != 1 {
		t.Errorf("citizen: got %+v, %v, want neither the mail nor a line", citizen.Notes, err)
	}
	u := take()
	u.ExpectedVersion = before
	s.update(s.anna, id, u)
	for n := range receivedmail.MaxKeptMails + 5 {
		if err := s.App.KeepMail(t.Context(), id, receivedmail.AutomaticMail, "Assente", s.receivedMail(id), app.Idempotency{Key: "mail/again/" + strings.Repeat("x", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if state, _ := s.state(id); state.KeptMails != receivedmail.MaxKeptMails {
		t.Errorf("got %d kept mails, want at most %d", state.KeptMails, receivedmail.MaxKeptMails)
	}
}
