// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestRequesterReadsNoAnswerAfterTheRepresentationEnds tells a citizen, who asked for another person, something while the representation was verified. By
// each way by which the citizen reads, now and about the past, it is told as long as the representation holds, and not after a refusal, nor after the
// last day of the check. Operators and auditors read it always; a new check shows it again.
func TestRequesterReadsNoAnswerAfterTheRepresentationEnds(t *testing.T) {
	s := newService(t)
	dora := app.Caller{Actor: person.Actor{ID: s.Account(t, "dora", person.Citizen, ""), Role: person.Citizen}}
	r := openRequest()
	r.Requester, r.Form.OnBehalfOf = ticket.ForMinor, "Altra Finta"
	opened, err := s.App.Open(t.Context(), dora, r, app.Idempotency{})
	if err != nil {
		t.Fatal(err)
	}
	id := ticket.ID(opened.Stream)
	verify := app.RepresentationRequest{Outcome: "verified", Kind: ticket.OfMinor, Seen: "il documento", Act: "stato di famiglia", Date: "2026-01-07", Until: "2026-03-10"}
	refuse := app.RepresentationRequest{Outcome: "refused", Kind: ticket.OfMinor, Reason: "decaduto dalla responsabilità"}
	check := func(c app.RepresentationRequest) {
		t.Helper()
		if _, err := s.App.CheckRepresentation(t.Context(), s.anna, id, c, app.Idempotency{}); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Minute)
	}
	ask := func(text string) {
		t.Helper()
		s.update(s.anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}})
		s.Clock.Advance(time.Minute)
	}
	ask("Ci mandi il documento.")
	check(verify)
	s.update(s.anna, id, app.UpdateRequest{Note: &app.NoteRequest{
		Text: "Il referto dice segretissimo.", Visibility: ticket.Public, Files: []attachment.FileUpload{{Name: "referto.pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}},
	}})
	s.Clock.Advance(time.Minute)
	answered := s.Clock.Now()
	s.Clock.Advance(time.Minute)
	operators, err := s.App.Ticket(t.Context(), s.anna, id, nil)
	if err != nil || len(operators.Files()) != 1 {
		t.Fatalf("got %v, %v, want the file of the answer", operators.Files(), err)
	}
	file := operators.Files()[0].ID

	// The ways by which something is read. Each reports whether the caller gets the answer.
	view := func(by app.Caller, at *time.Time) bool {
		t.Helper()
		v, err := s.App.Ticket(t.Context(), by, id, at)
		if err != nil {
			t.Fatal(err)
		}
		return containsNote(v.Notes, "segretissimo")
	}
	ways := map[string]func(app.Caller) bool{
		"the ticket":           func(by app.Caller) bool { return view(by, nil) },
		"the ticket as it was": func(by app.Caller) bool { return view(by, &answered) },
		"the file": func(by app.Caller) bool {
			_, _, err := s.App.ReadFile(t.Context(), by, id, file)
			return err == nil
		},
		"the list of files": func(by app.Caller) bool {
			v, err := s.App.Ticket(t.Context(), by, id, nil)
			return err == nil && len(v.Files()) > 0
		},
		"a search for a word of it": func(by app.Caller) bool {
			if err := s.App.WaitForLists(t.Context()); err != nil {
				t.Fatal(err)
			}
			found, err := s.App.ListTickets(t.Context(), by, lists.Filter{Q: "segretissimo"})
			if err != nil {
				t.Fatal(err)
			}
			return found.Total > 0
		},
	}
	expect := func(when string, citizenReads bool) {
		t.Helper()
		for name, read := range ways {
			if got := read(dora); got != citizenReads {
				t.Errorf("%s, %s: the citizen reads it: %t, want %t", when, name, got, citizenReads)
			}
			if !read(s.anna) {
				t.Errorf("%s, %s: the operator does not read it", when, name)
			}
		}
		v, err := s.App.Ticket(t.Context(), dora, id, nil)
		if err != nil || !containsNote(v.Notes, "Ci mandi il documento.") || (v.Representation.Withheld == 0) != citizenReads {
			t.Errorf("%s: got notes %+v, withheld %d, %v, want the question of before the check", when, v.Notes, v.Representation.Withheld, err)
		}
	}
	expect("while it is verified", true)
	check(refuse)
	expect("after a refusal", false)
	check(verify)
	expect("verified again", true)
	s.Clock.Set(time.Date(2026, 3, 10, 22, 59, 0, 0, time.UTC)) // a minute before midnight in Rome
	expect("on its last day", true)
	s.Clock.Set(time.Date(2026, 3, 10, 23, 0, 0, 0, time.UTC))
	expect("after its last day", false)
	if _, err := s.App.Update(t.Context(), s.anna, id, app.UpdateRequest{Note: &app.NoteRequest{Text: "Altro.", Visibility: ticket.Public}}, app.Idempotency{}); !refusedFor(err, refusal.RepresentationUnverified) {
		t.Errorf("an answer after the last day: got %v", err)
	}
	page, err := s.App.ListTickets(t.Context(), s.anna, lists.Filter{Queue: lists.AllQueue, Representation: ticket.Unchecked})
	if err != nil || len(page.Items) != 1 || !slices.Contains(page.Items[0].Flags, lists.FlagUnchecked) {
		t.Errorf("the list of what waits for a check: got %+v, %v, want the ticket with its mark", page.Items, err)
	}
	v, err := s.App.Ticket(t.Context(), s.anna, id, nil)
	if err != nil || v.Representation.Status != ticket.Unchecked || v.Representation.Label != "rappresentanza scaduta" || v.Representation.Until != "2026-03-10" {
		t.Errorf("got %+v, %v, want the expired check", v.Representation, err)
	}
}

// containsNote reports whether a note holds a text.
func containsNote(notes []ticketview.Note, text string) bool {
	return slices.ContainsFunc(notes, func(n ticketview.Note) bool { return strings.Contains(n.Text, text) })
}
