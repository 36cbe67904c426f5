// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestRebuildUnderTraffic: while tickets come in and move, and two nodes follow the log, read models
// are rebuilt time and again. Every answer meanwhile is whole, no position goes back, and in the end the live tables
// are what one more rebuild makes of the log.
func TestRebuildUnderTraffic(t *testing.T) {
	h := newFixture(t)
	for range 50 {
		h.openTicket(tickettest.Torino)
	}
	defer h.run(h.store)()
	defer h.run(h.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = h.now }))()
	h.waitForModels()

	ctx, stop := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for ctx.Err() == nil {
			id := h.openTicket(tickettest.Torino)
			h.do(id, operator, take)
			h.do(id, operator, escalate("non è nostra"))
		}
	})
	var answers atomic.Int64
	for range 2 {
		traffic.Go(func() {
			var last int64
			for ctx.Err() == nil {
				queues, at, err := h.reader.Queues(t.Context(), ticketview.Viewer{Actor: operator})
				if err != nil {
					t.Errorf("queues: %v", err)
					return
				}
				page, err := h.reader.ListTickets(t.Context(), ticketview.Viewer{Actor: operator}, Filter{Status: "nuovo", Limit: maxLimit})
				if err != nil {
					t.Errorf("list: %v", err)
					return
				}
				if at.N < last || page.Position.N < at.N {
					t.Errorf("the position went back from %d to %s, %s", last, at, page.Position)
				}
				last = page.Position.N
				for _, q := range queues {
					if q.ID == AllQueue && q.Count < 50 || page.Total < 50 || page.Total != len(page.Items) {
						t.Errorf("an answer that is not whole: %d in %s, %d of %d listed", q.Count, q.ID, len(page.Items), page.Total)
					}
				}
				answers.Add(1)
			}
		})
	}
	runner := NewRunner(h.store)
	rebuilds := 0
	for ; (rebuilds < 8 || answers.Load() < 20) && !t.Failed(); rebuilds++ {
		if err := runner.Rebuild(t.Context(), models[rebuilds%len(models)].name, nil); err != nil {
			t.Error(err)
		}
	}
	stop()
	traffic.Wait()
	h.waitForModels()
	live := h.dump()
	for _, m := range models {
		if err := runner.Rebuild(t.Context(), m.name, nil); err != nil {
			t.Fatal(err)
		}
	}
	rebuilt := h.dump()
	if len(live) != len(rebuilt) {
		t.Fatalf("%d rows live, %d rebuilt", len(live), len(rebuilt))
	}
	for i := range live {
		if live[i] != rebuilt[i] {
			t.Fatalf("live\n%s\nrebuilt\n%s", live[i], rebuilt[i])
		}
	}
	t.Logf("%d answers during %d rebuilds, %d rows in the end", answers.Load(), rebuilds, len(live))
}

func TestRebuildIsExclusiveAndReportsProgress(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	runner := NewRunner(h.store)
	told := int64(0)
	err := runner.Rebuild(t.Context(), ticketsModel.name, func(done, total int64) {
		told = done
		if err := runner.Rebuild(t.Context(), ticketsModel.name, nil); !errors.Is(err, ErrRebuilding) {
			t.Errorf("a second one beside it: %v", err)
		}
	})
	if err != nil || told != 1 {
		t.Errorf("told of %d events: %v", told, err)
	}
	if err := runner.Rebuild(t.Context(), "queues", nil); !errors.Is(err, ErrNoModel) {
		t.Errorf("an unknown one: %v", err)
	}
	list, err := runner.List(t.Context())
	if err != nil || len(list) != len(models) {
		t.Fatalf("%v, %v", list, err)
	}
	if s := list[0]; s.Name != "tickets" || s.Version != 1 || s.Position != 1 || s.Head != 1 || s.Lag != 0 || s.Since == nil || s.Led {
		t.Errorf("after the rebuild: %+v", s)
	}
}

// TestInterruptedRebuildIsCleanedUp, and what answers stays as it was.
func TestInterruptedRebuildIsCleanedUp(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	h.project()
	before := h.dump()
	ctx, cancel := context.WithCancel(t.Context())
	runner := NewRunner(h.store)
	if err := runner.Rebuild(ctx, ticketsModel.name, func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if after := h.dump(); len(after) != len(before) {
		t.Errorf("%d rows, were %d", len(after), len(before))
	}
	if err := runner.Rebuild(t.Context(), ticketsModel.name, nil); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// TestSwapYieldsToLongRead: somebody reads for long, others keep getting answers, and the swap comes after.
func TestSwapYieldsToLongRead(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	h.project()
	long, err := h.store.RequestPool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.Exec(t.Context(), `lock table read.tickets_v1 in access share mode`); err != nil {
		t.Fatal(err)
	}
	swapped := make(chan error, 1)
	go func() { swapped <- NewRunner(h.store).Rebuild(t.Context(), ticketsModel.name, nil) }()
	h.eventually(`select count(*) > 0 from pg_locks l where relation = 'read.tickets_v1'::regclass and not granted`)
	h.checkCounts(operator, map[QueueID]int{NewQueue: 1, AllQueue: 1}) // waits behind the try, not behind the long read
	select {
	case err := <-swapped:
		t.Fatalf("swapped under a reader: %v", err)
	default:
	}
	if err := long.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-swapped; err != nil {
		t.Error(err)
	}
	h.checkCounts(operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
}

// TestReadDuringSwapSeesNewTables: it takes its snapshot behind the swap that it waited for, whichever statements
// its connection knows already. Otherwise the new tables would be empty to it.
func TestReadDuringSwapSeesNewTables(t *testing.T) {
	h := newFixture(t)
	h.openTicket(tickettest.Torino)
	h.project()
	fresh := NewReader(h.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = h.now }), catalog.Default(), nil)
	swap, err := h.store.WorkerPool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := swap.Exec(t.Context(), `lock table read.tickets_v1 in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		queues []Queue
		at     eventstore.Position
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		queues, at, err := fresh.Queues(t.Context(), ticketview.Viewer{Actor: operator})
		answered <- answer{queues, at, err}
	}()
	h.eventually(`select count(*) > 0 from pg_locks l where relation = 'read.tickets_v1'::regclass and not granted`)
	if _, err := swap.Exec(t.Context(), `
		create table read.queue_counts_v1_new (like read.queue_counts_v1);
		insert into read.queue_counts_v1_new select * from read.queue_counts_v1;
		grant select on read.queue_counts_v1_new to sol_request;
		alter table read.queue_counts_v1 rename to queue_counts_v1_old;
		alter table read.queue_counts_v1_new rename to queue_counts_v1;
		update log.consumers set position = position + 1 where name = 'tickets'`); err != nil {
		t.Fatal(err)
	}
	if err := swap.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := <-answered
	if got.err != nil || got.at.N != 2 || got.queues[0].Count != 1 {
		t.Errorf("at %s, %v: %+v", got.at, got.err, got.queues)
	}
}

// eventually asks the database until it says yes.
func (h *fixture) eventually(question string) {
	h.t.Helper()
	for yes := false; !yes; {
		if err := h.store.WorkerPool().QueryRow(h.t.Context(), question).Scan(&yes); err != nil {
			h.t.Fatal(err)
		}
	}
}
