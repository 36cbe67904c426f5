// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// TestMain gives every property thousands of histories, unless the command line asks for another number.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	storetest.Run(m) // parses the command line after this
}

// fixture is a log with its rules and the read models on it, on a database of the test's own.
type fixture struct {
	t          testing.TB
	db         *storetest.DB
	store      *eventstore.Store
	dispatcher *eventstore.Dispatcher[ticket.State, ticket.Command, ticket.Event]
	reader     *Reader
	clock      atomic.Int64 // Unix nanoseconds
	number     int
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	h := &fixture{t: t}
	h.clock.Store(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixNano())
	h.db = storetest.New(t, func(c *eventstore.Config) { c.Clock = h.now })
	h.store = h.db.Store
	h.dispatcher = eventstore.NewDispatcher(h.store, ticketlog.Decider(tickettest.Engine))
	h.reader = NewReader(h.store, catalog.Default(), nil)
	return h
}

func (h *fixture) now() time.Time { return time.Unix(0, h.clock.Load()).UTC() }

func (h *fixture) advance(d time.Duration) { h.clock.Add(int64(d)) }

// dispatch dispatches a command and gives back what the rules answered.
func (h *fixture) dispatch(id ticket.ID, by person.Actor, c ticket.Command) error {
	h.t.Helper()
	_, err := h.dispatcher.Dispatch(h.t.Context(), eventstore.Request[ticket.Command]{
		Stream: string(id), Command: c, By: ticketlog.StoreActor(by),
	})
	return err
}

// do dispatches a command that must be accepted.
func (h *fixture) do(id ticket.ID, by person.Actor, c ticket.Command) {
	h.t.Helper()
	if err := h.dispatch(id, by, c); err != nil {
		h.t.Fatal(err)
	}
}

// openTicket starts a ticket of the made-up citizen at the entity.
func (h *fixture) openTicket(at catalog.EntityCode, change ...func(*ticket.Open)) ticket.ID {
	h.t.Helper()
	id := newID()
	h.number++
	o := ticket.Open{
		Number: number(h.number), Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: at,
		Channel: ticket.ChannelWeb, Identity: ticket.Verified, Citizen: tickettest.CitizenID,
		Subject: h.store.KeyedHash(person.TaxCodeHashPurpose, "RSSMRA85T10A562S"), Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto",
		},
	}
	for _, c := range change {
		c(&o)
	}
	h.do(id, person.Actor{ID: tickettest.CitizenID, Role: person.Citizen}, o)
	return id
}

// project runs the read models until they have passed the head, and stops them.
func (h *fixture) project() {
	h.t.Helper()
	stop := h.run(h.store)
	defer stop()
	h.waitForModels()
}

// run starts the read models on a node.
func (h *fixture) run(node *eventstore.Store) (stop func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- NewRunner(node).Start(ctx) }()
	return func() {
		h.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			h.t.Error(err)
		}
	}
}

func (h *fixture) waitForModels() {
	h.t.Helper()
	head, _, err := h.store.Head(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range models {
		if err := h.store.WaitForConsumer(h.t.Context(), m.name, m.version, head.N); err != nil {
			h.t.Fatal(err)
		}
	}
}

// dump is every row of the read models in an order of its own.
func (h *fixture) dump() []string {
	h.t.Helper()
	var all []string
	var tables []string
	for _, m := range models {
		tables = append(tables, m.tables...)
	}
	for _, table := range tables {
		rows, err := h.store.WorkerPool().Query(h.t.Context(), `select to_jsonb(t)::text from read.`+table+` t order by 1`)
		if err != nil {
			h.t.Fatal(err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				h.t.Fatal(err)
			}
			all = append(all, table+" "+row)
		}
		if err := rows.Err(); err != nil {
			h.t.Fatal(err)
		}
	}
	return all
}

func number(n int) string { return fmt.Sprintf("2026-%07d", n) }

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

var (
	operator  = tickettest.Actors[0]
	colleague = tickettest.Actors[1]
	neighbour = tickettest.Actors[3]
	regional  = tickettest.Actors[5]
	citizen   = person.Actor{ID: tickettest.CitizenID, Role: person.Citizen}
	auditor   = person.Actor{ID: "01930000-0000-7000-8000-0000000000e1", Role: person.Auditor}
)

func public(text string) *ticket.NoteInput {
	return &ticket.NoteInput{ID: newID(), Text: text, Visibility: ticket.Public}
}

func internal(text string) *ticket.NoteInput {
	return &ticket.NoteInput{ID: newID(), Text: text, Visibility: ticket.Internal}
}
