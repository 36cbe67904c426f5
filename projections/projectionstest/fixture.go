// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package projectionstest gives a test a log on a database of its own, with read models. Tests of all projections packages use it.
package projectionstest

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// RunTests runs a package's tests. Every property is checked with 2,000 random histories, unless the command line sets rapid.checks.
func RunTests(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	storetest.Run(m) // parses the command line after this
}

// Fixture is a log on a database of the test's own, with the rules that decide its commands and with read models.
type Fixture struct {
	*storetest.Clock // the log's
	T                testing.TB
	DB               *storetest.DB
	Store            *eventstore.Store
	Models           []readmodel.Model // the read models of Project, Run, Runner and Dump
	dispatcher       *dispatch.Dispatcher[ticket.State, ticket.Command, ticket.Event]
	number           int
}

// New returns a fixture with an empty log.
func New(t testing.TB, models ...readmodel.Model) *Fixture {
	t.Helper()
	f := &Fixture{Clock: storetest.NewClock(tickettest.StartTime), T: t, Models: models}
	f.DB = storetest.New(t, func(c *eventstore.Config) { c.Clock = f.Now })
	f.Store = f.DB.Store
	f.dispatcher = dispatch.New(f.Store, ticketlog.Decider(tickettest.Engine))
	return f
}

// OpenNode opens the log as another node does, with the same clock.
func (f *Fixture) OpenNode(options ...func(*eventstore.Config)) *eventstore.Store {
	f.T.Helper()
	return f.DB.OpenNode(f.T, append(options, func(c *eventstore.Config) { c.Clock = f.Now })...)
}

// Dispatch dispatches a command and returns the refusal of the rules, or nil.
func (f *Fixture) Dispatch(id ticket.ID, by person.Actor, c ticket.Command) error {
	f.T.Helper()
	_, err := f.dispatcher.Dispatch(f.T.Context(), dispatch.Request[ticket.Command]{
		Stream: string(id), Command: c, By: ticketlog.StoreActor(by),
	})
	return err
}

// Do dispatches a command. The test fails if the rules refuse it.
func (f *Fixture) Do(id ticket.ID, by person.Actor, c ticket.Command) {
	f.T.Helper()
	if err := f.Dispatch(id, by, c); err != nil {
		f.T.Fatal(err)
	}
}

// OpenTicket opens a ticket of tickettest.Citizen at an entity; the changes are applied to the command first.
func (f *Fixture) OpenTicket(at catalog.EntityCode, change ...func(*ticket.Open)) ticket.ID {
	f.T.Helper()
	id := tickettest.NewID()
	open := tickettest.OpenCommand(f.nextNumber(), at)
	for _, c := range change {
		c(&open)
	}
	open.Person = f.PersonID(open.Form.TaxCode)
	f.Do(id, tickettest.Citizen, open)
	return id
}

// PersonID returns the person id for a tax code.
func (f *Fixture) PersonID(taxCode string) string {
	f.T.Helper()
	code, err := person.ParseTaxCode(taxCode)
	if err != nil {
		f.T.Fatal(err)
	}
	p, err := persons.New(f.Store).Assign(f.T.Context(), code.String())
	if err != nil {
		f.T.Fatal(err)
	}
	return p.ID
}

func (f *Fixture) nextNumber() string {
	f.number++
	return fmt.Sprintf("2026-%07d", f.number)
}

// Project runs the read models until they have reached the head, and stops them.
func (f *Fixture) Project() {
	f.T.Helper()
	stop := f.Run(f.Store)
	defer stop()
	f.WaitForModels()
}

// Run starts the read models on a node. stop stops them and waits for their end.
func (f *Fixture) Run(node *eventstore.Store) (stop func()) {
	f.T.Helper()
	ctx, cancel := context.WithCancel(f.T.Context())
	ended := make(chan error, 1)
	go func() { ended <- readmodel.NewRunner(node, f.Models...).Start(ctx) }()
	return func() {
		f.T.Helper()
		cancel()
		if err := <-ended; err != nil {
			f.T.Error(err)
		}
	}
}

