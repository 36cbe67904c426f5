// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestRowLevelSecurity reads the tables with the database role of requests. A query that forgets a filter must not show a row to a person
// who may not see it. The test covers the live tables and the tables of a rebuild.
func TestRowLevelSecurity(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	handed := h.OpenTicket(tickettest.Torino)
	h.Do(handed, tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Identity, o.Citizen = ticket.Declared, "" })
	h.Project()
	t.Run("live", h.checkPolicies)
	h.Rebuild(Model)
	t.Run("rebuilt", h.checkPolicies)
}

func (h *fixture) checkPolicies(t *testing.T) {
	for name, c := range map[string]struct {
		who                              person.Actor
		tickets, counts, timeline, found int
	}{
		"no settings at all":        {person.Actor{}, 0, 0, 0, 0},
		"a role alone":              {person.Actor{Role: person.ASROperator}, 0, 0, 0, 0},
		"an entity without a role":  {person.Actor{Entity: tickettest.Torino}, 0, 0, 0, 0},
		"a role that sees nothing":  {person.Actor{ID: "a", Role: person.Administrator, Entity: tickettest.Torino}, 0, 0, 0, 0},
		"a citizen without account": {person.Actor{Role: person.Citizen}, 0, 0, 0, 0},
		"another entity":            {tickettest.Neighbour, 0, 0, 0, 0},
		"its operator":              {tickettest.Operator, 3, 3, 5, 3},
		"the Region":                {tickettest.Regional, 1, 2, 2, 1},
		"its citizen":               {tickettest.Citizen, 2, 1, 3, 2},
		"the auditor":               {tickettest.Auditor, 3, 1, 5, 3},
	} {
		for table, want := range map[string]int{
			"shown.tickets_v5": c.tickets, "shown.queue_counts_v5": c.counts, "shown.timeline_v5": c.timeline,
			`read.search_tickets_v7('{"terms":[{"any":{"word":"referto","typed":"referto"}}]}', now(), 100)`: c.found,
			`read.search_tickets_v7('{"terms":[{"any":{"key":"#2026-","prefix":true}}]}', now(), 100)`:       c.found,
		} {
			if got := h.CountVisible(t, c.who, table); got != want {
				t.Errorf("%s: %s shows %d rows, want %d", name, table, got, want)
			}
		}
	}
	for _, table := range Model.Tables {
		for _, statement := range []string{`delete from ` + Model.View(table), `delete from ` + Model.Table(table), `select from ` + Model.Table(table)} {
			if err := h.ExecAsRequest(t, statement); err == nil {
				t.Errorf("the role of requests may %s", statement)
			}
		}
	}
}
