// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// resolvedAndDue opens and resolves a ticket, lets the saga set its timer, and sets the clock to the time at which it is due.
func (w *fixture) resolvedAndDue(r *runtime.Runner) ticket.ID {
	w.Helper()
	w.begin(r)
	id := w.open()
	w.resolve(id)
	w.catchUp(r)
	w.clock.Set(sagastest.Rome(w.T, "2026-11-24 09:00"))
	return id
}

// wantClosedOnce checks that the ticket was closed once and that the journal says so once.
func (w *fixture) wantClosedOnce(id ticket.ID) {
	w.Helper()
	if n := w.countClosings(id); n != 1 {
		w.Errorf("got %d closings, want 1", n)
	}
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
		w.Errorf("got journal %q, want schedule and done", got)
	}
}

// A node that is too slow to renew its claims loses the outcome of a timer. RunUntilIdle goes on: the timer is done again, or was
// done.
func TestRunUntilIdleRepeatsTimersOfLostClaims(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	dispatch := dispatchWith(w.dispatcher)
	lost := false
	r := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}, LeaseDuration: 500 * time.Millisecond,
		PollInterval: time.Hour, // RunUntilIdle alone polls
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			if err := dispatch(ctx, target, c, by, key, cause); err != nil || lost {
				return err
			}
			lost = true // as if no renewal had come in time
			if _, err := w.store.Pools().Consumer.Exec(w.ctx, `update saga.timers set claimed_by = gen_random_uuid(), claimed_until = clock_timestamp()`); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}})
	w.run(r)
	id := w.open()
	w.resolve(id)
	w.must(r.RunUntilIdle(w.ctx))
	w.clock.Set(sagastest.Rome(w.T, "2026-11-24 09:00"))
	w.must(r.RunUntilIdle(w.ctx))
	if n := w.countClosings(id); n != 1 {
		t.Errorf("got %d closings, want 1", n)
	}
}

// The commands of timers are dispatched while no transaction is open, so nothing that a node keeps can stop the others.
func TestTimersAreDispatchedWithoutATransaction(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	dispatch := dispatchWith(w.dispatcher)
	r := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())},
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			w.db.WaitForTransactions(w.T)
			return dispatch(ctx, target, c, by, key, cause)
		}})
	id := w.resolvedAndDue(r)
	if n := w.poll(r); n != 1 {
		t.Errorf("got %d finished timers, want 1", n)
	}
	w.wantClosedOnce(id)
}

// A node is cut off after it has dispatched the command of a timer: its claim is not renewed, so it drops the outcome. The next node
// dispatches the same command id and stores the outcome.
func TestOutcomeOfALostClaimIsDropped(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	dispatch := dispatchWith(w.dispatcher)
	silent := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}, LeaseDuration: 500 * time.Millisecond,
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			if err := dispatch(ctx, target, c, by, key, cause); err != nil {
				return err
			}
			// As another node does when the claim has ended.
			if _, err := w.store.Pools().Consumer.Exec(w.ctx, `update saga.timers set claimed_by = gen_random_uuid(), claimed_until = clock_timestamp()`); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}})
	id := w.resolvedAndDue(silent)
	if _, err := silent.Poll(w.ctx); !errors.Is(err, lease.ErrLost) {
		t.Fatalf("got %v, want %v", err, lease.ErrLost)
	}
	if got := w.explain(id).Timers; len(got) != 1 {
		t.Fatalf("got timers %v, want one: the outcome is dropped", got)
	}
	next := w.runner(sagas.AutoClose(catalog.Default()))
	w.eventually("the next node finishes the timer", func() bool { return w.poll(next) == 1 })
	w.wantClosedOnce(id)
}

// A claimed timer is another node's until its claim ends.
func TestClaimedTimerIsLeftAlone(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	id := w.resolvedAndDue(r)
	claim := func(until string) {
		_, err := w.store.Pools().Consumer.Exec(w.ctx, `update saga.timers set claimed_by = gen_random_uuid(), claimed_until = clock_timestamp() + $1::text::interval`, until)
		w.must(err)
	}
	claim("1 hour")
	if n := w.poll(r); n != 0 {
		t.Fatalf("got %d finished timers, want 0", n)
	}
	claim("0")
	if n := w.poll(r); n != 1 {
		t.Fatalf("after the end of the claim: got %d finished timers, want 1", n)
	}
	w.wantClosedOnce(id)
}

// The saga handles the event of a timer's command, and deletes the timer, before the outcome is stored: the journal still has it.
func TestOutcomeIsRecordedAfterTheSagaHasDeletedTheTimer(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	dispatch := dispatchWith(w.dispatcher)
	var r *runtime.Runner
	r = w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())},
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			err := dispatch(ctx, target, c, by, key, cause)
			w.catchUp(r)
			return err
		}})
	id := w.resolvedAndDue(r)
	if n := w.poll(r); n != 1 {
		t.Errorf("got %d finished timers, want 1", n)
	}
	w.wantClosedOnce(id)
}

// The saga cancels a message that waits while a node has its timer in hand: it is not sent.
func TestMessageCancelledInHandIsNotSent(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	saga := runtime.Saga[int]{Name: "later", Version: 1, React: func(n int, r ticket.Recorded) (int, []runtime.Action) {
		switch r.Event.(type) {
		case ticket.Resolved:
			return 1, []runtime.Action{
				runtime.SendLater{Key: "message", At: r.At, Send: runtime.Send{Topic: "late", Key: "message", Payload: []byte("1")}, Why: "it can be undone"},
				runtime.Dispatch{Key: "command", Command: ticket.Close{Resolution: 1}, Why: "at the same time"},
			}
		case ticket.Reopened:
			return 2, []runtime.Action{runtime.Cancel{Key: "message", Why: "undone"}}
		}
		return n, nil
	}}
	var id ticket.ID
	var r *runtime.Runner
	r = w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{saga},
		Dispatch: func(context.Context, ticket.ID, ticket.Command, person.Actor, eventstore.CommandID, int64) error {
			w.reopen(id)
			w.catchUp(r)
			return nil
		}})
	id = w.resolvedAndDue(r)
	if n := w.poll(r); n != 1 {
		t.Errorf("got %d finished timers, want the command", n)
	}
	if got := w.decisions(id); !slices.Contains(got, "cancel message") || slices.Contains(got, "done message") {
		t.Errorf("got journal %q, want the message cancelled", got)
	}
	if n := w.count("select count(*) from saga.sent") + w.count("select count(*) from saga.timers"); n != 0 {
		t.Errorf("got %d messages and timers, want none", n)
	}
}

// A node takes over between the outcome of a timer and the event that the timer led to: the saga's state still asks for the timer, and
// nothing sets it again.
func TestFinishedTimerIsNotSetAgain(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	id := w.resolvedAndDue(r)
	if n := w.poll(r); n != 1 {
		t.Fatalf("got %d finished timers, want 1", n)
	}
	next := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(next) // it has not read that the ticket is closed
	if n := w.poll(next); n != 0 {
		t.Errorf("after a takeover: got %d finished timers, want 0", n)
	}
	w.catchUp(next)
	w.wantClosedOnce(id)
}
