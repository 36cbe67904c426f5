// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// closeAfter returns a saga that closes a resolved ticket after a time. seen is called for each instance that is reconciled.
func closeAfter(start time.Time, days int, seen func()) runtime.Saga[int] {
	pending := func(n int) []runtime.Schedule {
		return []runtime.Schedule{{Key: "close", At: start.AddDate(0, 0, days), Command: ticket.Close{Resolution: n}, Why: "it waits"}}
	}
	return runtime.Saga[int]{
		Name: "close-after", Version: 1,
		React: func(n int, r ticket.Recorded) (int, []runtime.Action) {
			if _, ok := r.Event.(ticket.Resolved); ok && n == 0 {
				return 1, []runtime.Action{pending(1)[0]}
			}
			return n, nil
		},
		Pending: func(n int) []runtime.Schedule {
			seen()
			return pending(n)
		},
	}
}

// resolvedTickets resolves tickets, whose timers a runner sets with the settings before.
func (w *fixture) resolvedTickets(n int) (tickets []ticket.ID) {
	w.Helper()
	former := w.runner(closeAfter(w.clock.Now(), 7, func() {}))
	w.begin(former)
	for range n {
		id := w.open()
		w.resolve(id)
		tickets = append(tickets, id)
	}
	w.catchUp(former)
	return tickets
}

// wantRescheduled checks that each ticket has a timer for a time, which was moved the wanted number of times.
func (w *fixture) wantRescheduled(tickets []ticket.ID, due time.Time, times int) {
	w.Helper()
	want := append([]string{"schedule close"}, slices.Repeat([]string{"reschedule close"}, times)...)
	for _, id := range tickets {
		if got := w.explain(id); len(got.Timers) != 1 || !got.Timers[0].Due.Equal(due) {
			w.Errorf("ticket %s: got timers %v, want one for %s", id, got.Timers, due)
		}
		if got := w.decisions(id); !slices.Equal(got, want) {
			w.Errorf("ticket %s: got journal %q, want %q", id, got, want)
		}
	}
}

// A node dies while it reconciles. The pages before are committed, no batch is handled in between, and the next node begins again and
// moves each timer once.
func TestReconcilingCommitsPageByPage(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	start := w.clock.Now()
	tickets := w.resolvedTickets(5)
	moved := func() int {
		return w.count(`select count(*) from saga.timers where due_at = $1`, start.AddDate(0, 0, 14))
	}

	ctx, die := context.WithCancel(w.ctx)
	reached := 0
	dying := w.runner(closeAfter(start, 14, func() {
		if got := moved(); got != reached {
			t.Errorf("at instance %d: got %d timers moved, want %d", reached, got, reached)
		}
		if reached++; reached == 3 {
			die()
		}
	}))
	dying.SetReconcilePageSize(1)
	w.must(dying.Activate(w.ctx, dying.Sagas[0]))
	if err := dying.Reconcile(ctx, dying.Sagas[0]); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	if got := moved(); got != 2 {
		t.Errorf("after the death: got %d timers moved, want 2", got)
	}
	records, err := w.store.Read(w.ctx, 0, 100)
	w.must(err)
	err = pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error { return dying.HandleBatch(w.ctx, tx, dying.Sagas[0], records) })
	if !errors.Is(err, eventstore.ErrFenced) {
		t.Errorf("a batch before all is reconciled: got %v, want %v", err, eventstore.ErrFenced)
	}

	next := w.runner(closeAfter(start, 14, func() {}))
	next.SetReconcilePageSize(2)
	w.begin(next)
	w.wantRescheduled(tickets, start.AddDate(0, 0, 14), 1)
}

// Another runner begins to reconcile: the first one writes no further page, and the settings of the other hold.
func TestReconcilingIsFenced(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	start := w.clock.Now()
	tickets := w.resolvedTickets(5)
	second := w.runner(closeAfter(start, 21, func() {}))
	second.SetReconcilePageSize(2)
	result, reached := make(chan error, 1), 0
	first := w.runner(closeAfter(start, 14, func() {
		if reached++; reached == 2 {
			go func() { result <- second.Reconcile(w.ctx, second.Sagas[0]) }() // it waits for the page in hand at most
		}
		if reached == 3 {
			w.eventually("the other runner waits or has ended", func() bool {
				return len(result) > 0 || w.count(`select count(*) from pg_locks where not granted`) > 0
			})
		}
	}))
	first.SetReconcilePageSize(1)
	w.must(first.Activate(w.ctx, first.Sagas[0]))
	if err := first.Reconcile(w.ctx, first.Sagas[0]); err != nil && !errors.Is(err, eventstore.ErrFenced) {
		t.Errorf("first runner: got %v, want no error or %v", err, eventstore.ErrFenced)
	}
	w.must(<-result)
	for _, id := range tickets {
		if got := w.explain(id).Timers; len(got) != 1 || !got[0].Due.Equal(start.AddDate(0, 0, 21)) {
			t.Errorf("ticket %s: got timers %v, want those of the second runner", id, got)
		}
	}
	w.must(first.Reconcile(w.ctx, first.Sagas[0])) // it leads again
	for _, id := range tickets {
		if got := w.explain(id).Timers; len(got) != 1 || !got[0].Due.Equal(start.AddDate(0, 0, 14)) {
			t.Errorf("ticket %s: got timers %v, want those of the first runner", id, got)
		}
	}
}
