// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestRowLevelSecurity asks the tables themselves, as the role that doors read with: nothing that a door forgets to
// filter shows a row to who may not see it. It holds for the tables that a rebuild has swapped in, too.
func TestRowLevelSecurity(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	handed := h.openTicket(tickettest.Torino)
	h.do(handed, operator, escalate("non è nostra"))
	h.openTicket(tickettest.Torino, func(o *ticket.Open) { o.Identity, o.Citizen = ticket.Declared, "" })
	h.project()
	t.Run("live", h.checkPolicies)
	if err := NewRunner(h.store).Rebuild(t.Context(), ticketsModel.name, nil); err != nil {
		t.Fatal(err)
	}
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
		"another entity":            {neighbour, 0, 0, 0, 0},
		"its operator":              {operator, 3, 3, 5, 3},
		"the Region":                {regional, 1, 2, 2, 1},
		"its citizen":               {citizen, 2, 1, 3, 2},
		"the auditor":               {auditor, 3, 1, 5, 3},
	} {
		for table, want := range map[string]int{
			"read.tickets_v1": c.tickets, "read.queue_counts_v1": c.counts, "read.timeline_v1": c.timeline,
			"read.search_tickets_v3('referto', '', '', now(), 100)": c.found,
			"read.search_tickets_v3('', '2026', '', now(), 100)":    c.found,
		} {
			if got := h.count(t, c.who, table); got != want {
				t.Errorf("%s: %s shows %d rows, want %d", name, table, got, want)
			}
		}
	}
	for _, table := range ticketsModel.tables {
		if _, err := h.store.RequestPool().Exec(t.Context(), `delete from read.`+table); err == nil {
			t.Errorf("doors may delete from %s", table)
		}
	}
}

// count is what a table shows of itself to the doors' role with these settings.
func (h *fixture) count(t *testing.T, who person.Actor, from string) (n int) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), h.store.RequestPool(), func(tx pgx.Tx) error {
		if who != (person.Actor{}) {
			_, err := tx.Exec(t.Context(),
				`select set_config('app.role', $1, true), set_config('app.entity', $2, true), set_config('app.person', $3, true)`,
				string(who.Role), string(who.Entity), who.ID)
			if err != nil {
				return err
			}
		}
		return tx.QueryRow(t.Context(), `select count(*) from `+from).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
