// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package handlertest gives a test a running system on a database of its own: log, read models, sagas, application service and accounts.
// The tests of an adapter serve the adapter on it and send HTTP requests.
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
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// Password and PIN of all test accounts.
const (
	Password = "una parola lunga"
	PIN      = "24680"
)

// CitizensTaxCode is the tax code of the first citizen with an account, which is that of most forms in tests: the form names nobody else.
const CitizensTaxCode = "RSSMRA80A01H501U"

// StartTime is the first time of the log's clock: a Monday, 09:00 UTC.
var StartTime = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Options configures a System.
type Options struct {
	Catalog   *catalog.Catalog         // nil: catalog.Default
	Playbooks *playbook.Library        // nil: playbook.Default
	Sagas     []runtime.Definition     // nil: AutoClose and Succession, which act on few tickets, so that a test sees its own events
	Log       func(*eventstore.Config) // changes the event store's configuration; nil: no change
	Forms     formlimit.Config         // bounds of requests without a login; zero: none that a test reaches
	Unknown   int                      // records a minute of looks by people whom nobody knows; 0: as many as no test reaches
}

// System is a running system without adapters.
type System struct {
	Clock    *storetest.Clock
	Database string // URL for the owner of the database
	Store    *eventstore.Store
	App      *app.Service
	options  Options

	hasCitizen bool // there is an account with CitizensTaxCode

	// RunUntilIdle waits until the sagas have processed all events and due timers.
	RunUntilIdle func(context.Context) error
}

// New starts a system, which runs until the test ends.
func New(t testing.TB, o Options) *System {
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
	if o.Forms == (formlimit.Config{}) {
		o.Forms = formlimit.Config{Email: formlimit.Bound{Count: formlimit.Unlimited}, TaxCode: formlimit.Bound{Count: formlimit.Unlimited}}
	}
	if o.Unknown == 0 {
		o.Unknown = 1 << 30
	}
	if o.Log == nil {
		o.Log = func(*eventstore.Config) {}
	}
	w := &System{Clock: storetest.NewClock(StartTime), options: o}
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = w.Clock.Now }, o.Log)
	w.Database, w.Store = db.URL, db.Store
	w.App = newApp(t, w.Store, o)
	sagaRunner, err := runtime.New(runtime.Config{
		Store: w.Store, Dispatch: sendCommand(w.App.TicketDispatcher), PollInterval: 10 * time.Millisecond, Sagas: o.Sagas,
		MaxMessageAge: sagas.MaxMessageAge(), Log: storetest.Log(),
	})
	must(t, err)

	w.RunUntilIdle = sagaRunner.RunUntilIdle

	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	var workers sync.WaitGroup
	workers.Go(func() { ExpectStopped(t, "read models", projections.NewRunner(w.Store).Start(ctx)) })
	workers.Go(func() { ExpectStopped(t, "sagas", sagaRunner.Run(ctx)) })
	t.Cleanup(func() {
		end()
		workers.Wait()
	})
	return w
}

// newApp returns an application service on a store.
func newApp(t testing.TB, store *eventstore.Store, o Options) *app.Service {
	t.Helper()
	accounts, err := identity.New(identity.Config{
		Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), CitizenPasswords: true, Clock: time.Now, // a test that moves the log's clock keeps its sessions
		Topics:  store,
		Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	must(t, err)
	service, err := app.New(app.Config{
		Store: store, Forms: o.Forms, Unknown: o.Unknown, Rules: rules.Engine{Catalog: o.Catalog, Hold: rules.DefaultHold, Playbooks: o.Playbooks}, Identity: accounts,
	})
	must(t, err)
	return service
}

// OpenNode returns the application service of a further node on the system's database. It runs no read models and no sagas. It is closed
// when the test ends.
func (w *System) OpenNode(t testing.TB) *app.Service {
	t.Helper()
	db := storetest.DB{URL: w.Database}
	return newApp(t, db.OpenNode(t, func(c *eventstore.Config) { c.Clock = w.Clock.Now }, w.options.Log), w.options)
}

// sendCommand returns the dispatch function for sagas, as cmd/sol wires it.
func sendCommand(d *app.TicketDispatcher) runtime.DispatchFunc {
	return func(ctx context.Context, id ticket.ID, c ticket.Command, by person.Actor, commandID eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, app.CommandRequest{Ticket: id, Command: c, By: by, Key: commandID.Key, Permanent: commandID.Permanent, Cause: cause})
		return err
	}
}

// Server is an HTTP server of a test.
type Server struct {
	Address string // http://…
	Handler http.Handler
	ended   sync.WaitGroup
	stop    context.CancelFunc
}

// Serve serves a handler on a free port until the test ends or Stop is called. It calls endStreams before the server shuts down.
func Serve(t testing.TB, h http.Handler, endStreams func()) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	d := &Server{Address: "http://" + listener.Addr().String(), Handler: h, stop: stop}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	d.ended.Go(func() { ExpectStopped(t, "serve", server.Serve(listener)) })
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

// Stop ends the streams and starts the shutdown. It does not wait.
func (d *Server) Stop() { d.stop() }

// Wait waits, after Stop, until the server has answered its last request.
func (d *Server) Wait() { d.ended.Wait() }

// ExpectStopped fails the test if err, with which a background task ended, is not the error of a stopped context or server.
func ExpectStopped(t testing.TB, name string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("%s ended: %v", name, err)
	}
}

// Account creates an account with one placement and returns its id. The given name is Prova, the family name the user name in capitals.
func (w *System) Account(t testing.TB, username string, role person.Role, entity catalog.EntityCode) (id string) {
	t.Helper()
	a := identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: strings.ToUpper(username), Password: Password, PIN: PIN}
	if role == person.Citizen && !w.hasCitizen {
		w.hasCitizen, a.TaxCode = true, CitizensTaxCode
	}
	id, err := w.App.Identity.CreateAccount(t.Context(), a)
	must(t, err)
	w.Place(t, id, role, entity)
	return id
}

// Place adds a placement to an account.
func (w *System) Place(t testing.TB, id string, role person.Role, entity catalog.EntityCode) {
	t.Helper()
	_, err := w.App.Identity.AddPlacement(t.Context(), id, role, entity, time.Time{})
	must(t, err)
}

// Dispatch dispatches a command. The test fails if the rules refuse it.
func Dispatch(t testing.TB, d *app.TicketDispatcher, id ticket.ID, by person.Actor, c ticket.Command) {
	t.Helper()
	_, err := d.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: c, By: by})
	must(t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
