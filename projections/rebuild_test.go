// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestRebuildUnderTraffic rebuilds read models again and again while commands are dispatched and two nodes run the read models. Every
// answer meanwhile must be complete, no position may go back, and in the end the live tables must equal those of one more rebuild.
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
				page, err := reader.ListTickets(t.Context(), ticketview.Viewer{Actor: tickettest.Operator},
					lists.Filter{Status: "nuovo", Limit: readmodel.MaxLimit})
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
						t.Errorf("got an incomplete answer: %d in %s, %d of %d listed", q.Count, q.ID, len(page.Items), page.Total)
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
		t.Fatalf("got %d rows rebuilt, want %d as live", len(rebuilt), len(live))
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
			t.Errorf("a second rebuild: got %v, want %v", err, readmodel.ErrRebuilding)
		}
	})
	if err != nil || reported != 1 {
		t.Errorf("got a progress of %d events, %v, want 1", reported, err)
	}
	if err := runner.Rebuild(t.Context(), "queues", nil); !errors.Is(err, readmodel.ErrNoModel) {
		t.Errorf("unknown read model: got %v, want %v", err, readmodel.ErrNoModel)
	}
	list, err := runner.List(t.Context())
	if err != nil || len(list) != len(All()) {
		t.Fatalf("got %v, %v, want every read model", list, err)
	}
	if s := list[0]; s.Name != "tickets" || s.Version != lists.Model.Version || s.Position != 1 || s.Head != 1 || s.Lag != 0 || s.Since == nil || s.Led {
		t.Errorf("after the rebuild: got %+v, want position 1 without a node", s)
	}
}

// TestRebuildHoldsNoTransactionOpen lets a rebuild wait at each ticket while the read models run. Every transaction that is open then must
// end meanwhile: none stays open over the whole rebuild.
func TestRebuildHoldsNoTransactionOpen(t *testing.T) {
	h := projectionstest.New(t, All()...)
	const opened = 100
	long := strings.Repeat("x", ticket.MaxTextLength) // all together are more than the buffers between server and client hold
	for range opened {
		h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = long })
	}
	defer h.Run(h.Store)()
	tickets := 0
	for _, m := range All() {
		if purpose := m.HashPurpose; purpose != "" {
			apply, build := m.Hashed(func(value string) string { return h.Store.KeyedHash(purpose, value) })
			m.Apply, m.Build, m.HashPurpose = apply, build, ""
		}
		build := m.Build
		m.Build = func() readmodel.Builder {
			b := build()
			add := b.Add
			b.Add = func(history []ticket.Recorded) {
				if tickets++; tickets%10 == 1 {
					h.DB.WaitForTransactions(t)
				}
				add(history)
			}
			return b
		}
		if err := readmodel.NewRunner(h.Store, m).Rebuild(t.Context(), m.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if want := opened * len(All()); tickets != want {
		t.Errorf("got %d tickets folded, want %d", tickets, want)
	}
}

// TestInterruptedRebuildIsCleanedUp checks that an interrupted rebuild changes no live table and that the next rebuild works.
func TestInterruptedRebuildIsCleanedUp(t *testing.T) {
	h := projectionstest.New(t, All()...)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	before := h.Dump()
	ctx, cancel := context.WithCancel(t.Context())
	runner := NewRunner(h.Store)
	if err := runner.Rebuild(ctx, "tickets", func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: got %v, want %v", err, context.Canceled)
	}
	if after := h.Dump(); len(after) != len(before) {
		t.Errorf("got %d rows, want %d", len(after), len(before))
	}
	if err := runner.Rebuild(t.Context(), "tickets", nil); err != nil {
		t.Errorf("the next rebuild: got %v", err)
	}
}
