// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestSwapYieldsToLongRead checks that other reads get answers while a swap waits for a long read, and that the swap follows the long read.
func TestSwapYieldsToLongRead(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	long, err := h.Store.Pools().Consumer.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.Exec(t.Context(), `lock table read.tickets_v5 in access share mode`); err != nil {
		t.Fatal(err)
	}
	swapped := make(chan error, 1)
	go func() { swapped <- h.Runner().Rebuild(t.Context(), Model.Name, nil) }()
	h.Eventually(`select count(*) > 0 from pg_locks l where relation = 'read.tickets_v5'::regclass and not granted`)
	h.checkCounts(tickettest.Operator, map[QueueID]int{NewQueue: 1, AllQueue: 1}) // waits for this attempt of the swap only
	select {
	case err := <-swapped:
		t.Fatalf("the swap did not wait for the read: %v", err)
	default:
	}
	if err := long.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-swapped; err != nil {
		t.Error(err)
	}
	h.checkCounts(tickettest.Operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
}

// TestReadDuringSwapSeesNewTables checks that a read takes its snapshot after the swap that it waited for, whichever statements its
// connection has prepared. In an earlier snapshot the new tables would be empty.
func TestReadDuringSwapSeesNewTables(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	fresh := NewReader(h.OpenNode(), catalog.Default(), nil)
	swap, err := storetest.Connect(t, h.DB.URL).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := swap.Exec(t.Context(), `lock table read.tickets_v5 in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		queues []Queue
		at     eventstore.Position
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		queues, at, err := fresh.Queues(t.Context(), ticketview.Viewer{Actor: tickettest.Operator})
		answered <- answer{queues, at, err}
	}()
	h.Eventually(`select count(*) > 0 from pg_locks l where relation = 'read.tickets_v5'::regclass and not granted`)
	if _, err := swap.Exec(t.Context(), `
		drop view shown.queue_counts_v5;
		create table read.queue_counts_v5_new (like read.queue_counts_v5);
		insert into read.queue_counts_v5_new select * from read.queue_counts_v5;
		grant select on read.queue_counts_v5_new to sol_request, sol_worker;
		alter table read.queue_counts_v5 rename to queue_counts_v5_old;
		alter table read.queue_counts_v5_new rename to queue_counts_v5;
		call access.show('read.queue_counts_v5');
		update log.consumers set position = position + 1 where name = 'tickets'`); err != nil {
		t.Fatal(err)
	}
	if err := swap.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := <-answered
	if got.err != nil || got.at.N != 2 || got.queues[0].Count != 1 {
		t.Errorf("got %+v at %s, %v; want one ticket at position 2", got.queues, got.at, got.err)
	}
}
