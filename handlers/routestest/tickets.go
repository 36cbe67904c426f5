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

// Ticket is a ticket that requests are about.
type Ticket struct {
	ID       ticket.ID
	Number   string
	Path     Path
	State    ticket.State
	File     ticket.ID // of the request, which all who see the ticket may read
	Internal ticket.ID // of an internal note of Former
	Words    string    // in the internal note of Former; in no other text
	Texts    []Text    // internal and regional notes
}

// Text is a note that is not for everybody who sees the ticket.
type Text struct {
	Words string               // in no other text
	For   []catalog.EntityCode // whose operators, auditors and data protection officer may read it
}

// MayRead reports whether a person may read a text of a ticket that the person sees.
func (t Text) MayRead(who Person) bool {
	works := who.Actor.Role.Operates() || who.Actor.Role.Audits()
	return policy.ReadsEverything(who.Actor) || works && slices.Contains(t.For, who.Actor.Entity)
}

// Path says how a ticket came to the entity that has it.
type Path string

// The paths.
const (
	HandedOver Path = "handed over by Former to the Region"
	Redirected Path = "redirected by the Region from Former to Other"
)

// Statuses returns the statuses that a ticket of the path can have.
func (p Path) Statuses() []ticket.Status {
	first := ticket.StatusHandedOver
	if p == Redirected {
		first = ticket.StatusNew
	}
	return []ticket.Status{first, ticket.StatusInProgress, ticket.StatusWaiting, ticket.StatusResolved, ticket.StatusClosed}
}

// Paths lists the paths.
func Paths() []Path { return []Path{HandedOver, Redirected} }

// Open opens a ticket of the citizen at Former, with a file, and leads it along a path to a status. It has an internal note with a file of
// each entity that had it. The clock of the log moves on.
func (s *System) Open(path Path, status ticket.Status) Ticket {
	s.T.Helper()
	s.made++
	opened, err := s.App.Open(s.T.Context(), s.Person("cittadino").caller(), app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: Former, Files: []attachment.FileUpload{textFile("richiesta.pdf")},
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.org", Phone: "+39 011 0000000",
			Description: "Non trovo il referto",
		},
	}, app.Idempotency{})
	s.must(err)
	t := Ticket{ID: ticket.ID(opened.Stream), Path: path}
	text := func(readers ...catalog.EntityCode) string {
		words := fmt.Sprintf("segreto%dx%d", s.made, len(t.Texts))
		t.Texts = append(t.Texts, Text{words, readers})
		return words
	}
	s.tick()
	formerOperator, regional := s.Person("operatore-asr-010301"), s.Person("operatore-regionale-regione")
	s.update(t, formerOperator, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	s.update(t, formerOperator, app.UpdateRequest{Note: &app.NoteRequest{Text: text(Former), Visibility: ticket.Internal, Files: []attachment.FileUpload{textFile("interna.pdf")}}})
	s.update(t, formerOperator, app.UpdateRequest{Answers: []app.AnswerRequest{{Check: "referto-individuato", Answer: "no"}}})
	s.update(t, formerOperator, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)},
		Note:         &app.NoteRequest{Text: text(Former, catalog.Region), Visibility: ticket.Public},
	})
	t.Words = t.Texts[0].Words
	worker := regional
	if path == Redirected {
		s.update(t, regional, app.UpdateRequest{Note: &app.NoteRequest{Text: text(catalog.Region), Visibility: ticket.Internal}})
		s.update(t, regional, app.UpdateRequest{
			UpdateFields: ticket.UpdateFields{Entity: Other}, Note: &app.NoteRequest{Text: text(Other, catalog.Region), Visibility: ticket.Public},
		})
		worker = s.Person("operatore-asr-010208")
	}
	s.lead(t, worker, status)
	return s.Reload(t)
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

// Reload returns a ticket with its state now and the ids of its files.
func (s *System) Reload(t Ticket) Ticket {
	s.T.Helper()
	var err error
	t.State, _, err = s.App.State(s.T.Context(), t.ID)
	s.must(err)
	t.Number = t.State.Number
	history, err := s.App.History(s.T.Context(), t.ID)
	s.must(err)
	for _, r := range history {
		if opened, ok := r.Event.(ticket.Opened); ok {
			t.File = opened.Attachments[0].ID
		}
		if note, ok := r.Event.(ticket.InternalNote); ok && len(note.Attachments) > 0 {
			t.Internal = note.Attachments[0].ID
		}
	}
	return t
}

func (s *System) update(t Ticket, by Person, u app.UpdateRequest) {
	s.T.Helper()
	_, err := s.App.Update(s.T.Context(), by.caller(), t.ID, u, app.Idempotency{})
	s.must(err)
	s.tick()
}

// tick moves the log's clock beyond every hold.
func (s *System) tick() { s.Clock.Advance(time.Minute) }

// textFile returns a small file.
func textFile(name string) attachment.FileUpload {
	return attachment.FileUpload{Name: name, Content: []byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")}
}
