// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

func TestCitizenNeverReadsInternalOrRegionalTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, false)
		for _, v := range []Viewer{{Actor: tickettest.Citizen}, {Ticket: tickettest.TicketID}} {
			for _, at := range tickettest.Moments(random.History) {
				seen, ok := Detail(v, random.History, names, at)
				if !ok {
					t.Fatalf("the citizen does not see the ticket at %s", at)
				}
				text, err := json.Marshal(seen)
				if err != nil {
					t.Fatal(err)
				}
				for _, mark := range []string{tickettest.MarkInternal, tickettest.MarkRegional, "null"} {
					if strings.Contains(string(text), mark) {
						t.Fatalf("at %s the citizen reads %s", at, text)
					}
				}
			}
		}
	})
}

// TestOperatorsReadOnlyTheirNotes compares the notes in the views of random histories with the rules for audiences, written here once more.
func TestOperatorsReadOnlyTheirNotes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, false)
		by := rapid.SampledFrom([]person.Actor{tickettest.Operator, tickettest.Neighbour, tickettest.Regional}).Draw(t, "viewer")
		for _, at := range tickettest.Moments(random.History) {
			earlier := random.History[:countUpTo(random.History, at)]
			seen, ok := Detail(Viewer{Actor: by}, random.History, names, at)
			if !ok {
				continue
			}
			withdrawn := map[ticket.ID]bool{}
			for _, r := range earlier {
				if w, undo := r.Event.(ticket.ActWithdrawn); undo {
					for _, note := range w.Notes {
						withdrawn[note] = true
					}
				}
			}
			for _, r := range earlier {
				var note ticket.ID
				var reads bool
				own := r.By.Entity == by.Entity
				switch e := r.Event.(type) {
				case ticket.InternalNote:
					note, reads = e.Note, e.Entity == by.Entity
				case ticket.CitizenNote:
					note, reads = e.Note, own || !e.VisibleFrom.After(at) && !withdrawn[e.Note]
				case ticket.RegionalNote:
					party := by.Entity == catalog.Region || by.Entity == e.ASR
					note, reads = e.Note, party && (own || !e.VisibleFrom.After(at) && !withdrawn[e.Note])
				default:
					continue
				}
				if got := slices.ContainsFunc(seen.Notes, func(n Note) bool { return n.ID == note }); got != reads {
					t.Fatalf("at %s: %s reads %T of %s: got %t, want %t", at, by.Entity, r.Event, r.By.Entity, got, reads)
				}
			}
		}
	})
}

// TestViewerMustSeeTheTicketThenAndNow checks that a moment is shown to the viewers who saw the ticket then and see it today, and to no
// other.
func TestViewerMustSeeTheTicketThenAndNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		by := rapid.SampledFrom(append(slices.Clone(tickettest.Actors), tickettest.Auditor)).Draw(t, "viewer")
		_, now := Detail(Viewer{Actor: by}, random.History, names, random.Now)
		for _, at := range tickettest.Moments(random.History) {
			_, then := Detail(Viewer{Actor: by}, random.History[:countUpTo(random.History, at)], names, at)
			if _, ok := Detail(Viewer{Actor: by}, random.History, names, at); ok != (then && now) {
				t.Fatalf("%s of %s at %s: got %t, want %t (then %t, today %t)", by.Role, by.Entity, at, ok, then && now, then, now)
			}
		}
	})
}
