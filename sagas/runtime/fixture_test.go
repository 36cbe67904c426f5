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
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// fixture is a database of its own with a store, a dispatcher and a clock.
type fixture struct {
	*testing.T
	ctx        context.Context
	clock      *storetest.Clock
	db         *storetest.DB
	store      *eventstore.Store
	dispatcher *app.TicketDispatcher
}

func TestMain(m *testing.M) { storetest.Run(m) }

func newFixture(t *testing.T, start string) *fixture {
	w := &fixture{T: t, ctx: t.Context(), clock: storetest.NewClock(sagastest.Rome(t, start))}
	w.db = storetest.New(t, w.setClock)
	w.store = w.db.Store
	w.dispatcher = app.NewTicketDispatcher(w.store, rules.Engine{Catalog: catalog.Default()})
	return w
}

func (w *fixture) setClock(c *eventstore.Config) { c.Clock = w.clock.Now }

// node returns a runner with a store of its own on the same log, as another process has it.
func (w *fixture) node(definitions ...runtime.Definition) *runtime.Runner {
	w.Helper()
	s := w.db.OpenNode(w, w.setClock)
	return w.runnerOn(runtime.Config{Store: s, Dispatch: dispatchWith(app.NewTicketDispatcher(s, rules.Engine{Catalog: catalog.Default()})),
		Sagas: definitions})
}

// dispatchWith returns the dispatch function of a dispatcher, as cmd/sol passes it to the runner.
func dispatchWith(d *app.TicketDispatcher) runtime.DispatchFunc {
	return func(ctx context.Context, id ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, app.CommandRequest{
			Ticket: id, Command: c, By: by, Key: key.Key, Permanent: key.Permanent, Cause: cause,
		})
		return err
	}
}

// runner returns a runner that does not run.
func (w *fixture) runner(definitions ...runtime.Definition) *runtime.Runner {
	w.Helper()
	return w.runnerOn(runtime.Config{Store: w.store, Dispatch: dispatchWith(w.dispatcher), Sagas: definitions})
}

func (w *fixture) runnerOn(c runtime.Config) *runtime.Runner {
	w.Helper()
	c.PollInterval, c.MaxMessageAge = 50*time.Millisecond, sagas.MaxMessageAge()
	r, err := runtime.New(c)
	w.must(err)
	return r
}

// run runs the sagas until the test ends or stop is called.
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

// begin activates the sagas of a runner and reconciles their timers, as Run does at its start when it leads.
func (w *fixture) begin(r *runtime.Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		w.must(r.Activate(w.ctx, d))
		w.must(r.Reconcile(w.ctx, d))
	}
}

// catchUp handles the log up to its head in one batch for each saga, as a runner that begins to lead.
func (w *fixture) catchUp(r *runtime.Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		w.must(r.Reconcile(w.ctx, d))
		var from int64
		w.must(w.store.Pools().Consumer.QueryRow(w.ctx,
			"select position from saga.sagas where name = $1 and version = $2", d.ID().Name, d.ID().Version).Scan(&from))
		records, err := w.store.Read(w.ctx, from, 10000)
		w.must(err)
		if len(records) > 0 {
			w.must(pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
				err := r.HandleBatch(w.ctx, tx, d, records)
				return err
			}))
		}
	}
}

// poll dispatches due timers once and returns the number of finished ones.
func (w *fixture) poll(r *runtime.Runner) int {
	w.Helper()
	n, err := r.Poll(w.ctx)
	w.must(err)
	return n
}

// dispatch dispatches a command that must be accepted.
func (w *fixture) dispatch(id ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	_, err := w.dispatcher.Dispatch(w.ctx, app.CommandRequest{Ticket: id, Command: c, By: by})
	w.must(err)
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *fixture) open() ticket.ID {
	w.Helper()
	id := newID()
	w.dispatch(id, person.Actor{Role: person.Anonymous}, tickettest.DeclaredOpenCommand(string(id), sagastest.Torino))
	return id
}

func (w *fixture) resolve(id ticket.ID) {
	w.Helper()
	w.dispatch(id, sagastest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved},
		Note: &ticket.NoteInput{ID: newID(), Text: "Fatto", Visibility: ticket.Public}})
}

func (w *fixture) reopen(id ticket.ID) {
	w.Helper()
	w.dispatch(id, sagastest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: "Il cittadino ha telefonato"}})
}

func (w *fixture) state(id ticket.ID) ticket.State {
	w.Helper()
	s, _, err := w.dispatcher.State(w.ctx, id)
	w.must(err)
	return s
}

func (w *fixture) explain(id ticket.ID) runtime.Explanation {
	w.Helper()
	x, err := runtime.Explain(w.ctx, w.store.Pools().Consumer, id)
	w.must(err)
	return x
}

// decisions lists the journal of a ticket as "what key", in order.
func (w *fixture) decisions(id ticket.ID) []string {
	w.Helper()
	var definitions []string
	for _, d := range w.explain(id).Decisions {
		definitions = append(definitions, d.What+" "+d.Key)
	}
	return definitions
}

// countClosings returns how often a ticket was closed.
func (w *fixture) countClosings(id ticket.ID) (n int) {
	w.Helper()
	history, err := w.dispatcher.History(w.ctx, id)
	w.must(err)
	for _, r := range history {
		if _, ok := r.Event.(ticket.AutoClosed); ok {
			n++
		}
	}
	return n
}
