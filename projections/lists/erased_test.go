// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// mentionLampposts gives the form a word that only the citizen can have written: no code or label of the catalogue contains it.
func mentionLampposts(o *ticket.Open) { o.Form.Description = "I lampioni del cortile" }

// TestErasedRowHoldsNoPersonalData looks in the whole row of an erased ticket, live and rebuilt, for names, words and the person id.
func TestErasedRowHoldsNoPersonalData(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Do(id, tickettest.Operator, tickettest.Take)
	h.Do(id, tickettest.Operator, tickettest.Ask("Ci mandi la fotografia"))
	h.Project()
	citizen := h.PersonID("RSSMRA85T10A562S")
	words := []string{citizen, "Fittizia", "Prova", "lampion", "fotografi"}
	if row := h.row(id); !strings.Contains(row, citizen) || !strings.Contains(row, "fotografi") {
		t.Fatalf("before the erasure the row lacks the personal data: %s", row)
	}
	h.Do(id, person.Actor{ID: "a", Role: person.Administrator}, ticket.Erase{})
	h.Project()
	check := func(when string) {
		t.Helper()
		for _, word := range words {
			if row := h.row(id); strings.Contains(row, word) {
				t.Errorf("%s: %q is still in %s", when, word, row)
			}
		}
		if n := h.countFound(tickettest.Operator, "RSSMRA85T10A562S"); n != 0 {
			t.Errorf("%s: the erased ticket is found by tax code", when)
		}
	}
	check("live")
	h.Rebuild(Model)
	check("rebuilt")
}

// row returns all columns of a ticket's stored row, as JSON.
func (h *fixture) row(id ticket.ID) (row string) {
	h.T.Helper()
	err := h.Store.Pools().Consumer.QueryRow(h.T.Context(), `select to_jsonb(t)::text from read.tickets_v3 t where id = $1`, string(id)).Scan(&row)
	if err != nil {
		h.T.Fatal(err)
	}
	return row
}

// TestPlannerStatisticsHoldNoPersonalData checks that the planner's statistics hold no names, words or person ids. Statistics stay
// after an erasure.
func TestPlannerStatisticsHoldNoPersonalData(t *testing.T) {
	h := newFixture(t)
	for range 20 {
		h.OpenTicket(tickettest.Torino, mentionLampposts)
	}
	h.Project()
	check := func(when string) {
		t.Helper()
		tx, err := h.Store.Pools().Consumer.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(t.Context()) }() // pg_stats shows nothing while row-level security is forced on the owner
		if _, err := tx.Exec(t.Context(), `alter table read.tickets_v3 no force row level security; analyze read.tickets_v3`); err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(t.Context(), `
			select attname, concat_ws(' ', most_common_vals, histogram_bounds, most_common_elems)
			from pg_stats where schemaname = 'read' and tablename = 'tickets_v3'`)
		if err != nil {
			t.Fatal(err)
		}
		var column, values string
		known := 0
		_, err = pgx.ForEachRow(rows, []any{&column, &values}, func() error {
			known++
			for _, word := range []string{"Fittizia", "lampion", h.PersonID("RSSMRA85T10A562S")} {
				if strings.Contains(values, word) {
					t.Errorf("%s: the statistics of %s hold %q", when, column, word)
				}
			}
			return nil
		})
		if err != nil || known == 0 {
			t.Fatalf("%s: got %d columns with statistics, %v", when, known, err)
		}
	}
	check("live")
	h.Rebuild(Model)
	check("rebuilt")
}
