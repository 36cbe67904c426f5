// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// accept opens a ticket of Torino that TO3 takes, the Region having sent it there, and ends the views of the former holders.
func (h *fixture) accept() ticket.ID {
	h.T.Helper()
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Do(id, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Do(id, tickettest.Regional, tickettest.Redirect(tickettest.TO3, "è vostra"))
	h.Advance(time.Minute)
	h.Do(id, tickettest.Neighbour, tickettest.Take)
	for _, former := range []catalog.EntityCode{tickettest.Torino, catalog.Region} {
		h.Do(id, tickettest.System, ticket.EndFormerView{Entity: former, Since: h.Now()})
	}
	return id
}

// auditorOf returns the auditor of one entity.
func auditorOf(e catalog.EntityCode) person.Actor {
	return person.Actor{ID: "01930000-0000-7000-8000-0000000000e9", Role: person.Auditor, Entity: e}
}

// TestTraceAloneIsListed: after the end of its view an entity finds number, entity, status and dates, by the number alone.
func TestTraceAloneIsListed(t *testing.T) {
	h := newFixture(t)
	id := h.accept()
	for _, when := range []string{"live", "rebuilt"} {
		if h.Project(); when == "rebuilt" {
			h.Rebuild(Model)
		}
		for _, q := range []QueueID{AllQueue, HandedOverQueue, ""} {
			page := h.list(tickettest.Operator, Filter{Queue: q})
			if len(page.Items) != 1 || page.Total != 1 {
				t.Fatalf("%s, %q: got %d items of %d, want one", when, q, len(page.Items), page.Total)
			}
			item := page.Items[0]
			if !item.TraceOnly || item.ID != id || item.Number != "2026-0000001" || item.Entity.Code != tickettest.TO3 || item.Status != ticket.StatusInProgress || item.OpenedAt.IsZero() {
				t.Errorf("%s, %q: got %+v, want number, entity, status and dates", when, q, item)
			}
			if item.Requester != (Person{}) || item.Assignee != nil || item.Service.ID != "" || item.Problem.ID != "" || item.Version != 0 || len(item.Flags) > 0 {
				t.Errorf("%s, %q: got %+v, want nothing else", when, q, item)
			}
		}
		for q, want := range map[string]int{"2026-0000001": 1, "001": 1, "Fittizia": 0, "lampioni": 0, "RSSMRA85T10A562S": 0} {
			if got := h.countFound(tickettest.Operator, q); got != want {
				t.Errorf("%s: %q finds %d, want %d", when, q, got, want)
			}
		}
		var stored string
		if err := h.Store.Pools().Consumer.QueryRow(t.Context(), `select string_agg(to_jsonb(t)::text, ' ') from `+Model.Table(tracesTable.Name)+` t`).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Fittizia", "Prova", "lampion", "ritiro-documenti", tickettest.Neighbour.ID, h.PersonID("RSSMRA85T10A562S")} {
			if strings.Contains(stored, word) {
				t.Errorf("%s: got %q in a trace: %s", when, word, stored)
			}
		}
		if page := h.list(auditorOf(tickettest.Torino), Filter{Queue: AllQueue}); len(page.Items) != 1 || page.Total != 1 || page.Items[0].TraceOnly {
			t.Errorf("%s: the entity's auditor sees %+v, want the whole ticket", when, page.Items)
		}
	}
	// The ticket comes back: the trace makes way for the ticket.
	h.Do(id, tickettest.Neighbour, tickettest.Escalate("di nuovo"))
	h.Do(id, tickettest.Regional, tickettest.Redirect(tickettest.Torino, "è vostra"))
	h.Project()
	page := h.list(tickettest.Operator, Filter{Queue: AllQueue})
	if len(page.Items) != 1 || page.Items[0].TraceOnly || page.Items[0].Requester.FamilyName == "" {
		t.Errorf("got %+v, want the whole ticket", page.Items)
	}
	h.checkCounts(tickettest.Operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
}

// TestRestrictedTicketsAreListedForAssigneeAndSupervisors compares lists, counts, search and changes of each viewer.
func TestRestrictedTicketsAreListedForAssigneeAndSupervisors(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Do(id, tickettest.Operator, tickettest.Take)
	h.Do(id, tickettest.Operator, ticket.RestrictAccess{Reason: "minaccia al personale"})
	h.Project()
	sees := func(who person.Actor, want bool) {
		t.Helper()
		all := numbers(h.list(who, Filter{Queue: AllQueue}))
		found, words := h.countFound(who, "2026-0000002"), h.countFound(who, "lampioni")
		if slices.Contains(all, "2026-0000002") != want || (found == 1) != want || (words == 1) != want {
			t.Errorf("%s %s: got %v, found %d and %d, want the ticket: %t", who.Role, who.ID, all, found, words, want)
		}
		same := h.list(who, Filter{SameCitizenAs: id})
		if who.Entity == tickettest.Torino && len(same.Items) > 0 != want { // where the citizen has another one
			t.Errorf("%s %s: got the same citizen's %v", who.Role, who.ID, numbers(same))
		}
	}
	sees(tickettest.Operator, true)
	sees(tickettest.Supervisor, true)
	sees(tickettest.Colleague, false)
	sees(auditorOf(tickettest.Torino), true)
	h.checkCounts(tickettest.Operator, map[QueueID]int{NewQueue: 1, InProgressQueue: 1, MyQueue: 1, AllQueue: 2})
	h.checkCounts(tickettest.Supervisor, map[QueueID]int{NewQueue: 1, InProgressQueue: 1, AllQueue: 2})
	h.checkCounts(tickettest.Colleague, map[QueueID]int{NewQueue: 1, AllQueue: 1})

	before := h.list(tickettest.Colleague, Filter{}).Position
	h.Do(id, tickettest.Operator, ticket.Update{Note: tickettest.InternalNote("solo per noi")})
	h.Do(id, tickettest.Operator, ticket.Update{Assignee: tickettest.AssignTo(tickettest.Colleague)})
	h.Project()
	for who, want := range map[person.Actor][]string{
		tickettest.Operator: {"internal_note", "assigned"}, tickettest.Colleague: {"assigned"}, tickettest.Supervisor: {"internal_note", "assigned"}, tickettest.Neighbour: nil,
	} {
		changes, err := h.reader.Changes(t.Context(), ticketview.Viewer{Actor: who}, before.N, 10)
		var got []string
		for _, c := range changes.Items {
			got = append(got, c.Type)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s %s: got changes %v, %v, want %v", who.Role, who.ID, got, err, want)
		}
	}
	sees(tickettest.Operator, false)
	sees(tickettest.Colleague, true)

	h.Do(id, tickettest.Colleague, tickettest.Escalate("non è nostra"))
	h.Project()
	sees(tickettest.Colleague, false)
	sees(tickettest.Supervisor, true)
	sees(tickettest.Regional, false)
	sees(tickettest.RegionalSupervisor, true)
	h.checkCounts(tickettest.RegionalSupervisor, map[QueueID]int{NewQueue: 1, AllQueue: 1, OverrideQueue: overrides(t, h, id)})
	h.Do(id, tickettest.RegionalSupervisor, ticket.LiftRestriction{Reason: "passato"})
	h.Project()
	sees(tickettest.Colleague, true)
	sees(tickettest.Regional, true)
}

// overrides returns 1 if the ticket was handed over against the playbook's outcome.
func overrides(t *testing.T, h *fixture, id ticket.ID) int {
	t.Helper()
	var n int
	if err := h.Store.Pools().Consumer.QueryRow(t.Context(), `select count(*) from `+Model.Table(ticketsTable.Name)+` where id = $1
		and folded -> 'state' -> 'Handover' ->> 'Ground' in (`+overrideGroundsSQL+`)`, string(id)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
