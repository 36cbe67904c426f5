// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
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
	err := h.Store.Pools().Consumer.QueryRow(h.T.Context(), `select to_jsonb(t)::text from read.tickets_v5 t where id = $1`, string(id)).Scan(&row)
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
		tx, err := storetest.Connect(t, h.DB.URL).Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(t.Context()) }() // pg_stats shows nothing while row-level security is forced on the owner
		if _, err := tx.Exec(t.Context(), `alter table read.tickets_v5 no force row level security; analyze read.tickets_v5`); err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(t.Context(), `
			select attname, concat_ws(' ', most_common_vals, histogram_bounds, most_common_elems)
			from pg_stats where schemaname = 'read' and tablename = 'tickets_v5'`)
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

// TestErasureReachesTheListsOfTheReleaseBefore erases a ticket whose row is in the tables of version 4, as a node of the release before left it.
func TestErasureReachesTheListsOfTheReleaseBefore(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Project()
	worker := h.Store.Pools().Consumer
	_, err := worker.Exec(t.Context(), `
		insert into read.tickets_v4 (id, entity, traces, readers, citizen, number, status, assignee, person, requester, opened_at, updated_at, version, position,
			said_until, folded)
		select id, entity, traces, readers, citizen, number, status, assignee, person, requester, opened_at, updated_at, version,
			position, said_until, folded || '{"form": "I lampioni del cortile di Fittizia"}' from read.tickets_v5`)
	if err != nil {
		t.Fatal(err)
	}
	if err := EraseInEarlierVersion(t.Context(), worker, id); err != nil {
		t.Fatal(err)
	}
	var row string
	if err := worker.QueryRow(t.Context(), `select to_jsonb(t)::text from read.tickets_v4 t where id = $1`, string(id)).Scan(&row); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{h.PersonID("RSSMRA85T10A562S"), "Fittizia", "Prova", "lampion"} {
		if strings.Contains(row, word) {
			t.Errorf("%q is still in %s", word, row)
		}
	}
	if !strings.Contains(row, "2026-0000001") {
		t.Errorf("the row is gone: %s", row)
	}
}

// TestErasedTicketIsFoundByItsNumberAlone searches for an erased ticket by each kind of term.
func TestErasedTicketIsFoundByItsNumberAlone(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino, mentionLampposts)
	h.Do(id, person.Actor{ID: "a", Role: person.Administrator}, ticket.Erase{})
	for _, when := range []string{"live", "rebuilt"} {
		h.Project()
		for q, want := range map[string]int{
			"2026-0000001": 1, "n. 1": 1, "001": 1, "Fittizia": 0, "prova": 0, "prova@example.it": 0, "0110000000": 0, "RSSMRA": 0, "lampioni": 0,
		} {
			if got := h.countFound(tickettest.Operator, q); got != want {
				t.Errorf("%s: %q finds %d tickets, want %d", when, q, got, want)
			}
		}
		h.Rebuild(Model)
	}
}

// TestRenewedSearchKeyFindsOldRows renews the key of the hashes: rows that were written before it are found, with those written after it.
func TestRenewedSearchKeyFindsOldRows(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	keys := h.Store.Keyring()
	if _, err := keys.Renew(t.Context(), searchterms.Purpose, time.Time{}); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the new key is in use", func() bool {
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return keys.Hashes(searchterms.Purpose)[0].Version == 2
	})
	h.OpenTicket(tickettest.Torino)
	h.Project()
	for range 2 {
		for _, q := range []string{"RSSMRA85T10A562S", "rssmra", "prova@example.it", "011 0000000"} {
			if got := h.countFound(tickettest.Operator, q); got != 2 {
				t.Errorf("%q finds %d tickets, want both", q, got)
			}
		}
		h.Rebuild(Model)
	}
}
