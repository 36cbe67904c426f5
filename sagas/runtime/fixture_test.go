// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// clock is the time of a world: it goes on only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

// fixture is a log of its own with the rules of tickets, at a time of its own.
type fixture struct {
	*testing.T
	ctx        context.Context
	clock      *clock
	db         *storetest.DB
	store      *eventstore.Store
	dispatcher *app.Dispatcher
}

func TestMain(m *testing.M) { storetest.Run(m) }

func newFixture(t *testing.T, start string) *fixture {
	w := &fixture{T: t, ctx: t.Context(), clock: &clock{now: sagastest.Rome(t, start)}}
	w.db = storetest.New(t, w.setClock)
	w.store = w.db.Store
	w.dispatcher = app.NewDispatcher(w.store, rules.Engine{Catalog: catalog.Default()})
	return w
}

func (w *fixture) setClock(c *eventstore.Config) { c.Clock = w.clock.Now }

// node is one more process on the same log.
func (w *fixture) node(all ...runtime.Definition) *runtime.Runner {
	w.Helper()
	s := w.db.OpenNode(w, w.setClock)
	return w.runnerOn(runtime.Config{Store: s, Dispatch: dispatchWith(app.NewDispatcher(s, rules.Engine{Catalog: catalog.Default()})), Sagas: all})
}

// dispatchWith is the one way in, as cmd/sol hands it to sagas.
func dispatchWith(d *app.Dispatcher) runtime.DispatchFunc {
	return func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, app.CommandRequest{
			Ticket: on, Command: c, By: by, Key: as.Key, Permanent: as.Permanent, Cause: cause,
		})
		return err
	}
}

// runner makes a runner that does not run yet.
func (w *fixture) runner(all ...runtime.Definition) *runtime.Runner {
	w.Helper()
	return w.runnerOn(runtime.Config{Store: w.store, Dispatch: dispatchWith(w.dispatcher), Sagas: all})
}

func (w *fixture) runnerOn(c runtime.Config) *runtime.Runner {
	w.Helper()
	c.PollInterval = 50 * time.Millisecond
	r, err := runtime.New(c)
	w.must(err)
	return r
}

// run runs sagas until the test ends or stop is called.
func (w *fixture) run(r *runtime.Runner) (stop func()) {
	ctx, cancel := context.WithCancel(w.ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("run: %v", err)
		}
	})
	w.Cleanup(stop)
	return stop
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin and catchUp are what Run does, a step at a time.
func (w *fixture) begin(r *runtime.Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		w.must(r.Activate(w.ctx, d))
	}
}

func (w *fixture) catchUp(r *runtime.Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		var from int64
		w.must(w.store.WorkerPool().QueryRow(w.ctx,
			"select position from saga.sagas where name = $1 and version = $2", d.ID().Name, d.ID().Version).Scan(&from))
		records, err := w.store.Read(w.ctx, from, 10000)
		w.must(err)
		if len(records) > 0 {
			w.must(pgx.BeginFunc(w.ctx, w.store.WorkerPool(), func(tx pgx.Tx) error {
				_, err := r.HandleBatch(w.ctx, tx, d, records)
				return err
			}))
		}
	}
}

func (w *fixture) poll(r *runtime.Runner) int {
	w.Helper()
	n, err := r.Poll(w.ctx)
	w.must(err)
	return n
}

// letGo waits until the database has noticed that a node is dead, and no timer is in anybody's hand: others pass over those that are.
func (w *fixture) letGo() {
	w.Helper()
	w.eventually("nobody holds a timer", func() bool {
		return w.count("select count(*) from (select 1 from saga.timers for update skip locked) free") == w.count("select count(*) from saga.timers")
	})
}

// dispatch sends a command and answers the version it led to.
func (w *fixture) dispatch(on ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	_, err := w.dispatcher.Dispatch(w.ctx, app.CommandRequest{Ticket: on, Command: c, By: by})
	w.must(err)
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *fixture) open() ticket.ID {
	w.Helper()
	id := newID()
	w.dispatch(id, person.Actor{Role: person.Anonymous}, ticket.Open{
		Number: string(id), Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: sagastest.Torino, Channel: ticket.ChannelWeb,
		Identity: ticket.Declared, Subject: "s", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	})
	return id
}

func (w *fixture) resolve(on ticket.ID) {
	w.Helper()
	w.dispatch(on, sagastest.Operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Solved}, Note: &ticket.NoteInput{ID: newID(), Text: "Fatto", Visibility: ticket.Public}})
}

func (w *fixture) reopen(on ticket.ID) {
	w.Helper()
	w.dispatch(on, sagastest.Operator, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress, Reason: "Il cittadino ha telefonato"}})
}

func (w *fixture) state(on ticket.ID) ticket.State {
	w.Helper()
	s, _, err := w.dispatcher.State(w.ctx, on)
	w.must(err)
	return s
}

func (w *fixture) explain(on ticket.ID) runtime.Explanation {
	w.Helper()
	x, err := runtime.Explain(w.ctx, w.store.WorkerPool(), on)
	w.must(err)
	return x
}

// decisions lists the journal of a ticket as "what key", in order.
func (w *fixture) decisions(on ticket.ID) []string {
	w.Helper()
	var all []string
	for _, d := range w.explain(on).Decisions {
		all = append(all, d.What+" "+d.Key)
	}
	return all
}

// countClosings counts how often a ticket was closed.
func (w *fixture) countClosings(on ticket.ID) (n int) {
	w.Helper()
	history, err := w.dispatcher.History(w.ctx, on)
	w.must(err)
	for _, r := range history {
		if _, ok := r.Event.(ticket.AutoClosed); ok {
			n++
		}
	}
	return n
}
