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

func TestFAQ_2_5_ResolvedClosesByItselfWhenItsTimeComes(t *testing.T) {
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
		t.Fatalf("pending are %v, want %s", timers, want)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 08:59"))
	w.must(r.RunUntilIdle(w.ctx))
	if s := w.state(id).Status; s != ticket.Solved {
		t.Fatalf("a minute early it is %s", s)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	w.must(r.RunUntilIdle(w.ctx))

	history, err := w.dispatcher.History(w.ctx, id)
	w.must(err)
	last := history[len(history)-1]
	if last.Event != (ticket.AutoClosed{Resolution: 1, Status: ticket.Closed}) || last.By != (person.Actor{ID: "auto-close", Role: person.System}) {
		t.Errorf("it ends with %+v by %+v", last.Event, last.By)
	}
	records, err := w.store.ReadStream(w.ctx, string(id))
	w.must(err)
	if cause := records[len(records)-1].Cause; history[cause-1].Event.(ticket.Resolved).Resolution != 1 {
		t.Errorf("its cause is the event at %d", cause)
	}
	x := w.explain(id)
	if len(x.Timers)+len(x.Instances) > 0 {
		t.Errorf("a closed ticket still has %+v %+v", x.Instances, x.Timers)
	}
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
		t.Errorf("the journal says %q", got)
	}
}

func TestAReopenedTicketClosesOnlyForItsLaterResolution(t *testing.T) {
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
	if n := w.poll(r); n > 0 || w.state(id).Status != ticket.Solved {
		t.Fatalf("at the first resolution's time %d timers ended, the ticket is %s", n, w.state(id).Status)
	}
	w.clock.Set(sagastest.Rome(t, "2026-11-30 09:00"))
	if n := w.poll(r); n != 1 || w.state(id).Status != ticket.Closed {
		t.Fatalf("at the second's %d timers ended, the ticket is %s", n, w.state(id).Status)
	}
	w.catchUp(r)
	want := []string{"schedule close/1", "cancel close/1", "schedule close/2", "done close/2"}
	if got := w.decisions(id); !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
}

func TestAStaleTimerIsRefusedAndJournaled(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	id := w.open()
	w.resolve(id)
	w.catchUp(r)
	w.reopen(id) // which the saga has not seen yet
	w.resolve(id)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if n := w.poll(r); n != 1 {
		t.Fatalf("%d timers ended, want the stale one", n)
	}
	if s := w.state(id); s.Status != ticket.Solved || s.Resolution != 2 {
		t.Errorf("the ticket is %s at resolution %d", s.Status, s.Resolution)
	}
	x := w.explain(id)
	last := x.Decisions[len(x.Decisions)-1]
	if last.What != "refused" || !strings.Contains(last.Why, "resolved again since") {
		t.Errorf("the journal ends with %v", last)
	}
	if len(x.Timers) > 0 {
		t.Errorf("pending are %v", x.Timers)
	}
}

// A node that dies after the command and before it noted the outcome leaves the timer to the next one.
func TestACommandSentTwiceTakesEffectOnce(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	ctx, die := context.WithCancel(w.ctx)
	through := dispatchWith(w.dispatcher)
	dying := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())},
		Dispatch: func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
			defer die()
			return through(ctx, on, c, by, as, cause)
		}})
	w.begin(dying)
	id := w.open()
	w.resolve(id)
	w.catchUp(dying)
	w.clock.Set(sagastest.Rome(t, "2026-11-24 09:00"))
	if _, err := dying.Poll(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the dying node says %v", err)
	}
	if got := w.explain(id).Timers; len(got) != 1 || w.countClosings(id) != 1 {
		t.Fatalf("after the death: timers %v, closed %d times", got, w.countClosings(id))
	}
	w.letGo()
	if n := w.poll(w.runner(sagas.AutoClose(catalog.Default()))); n != 1 || w.countClosings(id) != 1 {
		t.Errorf("the next node ended %d timers, closed %d times", n, w.countClosings(id))
	}
	if got := w.decisions(id); !slices.Equal(got, []string{"schedule close/1", "done close/1"}) {
		t.Errorf("decided %q", got)
	}
}

func TestAFailingCommandIsTriedAgainAndHoldsNobodyUp(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	sick, healthy := w.open(), w.open()
	w.resolve(sick)
	w.resolve(healthy)
	through, broken := dispatchWith(w.dispatcher), true
	r := w.runnerOn(runtime.Config{Store: w.store, Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}, TimersPerPoll: 1,
		Dispatch: func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
			if on == sick && broken {
				return errors.New("the database is away")
			}
			return through(ctx, on, c, by, as, cause)
		}})
	w.begin(r)
	w.catchUp(r)
	due := sagastest.Rome(t, "2026-11-24 09:00")
	w.clock.Set(due)
	if n := w.poll(r) + w.poll(r); n != 1 || w.state(healthy).Status != ticket.Closed {
		t.Fatalf("%d ended, the healthy one is %s", n, w.state(healthy).Status)
	}
	timers := w.explain(sick).Timers
	if len(timers) != 1 || timers[0].Attempts != 1 || timers[0].Error != "the database is away" || !timers[0].NextAttempt.Equal(due.Add(runtime.MinBackoff)) {
		t.Fatalf("it waits as %+v", timers)
	}
	for range 12 { // it waits longer each time, five minutes at most
		w.clock.Set(w.explain(sick).Timers[0].NextAttempt)
		w.poll(r)
	}
	if again := w.explain(sick).Timers[0]; again.Attempts != 13 || again.NextAttempt.Sub(w.clock.Now()) != runtime.MaxBackoff {
		t.Fatalf("after 13 attempts it waits as %+v", again)
	}
	broken = false
	w.clock.Set(w.clock.Now().Add(runtime.MaxBackoff))
	if n := w.poll(r); n != 1 || w.state(sick).Status != ticket.Closed {
		t.Errorf("recovered, %d ended, the ticket is %s", n, w.state(sick).Status)
	}
}
