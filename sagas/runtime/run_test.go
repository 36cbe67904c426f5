// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// dispatchingSaga dispatches a command at once when a ticket is opened.
var dispatchingSaga = runtime.Saga[int]{Name: "mover", Version: 1, React: func(n int, r ticket.Recorded) (int, []runtime.Action) {
	if _, ok := r.Event.(ticket.Opened); !ok {
		return n, nil
	}
	return 1, []runtime.Action{runtime.Dispatch{Key: "move", Command: ticket.TransferToSuccessor{From: sagastest.Torino, To: sagastest.TO3},
		Why: "every ticket moves"}}
}}

func TestDispatchDoesNotWaitForTheNextPoll(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(dispatchingSaga)
	r.PollInterval = time.Hour
	w.run(r)
	w.eventually("the saga is live", func() bool { return w.count("select count(*) from saga.sagas where live") == 1 })
	for range 3 { // also when pollTimers sleeps again
		id := w.open()
		w.eventually("the ticket is moved", func() bool { return w.state(id).Entity == sagastest.TO3 })
		w.eventually("the outcome is stored", func() bool {
			return len(w.explain(id).Decisions) == 2
		})
		if got := w.decisions(id); got[0] != "dispatch move" || got[1] != "done move" {
			t.Errorf("got journal %q, want dispatch and done", got)
		}
	}
}

func TestRunEndsItsGoroutines(t *testing.T) {
	storetest.Empty(t) // starts the test server, which runs until the last test has ended
	before := goleak.IgnoreCurrent()
	w := newFixture(t, "2026-11-16 10:00")
	stop := w.run(w.runner(sagas.AutoClose(catalog.Default()), sagas.Succession(catalog.Default()), dispatchingSaga))
	id := w.open()
	w.eventually("the ticket is moved", func() bool { return w.state(id).Entity == sagastest.TO3 })
	stop()
	w.store.Close() // it starts goroutines after Open has returned, so before cannot hold them
	if err := storetest.Leaks(before); err != nil {
		t.Error(err)
	}
}

func TestConfigIsValidated(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	good := runtime.Config{Store: w.store, Dispatch: dispatchWith(w.dispatcher), Sagas: []runtime.Definition{dispatchingSaga}}
	for name, spoil := range map[string]func(*runtime.Config){
		"no store":            func(c *runtime.Config) { c.Store = nil },
		"no dispatch":         func(c *runtime.Config) { c.Dispatch = nil },
		"a negative time":     func(c *runtime.Config) { c.PollInterval = -1 },
		"a saga twice":        func(c *runtime.Config) { c.Sagas = []runtime.Definition{dispatchingSaga, dispatchingSaga} },
		"a saga without name": func(c *runtime.Config) { c.Sagas = []runtime.Definition{runtime.Saga[int]{Version: 1}} },
		"version zero":        func(c *runtime.Config) { c.Sagas = []runtime.Definition{runtime.Saga[int]{Name: "mover"}} },
	} {
		c := good
		spoil(&c)
		if _, err := runtime.New(c); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
	if _, err := runtime.New(good); err != nil {
		t.Error(err)
	}
}
