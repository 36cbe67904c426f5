// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

const (
	torino catalog.EntityCode = "010301"
	novara catalog.EntityCode = "010208"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is a running system with a hub of its own, which remembers few rows.
type fixture struct {
	*testing.T
	*handlertest.System
	hub     *live.Hub
	metrics *prometheus.Registry
}

func newFixture(t *testing.T, rememberedRows int) *fixture {
	t.Helper()
	f := &fixture{T: t, System: handlertest.New(t, handlertest.Options{}), metrics: prometheus.NewRegistry()}
	f.hub = live.New(live.Config{
		Store: f.Store, Lists: f.App.Lists, Identity: f.App.Identity, Presence: f.App.Presence, Notifications: f.App.Notifications,
		RememberedRows: rememberedRows, Metrics: f.metrics,
	})
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// logIn creates an account with one placement and returns a client with its session.
func (f *fixture) logIn(username string, role person.Role, entity catalog.EntityCode) live.Client {
	f.Helper()
	f.Account(f.T, username, role, entity)
	return f.session(username)
}

// session logs an account in once more.
func (f *fixture) session(username string) live.Client {
	f.Helper()
	s, err := f.App.Identity.Login(f.Context(), username, handlertest.Password, handlertest.PIN, "192.0.2.7")
	f.must(err)
	return live.Client{Actor: s.Actor, Token: s.Token, Heartbeat: time.Hour}
}

// open opens a ticket.
func (f *fixture) open(entity catalog.EntityCode) ticket.ID {
	f.Helper()
	o, err := f.App.Open(f.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "192.0.2.1"}, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "altro", Entity: entity, Form: tickettest.OpenCommand("", entity).Form,
	}, app.Idempotency{})
	f.must(err)
	return ticket.ID(o.Stream)
}

// waitForLists waits until the lists have processed all events.
func (f *fixture) waitForLists() eventstore.Position {
	f.Helper()
	head, _, err := f.Store.Head(f.Context())
	f.must(err)
	storetest.Eventually(f.T, "the lists hold all events", func() bool {
		late, err := f.App.Lists.Wait(f.Context(), head)
		return err == nil && !late
	})
	return head
}

// connection is an open stream with its request's context.
type connection struct {
	*live.Stream
	f    *fixture
	ctx  context.Context
	stop context.CancelFunc
}

// connect opens a stream from a position; the zero position is now.
func (f *fixture) connect(c live.Client, from eventstore.Position) *connection {
	f.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(f.Context()))
	at, err := f.hub.StartPosition(ctx, c.Actor, from)
	if err == nil {
		var s *live.Stream
		if s, err = f.hub.Open(ctx, c, at); err == nil {
			n := &connection{Stream: s, f: f, ctx: ctx, stop: stop}
			f.Cleanup(n.close)
			return n
		}
	}
	stop()
	f.Fatal(err)
	return nil
}

// close closes the stream. It may be called twice.
func (n *connection) close() {
	if n.ctx.Err() == nil {
		n.Close()
		n.stop()
	}
}

// nextWhere returns the next update that matches. It waits at most two minutes.
func (n *connection) nextWhere(what string, matches func(live.Update) bool) live.Update {
	n.f.Helper()
	ctx, cancel := context.WithTimeout(n.ctx, 2*time.Minute)
	defer cancel()
	for {
		u, err := n.Next(ctx)
		if err != nil {
			n.f.Fatalf("%s: %v", what, err)
		}
		if matches(u) {
			return u
		}
	}
}

// about matches an update with a change of a ticket.
func about(id ticket.ID) func(live.Update) bool {
	return func(u live.Update) bool {
		for _, c := range u.Changes {
			if c.Ticket == id {
				return true
			}
		}
		return false
	}
}

// anything matches every update.
func anything(live.Update) bool { return true }

// nextError returns the error that ends the stream, and the changes that came before it.
func (n *connection) nextError() (changed []ticket.ID, err error) {
	n.f.Helper()
	ctx, cancel := context.WithTimeout(n.ctx, 2*time.Minute)
	defer cancel()
	for {
		u, err := n.Next(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			n.f.Fatal("the stream does not end")
		}
		if err != nil {
			return changed, err
		}
		for _, c := range u.Changes {
			changed = append(changed, c.Ticket)
		}
	}
}
