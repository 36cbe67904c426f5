// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// Ticket is a ticket that requests are about. Its texts are in no other ticket; the tax code is in one other.
type Ticket struct {
	ID       ticket.ID
	Number   string
	Path     Path
	State    ticket.State
	File     ticket.ID // of the request, which all who see the ticket may read
	Personal []string  // what all who see the ticket may read: of the form and its file
	Texts    []Text    // internal and regional notes, and why access is restricted
}

// Text is a note or a reason that is not for everybody who sees the ticket.
type Text struct {
	Words []string             // of the note and of its file
	Note  ticket.ID            // of an internal note: the events of a hand-over name that of a regional one
	For   []catalog.EntityCode // whose operators, auditors and data protection officer may read it
	// RulesAlone says that the database does not keep the text back from others who see the ticket: it is sealed together with contacts.
	RulesAlone bool
}

// MayRead reports whether a person may read a text of a ticket that the person sees.
func (t Text) MayRead(who Person) bool {
	works := who.Actor.Role.Operates() || who.Actor.Role.Audits()
	return policy.ReadsEverything(who.Actor) || works && slices.Contains(t.For, who.Actor.Entity)
}

// Path says how a ticket came to the entity that has it, and what happened there that changes who sees it.
type Path string

// The paths.
const (
	HandedOver      Path = "handed over by Former to the Region"
	Redirected      Path = "redirected by the Region from Former to Other"
	Restricted      Path = "redirected to Other, with restricted access"
	TraceOnly       Path = "redirected to Other, the others see the trace alone"
	RestrictedTrace Path = "redirected to Other, the others see the trace alone, with restricted access"
	Erased          Path = "redirected to Other, the personal data erased"
)

// Statuses returns the statuses that a ticket of the path can have.
func (p Path) Statuses() []ticket.Status {
	first := []ticket.Status{ticket.StatusNew}
	switch p {
	case HandedOver:
		first = []ticket.Status{ticket.StatusHandedOver}
	case TraceOnly, RestrictedTrace:
		first = nil // no view ends before Other has accepted the ticket
	case Redirected, Restricted, Erased:
	}
	return append(first, ticket.StatusInProgress, ticket.StatusWaiting, ticket.StatusResolved, ticket.StatusClosed)
}

// Paths lists the paths.
func Paths() []Path {
	return []Path{HandedOver, Redirected, Restricted, TraceOnly, RestrictedTrace, Erased}
}

// Open opens a ticket of the citizen at Former, with a file, and leads it along a path to a status. It has an internal note with a file of
// each entity that had it. The clock of the log moves on.
func (s *System) Open(path Path, status ticket.Status) Ticket {
	s.T.Helper()
	s.made++
	word := s.word()
	file := textFile("richiesta-"+word, "contenuto-"+word)
	form := ticket.Form{
		GivenName: "Prova", FamilyName: "Fittizia Cognome" + word, TaxCode: fmt.Sprintf("STP%013d", 1000+s.made/2), Email: word + "@example.org",
		Phone: fmt.Sprintf("+39 011 7%06d", s.made), Description: "Non trovo il referto. parola-" + word,
	}
	opened, err := s.App.Open(s.T.Context(), s.Person("cittadino").caller(), app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Former, Files: []attachment.FileUpload{file}, Form: form,
	}, app.Idempotency{})
	s.must(err)
	t := Ticket{ID: ticket.ID(opened.Stream), Path: path, Personal: []string{
		"Cognome" + word, form.TaxCode, form.Email, form.Phone[len(form.Phone)-7:], "parola-" + word, file.Name, "contenuto-" + word,
	}}
	text := func(readers ...catalog.EntityCode) string {
		words := fmt.Sprintf("segreto%dx%d", s.made, len(t.Texts))
		t.Texts = append(t.Texts, Text{Words: []string{words}, For: readers})
		return words
	}
	s.tick()
	formerOperator, regional := s.Person("operatore-asr-010301"), s.Person("operatore-regionale-regione")
	s.update(t, formerOperator, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	_, err = s.App.CheckRepresentation(s.T.Context(), formerOperator.caller(), t.ID, app.RepresentationRequest{ // the form has another tax code than the account
		Outcome: string(ticket.Confirmed), Kind: ticket.OfMinor, Seen: "il documento", Act: "stato di famiglia", Date: "2020-01-07", Until: "2030-01-07",
	}, app.Idempotency{})
	s.must(err)
	internal := textFile("interna-"+word, "riservato-"+word)
	s.update(t, formerOperator, app.UpdateRequest{Note: &app.NoteRequest{Text: text(Former), Visibility: ticket.Internal, Files: []attachment.FileUpload{internal}}})
	t.Texts[0].Words = append(t.Texts[0].Words, internal.Name, "riservato-"+word)
	s.update(t, formerOperator, app.UpdateRequest{Answers: []app.AnswerRequest{{Check: "referto-individuato", Answer: "no"}}})
	phone, reason := fmt.Sprintf("+39 011 8%06d", s.made), "motivo-recapiti-"+word
	_, err = s.App.CorrectContacts(s.T.Context(), formerOperator.caller(), t.ID, app.ContactsRequest{Phone: &phone, Reason: reason}, app.Idempotency{})
	s.must(err)
	s.tick()
	t.Personal = append(t.Personal, phone[len(phone)-7:])
	t.Texts = append(t.Texts, Text{Words: []string{reason}, For: []catalog.EntityCode{Former}, RulesAlone: true})
	s.update(t, formerOperator, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)},
		Note:         &app.NoteRequest{Text: text(Former, catalog.Region), Visibility: ticket.Public},
	})
	worker := regional
	if path != HandedOver {
		s.update(t, regional, app.UpdateRequest{Note: &app.NoteRequest{Text: text(catalog.Region), Visibility: ticket.Internal}})
		s.update(t, regional, app.UpdateRequest{
			UpdateFields: ticket.UpdateFields{Entity: Other}, Note: &app.NoteRequest{Text: text(Other, catalog.Region), Visibility: ticket.Public},
		})
		worker = s.Person("operatore-asr-010208")
	}
	s.lead(t, worker, status)
	t = s.Reload(t)
	switch path {
	case TraceOnly:
		s.endViews(t)
	case RestrictedTrace:
		s.endViews(t)
		t.Texts = append(t.Texts, s.restrict(t, "motivo-"+word))
	case Restricted:
		t.Texts = append(t.Texts, s.restrict(t, "motivo-"+word))
	case Erased:
		_, err = s.App.EraseTicket(s.T.Context(), s.Person("amministratore").Actor, t.ID)
		s.must(err)
		s.tick()
	case HandedOver, Redirected:
		return t
	}
	return s.Reload(t)
}

