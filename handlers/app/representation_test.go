// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/projections/lists"
)

// refusedFor reports whether an error refuses with a code, in the state of the ticket or in a field.
func refusedFor(err error, code refusal.Code) bool {
	var notAllowed *ticket.NotAllowedError
	var invalid *ticket.InvalidError
	return errors.As(err, &notAllowed) && notAllowed.Reason.Code == code ||
		errors.As(err, &invalid) && len(invalid.Fields) == 1 && invalid.Fields[0].Reason.Code == code
}

// TestRepresentationIsVerifiedBeforeAnAnswer opens a ticket for another person with a file, and answers it before and after the check.
func TestRepresentationIsVerifiedBeforeAnAnswer(t *testing.T) {
	s := newService(t)
	r := openRequest()
	r.Requester, r.Form.OnBehalfOf = ticket.ForDelegator, "Altra Finta"
	r.Files = []attachment.FileUpload{{Name: "delega.pdf", Content: []byte("%PDF-1.4\ndelega")}}
	opened, err := s.App.Open(t.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}}, r, app.Idempotency{})
	if err != nil {
		t.Fatal(err)
	}
	id, other := ticket.ID(opened.Stream), s.open()
	flags := func() []lists.Flag {
		t.Helper()
		if err := s.App.WaitForLists(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := s.App.ListTickets(t.Context(), s.anna, lists.Filter{Queue: lists.AllQueue, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			if item.ID == id {
				return item.Flags
			}
		}
		return nil
	}
	if got := flags(); len(got) != 1 || got[0] != lists.FlagUnchecked {
		t.Errorf("before the check: got flags %v", got)
	}
	answer := app.UpdateRequest{Note: &app.NoteRequest{Text: "Il referto è pronto.", Visibility: ticket.Public}}
	if _, err := s.App.Update(t.Context(), s.anna, id, answer, app.Idempotency{}); !refusedFor(err, refusal.RepresentationUnverified) {
		t.Fatalf("an answer before the check: got %v", err)
	}
	view, err := s.App.Ticket(t.Context(), s.anna, id, nil)
	if err != nil || view.Representation == nil || view.Representation.Status != ticket.Unchecked || view.Representation.Label != "rappresentanza non verificata" {
		t.Fatalf("got %+v, %v", view.Representation, err)
	}
	otherView, err := s.App.Ticket(t.Context(), s.anna, other, nil)
	if err != nil || otherView.Representation != nil {
		t.Fatalf("a form for oneself: got %+v, %v", otherView.Representation, err)
	}
	check := app.RepresentationRequest{Outcome: "verified", Kind: ticket.AsDelegate, Attachments: []ticket.ID{other}}
	if _, err := s.App.CheckRepresentation(t.Context(), s.anna, id, check, app.Idempotency{}); !refusedFor(err, refusal.NotTicketFile) {
		t.Errorf("a file of another ticket: got %v", err)
	}
	check.Attachments = []ticket.ID{view.Attachments[0].ID}
	if _, err := s.App.CheckRepresentation(t.Context(), s.anna, id, check, app.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	if got := flags(); len(got) != 0 {
		t.Errorf("after the check: got flags %v", got)
	}
	for state, want := range map[ticket.Representation]int{ticket.Unchecked: 0, ticket.Confirmed: 1, ticket.Rejected: 0} {
		page, err := s.App.ListTickets(t.Context(), s.anna, lists.Filter{Queue: lists.AllQueue, Representation: state})
		if err != nil || len(page.Items) != want || page.Total != want {
			t.Errorf("the list of %s: got %d of %d, %v, want %d", state, len(page.Items), page.Total, err, want)
		}
	}
	if _, err := s.App.ListTickets(t.Context(), s.anna, lists.Filter{Representation: "maybe"}); err == nil {
		t.Error("a filter by an unknown state is accepted")
	}
	s.update(s.anna, id, answer)
	citizen, err := s.App.Ticket(t.Context(), app.LinkHolder(id, ""), id, nil)
	if err != nil || citizen.Representation.Status != ticket.Confirmed || citizen.Representation.Files != nil || citizen.Representation.By != nil {
		t.Errorf("the citizen: got %+v, %v, want status and label alone", citizen.Representation, err)
	}
}

// TestFormKeepsTheStatementThatItShowed publishes a privacy statement and changes it between display and sending.
func TestFormKeepsTheStatementThatItShowed(t *testing.T) {
	s := newService(t)
	admin := person.Actor{ID: s.Account(t, "adele", person.Administrator, ""), Role: person.Administrator}
	publish := func(text string) {
		t.Helper()
		if err := s.App.Statements.Publish(t.Context(), admin, privacystatement.Publish{Entity: openRequest().Entity, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	open := func(shown int, mustShow bool, key string) (app.CommandResult, error) {
		r := openRequest()
		r.Statement, r.MustShow = shown, mustShow
		return s.App.Open(t.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}}, r, app.Idempotency{Key: key})
	}
	kept := func(o app.CommandResult) int {
		t.Helper()
		view, err := s.App.Ticket(t.Context(), s.anna, ticket.ID(o.Stream), nil)
		if err != nil {
			t.Fatal(err)
		}
		return view.Statement
	}
	if o, err := open(0, true, "none-1"); err != nil || kept(o) != 0 {
		t.Fatalf("without a statement: got %v", err)
	}
	if _, err := open(1, true, "none-2"); err == nil {
		t.Error("a version that does not exist is accepted")
	}
	publish("Prima versione")
	if _, err := open(0, true, "first-1"); !refusedFor(err, refusal.StatementNotShown) {
		t.Errorf("a page that did not show it: got %v", err)
	}
	if o, err := open(0, false, "first-2"); err != nil || kept(o) != 0 {
		t.Errorf("a client that shows none: got %v", err)
	}
	first, err := open(1, true, "first-3")
	if err != nil || kept(first) != 1 {
		t.Fatalf("got %v", err)
	}
	publish("Seconda versione")
	if _, err := open(1, true, "second-1"); !refusedFor(err, refusal.StatementChanged) {
		t.Errorf("changed between display and sending: got %v", err)
	}
	if again, err := open(1, true, "first-3"); err != nil || again.Stream != first.Stream {
		t.Errorf("a repetition of what was accepted: got %v, %v", again.Stream, err)
	}
	if o, err := open(2, true, "second-2"); err != nil || kept(o) != 2 || kept(first) != 1 {
		t.Errorf("got %v", err)
	}
}
