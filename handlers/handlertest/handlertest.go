// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package handlertest gives a test the whole service on a database of its own: the log, its read models, what happens by
// itself, and people who can log in. The doors' own tests serve their door on it and come by HTTP.
package handlertest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// What everybody logs in with.
const (
	Password = "una parola lunga"
	PIN      = "24680"
)

// StartTime is the time at which the log begins: a Monday.
var StartTime = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Clock is the time of the log, which the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time that the log takes.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Options say how the world differs from the product's.
type Options struct {
	Catalog   *catalog.Catalog         // nil: catalog.Default
	Playbooks *playbook.Library        // nil: playbook.Default
	Sagas     []runtime.Definition     // nil: those that leave a ticket alone until it is resolved, so that what tests count is theirs
	Log       func(*eventstore.Config) // nil: as it is
}

// System is the service behind its doors.
type System struct {
	Clock         *Clock
	Database      string // URL of its owner
	Store         *eventstore.Store
	App           *app.Service
	Notifications *notification.Store

	// RunUntilIdle waits until the sagas have done what follows from all that has happened.
	RunUntilIdle func(context.Context) error
}

// New runs a world until the test ends.
func New(t *testing.T, o Options) *System {
	t.Helper()
	if o.Catalog == nil {
		o.Catalog = catalog.Default()
	}
	if o.Playbooks == nil {
		o.Playbooks = playbook.Default()
	}
	if o.Sagas == nil {
		o.Sagas = []runtime.Definition{sagas.AutoClose(o.Catalog), sagas.Succession(o.Catalog)}
	}
	if o.Log == nil {
		o.Log = func(*eventstore.Config) {}
	}
	w := &System{Clock: &Clock{now: StartTime}}
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = w.Clock.Now }, o.Log)
	w.Database, w.Store = db.URL, db.Store
	people, err := identity.New(identity.Config{
		Pool: w.Store.WorkerPool(), KeyedHash: w.Store.KeyedHash, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	must(t, err)
	w.App, err = app.New(app.Config{
		Store: w.Store, Rules: rules.Engine{Catalog: o.Catalog, Hold: rules.DefaultHold, Playbooks: o.Playbooks}, Identity: people,
	})
	must(t, err)
	w.Notifications = notification.New(w.Store, w.App)
	timers, err := runtime.New(runtime.Config{Store: w.Store, Dispatch: sendCommand(w.App.Dispatcher), PollInterval: 10 * time.Millisecond, Sagas: o.Sagas})
	must(t, err)

	w.RunUntilIdle = timers.RunUntilIdle

	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	var workers sync.WaitGroup
	workers.Go(func() { ExpectStopped(t, "read models", projections.NewRunner(w.Store).Start(ctx)) })
	workers.Go(func() { ExpectStopped(t, "sagas", timers.Run(ctx)) })
	t.Cleanup(func() {
		end()
		workers.Wait()
	})
	return w
}

// sendCommand is the one way in, as cmd/sol hands it to sagas.
func sendCommand(d *app.Dispatcher) runtime.DispatchFunc {
	return func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, app.CommandRequest{Ticket: on, Command: c, By: by, Key: as.Key, Permanent: as.Permanent, Cause: cause})
		return err
	}
}

// Server is a handler that listens.
type Server struct {
	Address string // http://…
	ended   sync.WaitGroup
	stop    context.CancelFunc
}

// Serve lets a handler listen until the test ends, or until the door is shut.
func Serve(t *testing.T, h http.Handler, endStreams func()) *Server {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	d := &Server{Address: "http://" + on.Addr().String(), stop: stop}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	d.ended.Go(func() { ExpectStopped(t, "serve", server.Serve(on)) })
	d.ended.Go(func() {
		<-ctx.Done()
		endStreams()
		ExpectStopped(t, "shutdown", server.Shutdown(context.WithoutCancel(ctx)))
	})
	t.Cleanup(func() {
		d.Stop()
		d.Wait()
	})
	return d
}

// Stop ends the streams and takes nobody in any more.
func (d *Server) Stop() { d.stop() }

// Wait waits until all that was under way is answered.
func (d *Server) Wait() { d.ended.Wait() }

// ExpectStopped fails the test if something that runs beside it ended otherwise than by being asked to.
func ExpectStopped(t *testing.T, what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("%s ended: %v", what, err)
	}
}

// Account makes one, in one role at one entity, and gives its id. Everybody's given name is Prova.
func (w *System) Account(t *testing.T, username string, role person.Role, entity catalog.EntityCode) (id string) {
	t.Helper()
	id, err := w.App.Identity.CreateAccount(t.Context(), identity.NewAccount{
		Username: username, GivenName: "Prova", FamilyName: strings.ToUpper(username), Password: Password, PIN: PIN,
	})
	must(t, err)
	w.Place(t, id, role, entity)
	return id
}

// Place gives an account one more role.
func (w *System) Place(t *testing.T, id string, role person.Role, entity catalog.EntityCode) {
	t.Helper()
	_, err := w.App.Identity.AddPlacement(t.Context(), id, role, entity, time.Time{})
	must(t, err)
}

// Eventually is storetest.Eventually, for tests of a running system.
func Eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	storetest.Eventually(t, what, holds)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
