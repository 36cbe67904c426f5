// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/projections/lists"
)

// TestPersonsOfEarlierReleases re-indexes the persons of the database of each release that stored them by a keyed hash. Before it new tickets are opened with
// ticket.opened.v1, after it with version 2. A search by tax code finds the old and the new ones, also after the key of the old hashes was
// destroyed, and no leaf changes.
func TestPersonsOfEarlierReleases(t *testing.T) {
	t.Parallel()
	onReleases(t, []string{"testdata/releases/5ba8054.sql.gz", "testdata/releases/30d991a.sql.gz"}, testReindex)
}

func testReindex(t *testing.T, database string) {
	c := migrateRelease(t, database)
	withNode := func(do func(*node)) {
		t.Helper()
		n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(database), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer n.close()
		running, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.projections.Start(running) }()
		do(n)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	var first ticket.Opened
	var before map[int64][32]byte
	opened := 0
	open := func(n *node, name string) {
		t.Helper()
		if got := openFor(t, n, fmt.Sprintf("2099-%07d", opened), first.Personal.TaxCode); got.name != name || got.person != first.Person {
			t.Errorf("got a ticket by %s of person %s, want one by %s of %s", got.name, got.person, name, first.Person)
		}
		opened++
	}
	found := 0
	search := func(n *node) (count int) {
		t.Helper()
		if err := n.service.WaitForLists(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := n.service.ListTicketsAsAuditor(t.Context(), app.Caller{Actor: cliActor}, lists.Filter{Q: first.Personal.TaxCode})
		if err != nil {
			t.Fatal(err)
		}
		return page.Total
	}
	withNode(func(n *node) {
		before = leaves(t, n)
		first = firstOpened(t, n)
		if found = search(n); found == 0 {
			t.Errorf("no ticket is found by the tax code of an old one")
		}
		open(n, "ticket.opened.v1")
		if _, err := n.service.EraseTicket(t.Context(), cliActor, "01930000-0000-7000-8000-000000000001"); !errors.Is(err, persons.ErrNotReindexed) {
			t.Errorf("erase before the re-indexing: got %v, want ErrNotReindexed", err)
		}
		if r, err := n.service.ReindexPersons(t.Context(), func(int64) {}); err != nil || r.Streams == 0 {
			t.Fatalf("got %+v, %v", r, err)
		}
		if err := n.projections.DropEarlierVersions(t.Context()); err != nil {
			t.Fatal(err)
		}
		open(n, "ticket.opened.v2")
		if _, err := persons.New(n.store).RenewKey(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	withNode(func(n *node) {
		if r, err := n.service.ReindexPersons(t.Context(), func(int64) {}); err != nil || r.Added == 0 {
			t.Fatalf("with a new key: got %+v, %v", r, err)
		}
		if err := persons.New(n.store).DestroyKey(t.Context(), 1, true); err != nil { // accounts without a ticket have no hash by the new key
			t.Fatal(err)
		}
	})
	withNode(func(n *node) {
		open(n, "ticket.opened.v2")
		if got := search(n); got != found+opened {
			t.Errorf("got %d tickets by tax code, want %d old and %d new ones", got, found, opened)
		}
		after := leaves(t, n)
		maps.DeleteFunc(after, func(position int64, _ [32]byte) bool { _, old := before[position]; return !old })
		if !maps.Equal(before, after) {
			t.Error("leaves of old events have changed")
		}
	})
}

// openedTicket is the stored name of a ticket's first event, and its person.
type openedTicket struct{ name, person string }

// openFor opens a ticket for a tax code.
func openFor(t *testing.T, n *node, number, taxCode string) openedTicket {
	t.Helper()
	id, err := app.NewID()
	if err != nil {
		t.Fatal(err)
	}
	command := tickettest.DeclaredOpenCommand(number, "010301")
	command.Form.TaxCode = taxCode
	o, err := n.service.Dispatch(t.Context(), app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: command})
	if err != nil {
		t.Fatal(err)
	}
	records, err := n.store.ReadStream(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return openedTicket{records[0].Type, o.State.Person}
}

// firstOpened returns the first event of a ticket of the first release that is not erased.
func firstOpened(t *testing.T, n *node) ticket.Opened {
	t.Helper()
	for _, r := range readAll(t, n) {
		if r.Type == "ticket.opened.v1" && r.Personal != nil {
			e, err := codec.Decode(r.Type, r.Data, r.Personal)
			if err != nil {
				t.Fatal(err)
			}
			return e.(ticket.Opened)
		}
	}
	t.Fatal("got no event ticket.opened.v1")
	return ticket.Opened{}
}

// leaves returns the leaf of each event by its position.
func leaves(t *testing.T, n *node) map[int64][32]byte {
	t.Helper()
	all := make(map[int64][32]byte)
	for _, r := range readAll(t, n) {
		all[r.Position] = r.Hash
	}
	return all
}

func readAll(t *testing.T, n *node) []eventstore.Record {
	t.Helper()
	records, err := n.store.Read(t.Context(), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return records
}