// word returns a word of letters that is the same in no two tickets, and part of no other.
func (s *System) word() string {
	letters := []byte("aaaa")
	for i, n := len(letters)-1, s.made; n > 0; i, n = i-1, n/26 {
		letters[i] += byte(n % 26)
	}
	return string(letters)
}

// endViews ends the views of all entities that had a ticket, as the saga does thirty days after another one accepted it.
func (s *System) endViews(t Ticket) {
	s.T.Helper()
	for _, v := range t.State.Former {
		handlertest.Dispatch(s.T, s.App.TicketDispatcher, t.ID, person.Actor{ID: "former-view", Role: person.System}, ticket.EndFormerView{Entity: v.Entity, Since: v.Since})
	}
	s.tick()
}

// restrict restricts the access to a ticket of Other and returns the reason, which is for Other as all reasons of its acts.
func (s *System) restrict(t Ticket, reason string) Text {
	s.T.Helper()
	_, err := s.App.ChangeRestriction(s.T.Context(), s.Person("supervisore-asr-010208").caller(), t.ID, app.RestrictionRequest{Restricted: true, Reason: reason}, app.Idempotency{})
	s.must(err)
	s.tick()
	return Text{Words: []string{reason}, For: []catalog.EntityCode{Other}}
}

// lead makes the moves of the competent operator up to a status.
func (s *System) lead(t Ticket, worker Person, status ticket.Status) {
	s.T.Helper()
	if status == ticket.StatusNew || status == ticket.StatusHandedOver {
		return
	}
	s.update(t, worker, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	move := func(to ticket.Status, text string) {
		s.update(t, worker, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: to}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}})
	}
	switch status {
	case ticket.StatusWaiting:
		move(ticket.StatusWaiting, "Quale referto?")
	case ticket.StatusResolved, ticket.StatusClosed:
		move(ticket.StatusResolved, "Ora si trova")
	case ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver:
	}
	if status == ticket.StatusClosed {
		state, _, err := s.App.State(s.T.Context(), t.ID)
		s.must(err)
		handlertest.Dispatch(s.T, s.App.TicketDispatcher, t.ID, person.Actor{ID: "auto-close", Role: person.System}, ticket.Close{Resolution: state.Resolution})
		s.tick()
	}
}

// Reload returns a ticket with its state now and the id of its file.
func (s *System) Reload(t Ticket) Ticket {
	s.T.Helper()
	var err error
	t.State, _, err = s.App.State(s.T.Context(), t.ID)
	s.must(err)
	t.Number = t.State.Number
	history, err := s.App.History(s.T.Context(), t.ID)
	s.must(err)
	for _, r := range history {
		if e, ok := r.Event.(ticket.Opened); ok {
			t.File = e.Attachments[0].ID
		}
		if e, ok := r.Event.(ticket.InternalNote); ok {
			t.setNote(e.Note, e.Personal)
		}
	}
	return t
}

// setNote sets the id of the note with a text; nil: it was erased.
func (t Ticket) setNote(id ticket.ID, text *ticket.Text) {
	for i := range t.Texts {
		if text != nil && t.Texts[i].Words[0] == text.Text {
			t.Texts[i].Note = id
		}
	}
}

func (s *System) update(t Ticket, by Person, u app.UpdateRequest) {
	s.T.Helper()
	_, err := s.App.Update(s.T.Context(), by.caller(), t.ID, u, app.Idempotency{})
	s.must(err)
	s.tick()
}

// tick moves the log's clock beyond every hold.
func (s *System) tick() { s.Clock.Advance(time.Minute) }

// textFile returns a small file with a word in its content.
func textFile(name, word string) attachment.FileUpload {
	return attachment.FileUpload{Name: name + ".pdf", Content: []byte("%PDF-1.4\n% " + word + "\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")}
}
