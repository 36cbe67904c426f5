// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/sagas"
)

const (
	torino catalog.EntityCode = "010301"
	novara catalog.EntityCode = "010208"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// system is the service with its pages, for one test. All sagas run and notifications are delivered; mail is not sent.
type system struct {
	*testing.T
	*handlertest.System
	server *handlertest.Server
	log    *storetest.LogBuffer
}

// newSystem starts a system with all sagas.
func newSystem(t *testing.T, options ...func(*web.Config)) *system {
	t.Helper()
	return newSystemWith(t, handlertest.Options{Sagas: sagas.All(catalog.Default(), playbook.Default())}, options...)
}

// newSystemWith starts a system with options for the service below the pages, and for the pages.
func newSystemWith(t *testing.T, systemOptions handlertest.Options, options ...func(*web.Config)) *system {
	t.Helper()
	w := &system{T: t, System: handlertest.New(t, systemOptions), log: &storetest.LogBuffer{}}
	w.deliverNotifications()
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	config := web.Config{
		App: w.App, Middleware: middleware.New(middleware.Config{Log: log}), PublicURL: "http://localhost", Log: log, MinFillTime: -1,
	}
	for _, o := range options {
		o(&config)
	}
	pages, err := web.New(config)
	w.must(err)
	w.server = handlertest.Serve(t, pages, pages.EndStreams)
	return w
}

// deliverNotifications starts an outbox router that stores the notifications of the outbox.
func (w *system) deliverNotifications() {
	router, err := outbox.New(outbox.Config{Pool: w.Store.Pools().Outbox, PollInterval: 5 * time.Millisecond, Handlers: []outbox.Handler{{
		Name: "notify", Topic: sagas.TopicNotify, Handle: func(ctx context.Context, m outbox.Message) error {
			var n sagas.Notification
			if err := json.Unmarshal(m.Payload, &n); err != nil {
				return err
			}
			return w.App.Notifications.Deliver(ctx, m.ID, m.Ticket, n)
		},
	}}})
	w.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	ended := make(chan error, 1)
	go func() { ended <- router.Run(ctx) }()
	w.Cleanup(func() {
		stop()
		handlertest.ExpectStopped(w.T, "outbox router", <-ended)
	})
}

// must fails the test if err is not nil.
func (w *system) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// eventually waits until a condition holds, and fails the test if it does not.
func (w *system) eventually(condition string, holds func() bool) {
	w.Helper()
	storetest.Eventually(w.T, condition, holds)
}

// login makes an account with one placement and returns a browser that is logged in (FAQ 2.1).
func (w *system) login(username string, role person.Role, entity catalog.EntityCode) *browser {
	w.Helper()
	w.Account(w.T, username, role, entity)
	return w.browser().login(username)
}

// open opens a ticket as an anonymous citizen, waits until the lists have it, and returns its id.
func (w *system) open(r app.OpenRequest) ticket.ID {
	w.Helper()
	o, err := w.App.Open(w.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "198.51.100.7"}, r, app.Idempotency{})
	w.must(err)
	w.waitForLists()
	return ticket.ID(o.Stream)
}

// waitForLists waits until the lists contain all events up to now.
func (w *system) waitForLists() {
	w.Helper()
	w.must(w.RunUntilIdle(w.Context())) // the sagas act now, not after the test has advanced the clock
	head, _, err := w.Store.Head(w.Context())
	w.must(err)
	w.eventually("the lists are up to date", func() bool {
		stale, err := w.App.Lists.Wait(w.Context(), head)
		w.must(err)
		return !stale
	})
}

// request returns a valid request for a ticket of an entity.
func request(entity catalog.EntityCode) app.OpenRequest {
	return app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: entity,
		Form: ticket.Form{
			Description: "Non trovo il referto delle analisi", GivenName: "Maria", FamilyName: "Finzione", TaxCode: "RSSMRA80A01H501U",
			Email: "maria@example.org", Phone: "+39 011 0000000",
		},
	}
}
