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
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestRebuildUnderTraffic: while tickets come in and move, and two nodes follow the log, read models
// are rebuilt time and again. Every answer meanwhile is whole, no position goes back, and in the end the live tables
// are what one more rebuild makes of the log.
func TestRebuildUnderTraffic(t *testing.T) {
	h := projectionstest.New(t, All()...)
	reader := lists.NewReader(h.Store, catalog.Default(), nil)
	for range 50 {
		h.OpenTicket(tickettest.Torino)
	}
	defer h.Run(h.Store)()
	defer h.Run(h.OpenNode())()
	h.WaitForModels()

	ctx, stop := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for ctx.Err() == nil {
			id := h.OpenTicket(tickettest.Torino)
			h.Do(id, tickettest.Operator, tickettest.Take)
			h.Do(id, tickettest.Operator, tickettest.Escalate("non è nostra"))
		}
	})
	var answers atomic.Int64
	for range 2 {
		traffic.Go(func() {
			var last int64
			for ctx.Err() == nil {
				queues, at, err := reader.Queues(t.Context(), ticketview.Viewer{Actor: tickettest.Operator})
				if err != nil {
					t.Errorf("queues: %v", err)
					return
				}
				page, err := reader.ListTickets(t.Context(), ticketview.Viewer{Actor: tickettest.Operator}, lists.Filter{Status: "nuovo", Limit: readmodel.MaxLimit})
				if err != nil {
					t.Errorf("list: %v", err)
					return
				}
				if at.N < last || page.Position.N < at.N {
					t.Errorf("the position went back from %d to %s, %s", last, at, page.Position)
				}
				last = page.Position.N
				for _, q := range queues {
					if q.ID == lists.AllQueue && q.Count < 50 || page.Total < 50 || page.Total != len(page.Items) {
						t.Errorf("an answer that is not whole: %d in %s, %d of %d listed", q.Count, q.ID, len(page.Items), page.Total)
					}
				}
				answers.Add(1)
			}
		})
	}
	runner := NewRunner(h.Store)
	rebuilds := 0
	for ; (rebuilds < 8 || answers.Load() < 20) && !t.Failed(); rebuilds++ {
		if err := runner.Rebuild(t.Context(), All()[rebuilds%len(All())].Name, nil); err != nil {
			t.Error(err)
		}
	}
	stop()
	traffic.Wait()
	h.WaitForModels()
	live := h.Dump()
	for _, m := range All() {
		if err := runner.Rebuild(t.Context(), m.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
	rebuilt := h.Dump()
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
	h := projectionstest.New(t, All()...)
	h.OpenTicket(tickettest.Torino)
	runner := NewRunner(h.Store)
	reported := int64(0)
	err := runner.Rebuild(t.Context(), "tickets", func(done, total int64) {
		reported = done
		if err := runner.Rebuild(t.Context(), "tickets", nil); !errors.Is(err, readmodel.ErrRebuilding) {
			t.Errorf("a second one beside it: %v", err)
		}
	})
	if err != nil || reported != 1 {
		t.Errorf("told of %d events: %v", reported, err)
	}
	if err := runner.Rebuild(t.Context(), "queues", nil); !errors.Is(err, readmodel.ErrNoModel) {
		t.Errorf("an unknown one: %v", err)
	}
	list, err := runner.List(t.Context())
	if err != nil || len(list) != len(All()) {
		t.Fatalf("%v, %v", list, err)
	}
	if s := list[0]; s.Name != "tickets" || s.Version != 1 || s.Position != 1 || s.Head != 1 || s.Lag != 0 || s.Since == nil || s.Led {
		t.Errorf("after the rebuild: %+v", s)
	}
}

// TestInterruptedRebuildIsCleanedUp, and what answers stays as it was.
func TestInterruptedRebuildIsCleanedUp(t *testing.T) {
	h := projectionstest.New(t, All()...)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	before := h.Dump()
	ctx, cancel := context.WithCancel(t.Context())
	runner := NewRunner(h.Store)
	if err := runner.Rebuild(ctx, "tickets", func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if after := h.Dump(); len(after) != len(before) {
		t.Errorf("%d rows, were %d", len(after), len(before))
	}
	if err := runner.Rebuild(t.Context(), "tickets", nil); err != nil {
		t.Errorf("the next one: %v", err)
	}
}
