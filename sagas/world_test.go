// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

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
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/desk"
)

// operator is competent for the tickets of these tests.
var operator = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: torino}

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

// world is a log of its own with the rules of tickets, at a time of its own.
type world struct {
	*testing.T
	ctx   context.Context
	clock *clock
	db    *storetest.DB
	store *eventstore.Store
	desk  *desk.Desk
}

func TestMain(m *testing.M) { storetest.Run(m) }

func newWorld(t *testing.T, start string) *world {
	w := &world{T: t, ctx: t.Context(), clock: &clock{now: rome(t, start)}}
	w.db = storetest.New(t, w.timed)
	w.store = w.db.Store
	w.desk = desk.New(w.store, ticket.Rules{Catalog: catalog.Default()})
	return w
}

func (w *world) timed(c *eventstore.Config) { c.Clock = w.clock.Now }

// node is one more process on the same log.
func (w *world) node(sagas ...Definition) *Runner {
	w.Helper()
	s := w.db.Node(w, w.timed)
	return w.runnerOn(Config{Store: s, Dispatch: send(desk.New(s, ticket.Rules{Catalog: catalog.Default()})), Sagas: sagas})
}

// send is the one way in, as cmd/sol hands it to sagas.
func send(d *desk.Desk) SendCommand {
	return func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, desk.Request{
			Ticket: on, Command: c, By: by, Key: as.Key, Permanent: as.Permanent, Cause: cause,
		})
		return err
	}
}

// runner makes a runner that does not run yet.
func (w *world) runner(sagas ...Definition) *Runner {
	w.Helper()
	return w.runnerOn(Config{Store: w.store, Dispatch: send(w.desk), Sagas: sagas})
}

func (w *world) runnerOn(c Config) *Runner {
	w.Helper()
	c.Every = 50 * time.Millisecond
	r, err := New(c)
	w.must(err)
	return r
}

// run runs sagas until the test ends or stop is called.
func (w *world) run(r *Runner) (stop func()) {
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

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin and catchUp are what Run does, a step at a time.
func (w *world) begin(r *Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		w.must(r.begin(w.ctx, d))
	}
}

func (w *world) catchUp(r *Runner) {
	w.Helper()
	for _, d := range r.Sagas {
		var from int64
		w.must(w.store.Worker().QueryRow(w.ctx,
			"select position from saga.sagas where name = $1 and version = $2", d.id().name, d.id().version).Scan(&from))
		records, err := w.store.Read(w.ctx, from, 10000)
		w.must(err)
		if len(records) > 0 {
			w.must(pgx.BeginFunc(w.ctx, w.store.Worker(), func(tx pgx.Tx) error {
				_, err := r.handle(w.ctx, tx, d, records)
				return err
			}))
		}
	}
}

func (w *world) poll(r *Runner) int {
	w.Helper()
	n, err := r.Poll(w.ctx)
	w.must(err)
	return n
}

// letGo waits until the database has noticed that a node is dead, and no timer is in anybody's hand: others pass over those that are.
func (w *world) letGo() {
	w.Helper()
	w.eventually("nobody holds a timer", func() bool {
		return w.count("select count(*) from (select 1 from saga.timers for update skip locked) free") == w.count("select count(*) from saga.timers")
	})
}

// do sends a command and answers the version it led to.
func (w *world) do(on ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	_, err := w.desk.Dispatch(w.ctx, desk.Request{Ticket: on, Command: c, By: by})
	w.must(err)
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *world) open() ticket.ID {
	w.Helper()
	id := newID()
	w.do(id, person.Actor{Role: person.Anonymous}, ticket.Open{
		Number: string(id), Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino, Channel: ticket.Web,
		Identity: ticket.Declared, Subject: "s", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	})
	return id
}

func (w *world) resolve(on ticket.ID) {
	w.Helper()
	w.do(on, operator, ticket.Update{Status: ticket.Solved, Note: &ticket.NewNote{ID: newID(), Text: "Fatto", Visibility: ticket.Public}})
}

func (w *world) reopen(on ticket.ID) {
	w.Helper()
	w.do(on, operator, ticket.Update{Status: ticket.InProgress, Reason: "Il cittadino ha telefonato"})
}

func (w *world) state(on ticket.ID) ticket.State {
	w.Helper()
	s, _, err := w.desk.State(w.ctx, on)
	w.must(err)
	return s
}

func (w *world) explain(on ticket.ID) Explanation {
	w.Helper()
	x, err := Explain(w.ctx, w.store.Worker(), on)
	w.must(err)
	return x
}

// decided lists the journal of a ticket as "what key", in order.
func (w *world) decided(on ticket.ID) []string {
	w.Helper()
	var all []string
	for _, d := range w.explain(on).Decisions {
		all = append(all, d.What+" "+d.Key)
	}
	return all
}

// closings counts how often a ticket was closed.
func (w *world) closings(on ticket.ID) (n int) {
	w.Helper()
	history, err := w.desk.History(w.ctx, on)
	w.must(err)
	for _, r := range history {
		if _, ok := r.Event.(ticket.AutoClosed); ok {
			n++
		}
	}
	return n
}
