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

// mentionLampposts are in no code of the catalogue: where the word stands, the citizen wrote it.
func mentionLampposts(o *ticket.Open) { o.Form.Description = "I lampioni del cortile" }

// TestErasedRowHoldsNoPersonalData: neither a word nor the keyed hash of their codice fiscale, wherever it is
// looked for in the row, live and rebuilt.
func TestErasedRowHoldsNoPersonalData(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Do(id, tickettest.Operator, tickettest.Take)
	h.Do(id, tickettest.Operator, tickettest.Ask("Ci mandi la fotografia"))
	h.Project()
	hash := h.Store.KeyedHash(person.TaxCodeHashPurpose, "RSSMRA85T10A562S")
	traces := []string{hash, "Fittizia", "Prova", "lampion", "fotografi"}
	if row := h.row(id); !strings.Contains(row, hash) || !strings.Contains(row, "fotografi") {
		t.Fatalf("before: %s", row)
	}
	h.Do(id, person.Actor{ID: "a", Role: person.Administrator}, ticket.Erase{})
	h.Project()
	check := func(when string) {
		t.Helper()
		for _, trace := range traces {
			if row := h.row(id); strings.Contains(row, trace) {
				t.Errorf("%s: %q is still in %s", when, trace, row)
			}
		}
		if n := h.countFound(tickettest.Operator, "RSSMRA85T10A562S"); n != 0 {
			t.Errorf("%s: found by codice fiscale", when)
		}
	}
	check("live")
	h.Rebuild(Model)
	check("rebuilt")
}

// row is a ticket's row in the lists, all of it.
func (h *fixture) row(id ticket.ID) (row string) {
	h.T.Helper()
	err := h.Store.WorkerPool().QueryRow(h.T.Context(), `select to_jsonb(t)::text from read.tickets_v1 t where id = $1`, string(id)).Scan(&row)
	if err != nil {
		h.T.Fatal(err)
	}
	return row
}

// TestPlannerStatisticsHoldNoPersonalData: what the planner keeps of a table outlives an erasure, so it keeps no names, words or
// hashes of them at all.
func TestPlannerStatisticsHoldNoPersonalData(t *testing.T) {
	h := newFixture(t)
	for range 20 {
		h.OpenTicket(tickettest.Torino, mentionLampposts)
	}
	h.Project()
	check := func(when string) {
		t.Helper()
		tx, err := h.Store.WorkerPool().Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(t.Context()) }() // the view shows nothing while policies bind even the owner
		if _, err := tx.Exec(t.Context(), `alter table read.tickets_v1 no force row level security; analyze read.tickets_v1`); err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(t.Context(), `
			select attname, concat_ws(' ', most_common_vals, histogram_bounds, most_common_elems)
			from pg_stats where schemaname = 'read' and tablename = 'tickets_v1'`)
		if err != nil {
			t.Fatal(err)
		}
		var column, values string
		known := 0
		_, err = pgx.ForEachRow(rows, []any{&column, &values}, func() error {
			known++
			for _, trace := range []string{"Fittizia", "lampion", h.Store.KeyedHash(person.TaxCodeHashPurpose, "RSSMRA85T10A562S")} {
				if strings.Contains(values, trace) {
					t.Errorf("%s: the statistics of %s hold %q", when, column, trace)
				}
			}
			return nil
		})
		if err != nil || known == 0 {
			t.Fatalf("%s: %d columns with statistics, %v", when, known, err)
		}
	}
	check("live")
	h.Rebuild(Model)
	check("rebuilt")
}
