// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// TestASearchFindsWhatItsViewerMaySeeAndNothingElse plays random tickets, with hand-overs and erasures. For each viewer each kind of term finds
// the tickets that row-level security shows, without the erased ones for terms of the person.
func TestASearchFindsWhatItsViewerMaySeeAndNothingElse(t *testing.T) {
	h := newFixture(t)
	for _, random := range tickettest.DrawExamples(60, 25) {
		h.PlayTicket(random, func(int) {})
	}
	h.Project()
	supervisor := tickettest.Operator
	supervisor.Role = person.ASRSupervisor
	const email = "prova@example.it" // some have no e-mail address
	withEmail := numbers(h.list(tickettest.Auditor, Filter{Q: email, Sort: ByNumber, Limit: readmodel.MaxLimit}))
	seen := 0
	for _, who := range []person.Actor{
		tickettest.Operator, supervisor, tickettest.Neighbour, tickettest.Regional, tickettest.Auditor, tickettest.Citizen,
		{ID: string(tickettest.NewID()), Role: person.Citizen}, {ID: "a", Role: person.ASROperator, Entity: catalog.EntityCode("010213")},
	} {
		var visible, known []string
		for _, item := range h.list(who, Filter{Sort: ByNumber, Limit: readmodel.MaxLimit}).Items {
			visible = append(visible, item.Number)
			if !item.Erased && !item.TraceOnly {
				known = append(known, item.Number)
			}
		}
		seen += len(visible)
		addressed := slices.DeleteFunc(slices.Clone(known), func(number string) bool { return !slices.Contains(withEmail, number) })
		for q, want := range map[string][]string{
			"2026-0": visible, email: addressed, "Fittizia": known, "fitt prov": known, "RSSMRA": known, "RSSMRA85T10A562S": known, "011 0000000": known, "nessuno": nil,
		} {
			if got := numbers(h.list(who, Filter{Q: q, Sort: ByNumber, Limit: readmodel.MaxLimit})); !slices.Equal(got, want) {
				t.Errorf("%s at %q: %q finds %v, want %v", who.Role, who.Entity, q, got, want)
			}
		}
		for _, number := range h.allNumbers() {
			want := slices.Contains(visible, number)
			if got := numbers(h.list(who, Filter{Q: number})); slices.Contains(got, number) != want {
				t.Errorf("%s at %q: found %s: %v, want %t", who.Role, who.Entity, number, got, want)
			}
		}
	}
	if seen < 60 || len(withEmail) < 30 {
		t.Errorf("the viewers see %d tickets, and %d have the address, want at least 60 and 30", seen, len(withEmail))
	}
}

// allNumbers returns the numbers of all tickets.
func (h *fixture) allNumbers() []string {
	return numbers(h.list(tickettest.Auditor, Filter{Sort: ByNumber, Limit: readmodel.MaxLimit}))
}
