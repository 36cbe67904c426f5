// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

func TestFAQ_2_5_ResolvedTicketClosesWhenItsTimerIsDue(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.run(r)
	id := w.open()
	w.resolve(id)
	w.must(r.RunUntilIdle(w.ctx))

	timers := w.explain(id).Timers
	const want = "closes on Tue 24 Nov 2026 at 09:00 because 7 calendar days after 2026-11-16 10:00, then the next working " +
		"day at 09:00 (Tue 24 Nov 2026), calendar of 010301 ASL Città di Torino"
	if len(timers) != 1 || timers[0].String() != want {
		t.Fatalf("got timers %v, want %s", timers, want)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 08:59"))
	w.must(r.RunUntilIdle(w.ctx))
	if s := w.state(id).Status; s != ticket.StatusResolved {
		t.Fatalf("one minute early: got status %s, want %s", s, ticket.StatusResolved)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	w.must(r.RunUntilIdle(w.ctx))

	history, err := w.dispatcher.History(w.ctx, id)
	w.must(err)
	last := history[len(history)-1]
	if last.Event != (ticket.AutoClosed{Resolution: 1, Status: ticket.StatusClosed}) ||
		last.By != (person.Actor{ID: "auto-close", Role: person.System}) {
		t.Errorf("got last event %+v by %+v, want the closing by auto-close", last.Event, last.By)
	}
	records, err := w.store.ReadStream(w.ctx, string(id))
	w.must(err)
	if cause := records[len(records)-1].Cause; history[cause-1].Event.(ticket.Resolved).Resolution != 1 {
		t.Errorf("got the event at %d as cause, want the resolution", cause)
	}
	explanation := w.explain(id)
	if len(explanation.Timers)+len(explanation.Instances) > 0 {
		t.Errorf("a closed ticket: got %+v %+v, want no instance and no timer", explanation.Instances, explanation.Timers)
	}
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
		t.Errorf("got journal %q, want schedule and done", got)
	}
}

func TestReopenedTicketClosesForItsLaterResolutionOnly(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	id := w.open()
	w.resolve(id)
	w.clock.Set(sagastest.Rome(t, "2026-11-20 10:00"))
	w.reopen(id)
	w.resolve(id)
	w.catchUp(r)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if n := w.poll(r); n > 0 || w.state(id).Status != ticket.StatusResolved {
		t.Fatalf("at the first resolution's time: got %d finished timers and status %s, want 0 and solved", n, w.state(id).Status)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-30 09:00"))
	if n := w.poll(r); n != 1 || w.state(id).Status != ticket.StatusClosed {
		t.Fatalf("at the second resolution's time: got %d finished timers and status %s, want 1 and closed", n, w.state(id).Status)
	}
	w.catchUp(r)
	want := []string{"schedule close/1", "cancel close/1", "schedule close/2", "done close/2"}
	if got := w.decisions(id); !slices.Equal(got, want) {
		t.Errorf("got journal %q, want %q", got, want)
	}
}

func TestStaleTimerIsRefusedAndRecordedInTheJournal(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	id := w.open()
	w.resolve(id)
	w.catchUp(r)
	w.reopen(id) // the saga has not handled this yet
	w.resolve(id)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if n := w.poll(r); n != 1 {
		t.Fatalf("got %d finished timers, want 1", n)
	}
	if s := w.state(id); s.Status != ticket.StatusResolved || s.Resolution != 2 {
		t.Errorf("got status %s at resolution %d, want solved at 2", s.Status, s.Resolution)
	}
	explanation := w.explain(id)
	last := explanation.Decisions[len(explanation.Decisions)-1]
	if last.What != "refused" || !strings.Contains(last.Why, "resolved again since") {
		t.Errorf("got last journal entry %v, want the refusal", last)
	}
	if len(explanation.Timers) > 0 {
		t.Errorf("got timers %v, want none", explanation.Timers)
	}
}

// If a node dies after a command and before it stores the outcome, the next node dispatches the command again.
func TestCommandDispatchedTwiceTakesEffectOnce(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	ctx, die := context.WithCancel(w.ctx)
	dispatch := dispatchWith(w.dispatcher)
	dying := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())},
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			defer die()
			return dispatch(ctx, target, c, by, key, cause)
		}})
	w.begin(dying)
	id := w.open()
	w.resolve(id)
	w.catchUp(dying)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if _, err := dying.Poll(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the dying node: got error %v, want %v", err, context.Canceled)
	}
	if got := w.explain(id).Timers; len(got) != 1 || w.countClosings(id) != 1 {
		t.Fatalf("after the death: got timers %v and %d closings, want 1 and 1", got, w.countClosings(id))
	}
	if n := w.poll(w.runner(sagas.AutoClose(catalog.Default()))); n != 1 || w.countClosings(id) != 1 {
		t.Errorf("the next node: got %d finished timers and %d closings, want 1 and 1", n, w.countClosings(id))
	}
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
		t.Errorf("got journal %q, want schedule and done", got)
	}
}

func TestFailingCommandIsRetriedAndDelaysNoOther(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	sick, healthy := w.open(), w.open()
	w.resolve(sick)
	w.resolve(healthy)
	dispatch, broken := dispatchWith(w.dispatcher), true
	r := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}, TimersPerPoll: 1,
		Dispatch: func(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
			if target == sick && broken {
				return errors.New("no connection")
			}
			return dispatch(ctx, target, c, by, key, cause)
		}})
	w.begin(r)
	w.catchUp(r)
	due := sagastest.Rome(t, "2026-11-24 09:00")
	w.clock.Set(due)
	if n := w.poll(r) + w.poll(r); n != 1 || w.state(healthy).Status != ticket.StatusClosed {
		t.Fatalf("got %d finished timers and status %s of the healthy ticket, want 1 and closed", n, w.state(healthy).Status)
	}
	timers := w.explain(sick).Timers
	if len(timers) != 1 || timers[0].Attempts != 1 || timers[0].Error != "no connection" ||
		!timers[0].NextAttempt.Equal(due.Add(runtime.MinBackoff)) {
		t.Fatalf("got timers %+v, want one with one attempt", timers)
	}
	for range 12 { // the delay grows to MaxBackoff
		w.clock.Set(w.explain(sick).Timers[0].NextAttempt)
		w.poll(r)
	}
	if retried := w.explain(sick).Timers[0]; retried.Attempts != 13 || retried.NextAttempt.Sub(w.clock.Now()) != runtime.MaxBackoff {
		t.Fatalf("after 13 attempts: got timer %+v", retried)
	}
	broken = false
	w.clock.Set(w.clock.Now().Add(runtime.MaxBackoff))
	if n := w.poll(r); n != 1 || w.state(sick).Status != ticket.StatusClosed {
		t.Errorf("after the recovery: got %d finished timers and status %s, want 1 and closed", n, w.state(sick).Status)
	}
}