// WaitForModels waits until the read models have reached the head.
func (f *Fixture) WaitForModels() {
	f.T.Helper()
	head, _, err := f.Store.Head(f.T.Context())
	if err != nil {
		f.T.Fatal(err)
	}
	for _, m := range f.Models {
		if err := f.Store.WaitForConsumer(f.T.Context(), m.Name, m.Version, head.N); err != nil {
			f.T.Fatal(err)
		}
	}
}

// Runner returns a runner for the fixture's read models.
func (f *Fixture) Runner() *readmodel.Runner { return readmodel.NewRunner(f.Store, f.Models...) }

// Rebuild rebuilds one of the read models.
func (f *Fixture) Rebuild(m readmodel.Model) {
	f.T.Helper()
	if err := f.Runner().Rebuild(f.T.Context(), m.Name, nil); err != nil {
		f.T.Fatal(err)
	}
}

// Dump returns every row of the read models as a table name and JSON, in a fixed order.
func (f *Fixture) Dump() []string {
	f.T.Helper()
	var all []string
	var tables []string
	for _, m := range f.Models {
		for _, t := range m.Tables {
			tables = append(tables, m.Table(t))
		}
	}
	for _, table := range tables {
		rows, err := f.Store.Pools().Consumer.Query(f.T.Context(), `select to_jsonb(t)::text from `+table+` t order by 1`)
		if err != nil {
			f.T.Fatal(err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				f.T.Fatal(err)
			}
			all = append(all, table+" "+row)
		}
		if err := rows.Err(); err != nil {
			f.T.Fatal(err)
		}
	}
	return all
}

// PlayTicket dispatches the commands of a random ticket to the fixture's log, at their distances in time, and ignores refusals. It calls
// between after every command.
func (f *Fixture) PlayTicket(random tickettest.RandomTicket, between func(step int)) {
	f.T.Helper()
	id := tickettest.NewID()
	start := random.Steps[0].Now
	base := f.Now()
	for i, s := range random.Steps {
		f.Set(base.Add(s.Now.Sub(start)))
		_ = f.Dispatch(id, s.By, f.withNewIDs(s.Command)) // a random ticket has commands that are refused
		between(i)
	}
	f.Advance(time.Minute)
}

// withNewIDs returns a command with new ids and a new number, so that a random ticket can be played more than once.
func (f *Fixture) withNewIDs(c ticket.Command) ticket.Command {
	switch c := c.(type) {
	case ticket.Open:
		c.Number = f.nextNumber()
		return c
	case ticket.Update:
		if c.Note != nil {
			note := *c.Note
			note.ID = tickettest.NewID()
			c.Note = &note
		}
		return c
	case ticket.Reply:
		c.ID = tickettest.NewID()
		return c
	case ticket.Undo, ticket.Erase, ticket.RevokeLinks, ticket.CorrectContacts, ticket.InformCitizen, ticket.RestrictAccess,
		ticket.LiftRestriction, ticket.CheckRepresentation, ticket.AdapterCommand, ticket.SagaCommand:
	}
	return c
}

// CountVisible returns the number of rows that a table or function shows to an actor under the database role of requests.
func (f *Fixture) CountVisible(t *testing.T, actor person.Actor, from string) (n int) {
	t.Helper()
	err := f.Store.Pools().Request.InTx(t.Context(), ticketlog.ReaderOf(actor), "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select count(*) from `+from).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ExecAsRequest executes a statement under the database role of requests.
func (f *Fixture) ExecAsRequest(t *testing.T, sql string) error {
	t.Helper()
	return f.Store.Pools().Request.InTx(t.Context(), eventstore.Reader{}, "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
}

// Eventually runs a query that returns a boolean until it returns true.
func (f *Fixture) Eventually(query string) {
	f.T.Helper()
	storetest.Eventually(f.T, query, func() (done bool) {
		if err := f.Store.Pools().Consumer.QueryRow(f.T.Context(), query).Scan(&done); err != nil {
			f.T.Fatal(err)
		}
		return done
	})
}
